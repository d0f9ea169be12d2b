"""A session on its way: time, commands and what follows it, with no screen."""
