"""What happens to a pool that falls below maintenance, and what is said of it."""
