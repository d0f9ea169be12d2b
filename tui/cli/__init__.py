"""The command line: a module for each of its commands. Nothing is imported here, so that `--help` is there at once."""
