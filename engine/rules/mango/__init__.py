"""The engine that versions 4 and 3 of Mango Markets share: health, stable price, liquidation, the venue's class."""
