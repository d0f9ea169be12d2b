"""Looking at a session without touching it."""
