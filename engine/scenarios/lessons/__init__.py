"""A lesson a file, in the order of the ladder; read by `engine.scenarios.shipped`."""
