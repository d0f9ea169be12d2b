"""What a player can ask for, as values and as text."""
