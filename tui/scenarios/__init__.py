"""Lessons and challenges that are played: which there are, their sessions, and how far they are."""
