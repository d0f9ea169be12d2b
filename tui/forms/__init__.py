"""Forms as values: what their fields hold, and the command or set-up that comes of them. No screen."""
