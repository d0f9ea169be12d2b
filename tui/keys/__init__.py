"""Keys: which there are, how they are written, and what is pasted instead."""
