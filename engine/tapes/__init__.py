"""Where prices come from: inline paths, synthetic markets and price files. Bytes in, a tape out."""
