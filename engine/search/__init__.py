"""The next vertex at which anything can happen."""
