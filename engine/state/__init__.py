"""The state of a session: written down, checked, read back, undone."""
