"""The panels: each owns its keys, its messages and its style."""
