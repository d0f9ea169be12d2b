"""A command while it is typed: what may come next, and what it would do."""
