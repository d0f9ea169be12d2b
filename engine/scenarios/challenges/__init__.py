"""The challenges that come with the program: a TOML file each, in the order of their numbers."""
