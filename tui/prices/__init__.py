"""Prices for a session: opened, read and made."""
