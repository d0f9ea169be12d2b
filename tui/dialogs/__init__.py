"""Questions that must be answered before the game goes on."""
