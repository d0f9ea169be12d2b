"""The game in a browser: a web server on the loopback, and who may speak to it. Needs the extra `[web]`."""
