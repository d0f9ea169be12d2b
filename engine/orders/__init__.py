"""Orders: from a command to trades, now or when a price is reached."""
