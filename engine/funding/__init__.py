"""What longs and shorts pay each other, and when."""
