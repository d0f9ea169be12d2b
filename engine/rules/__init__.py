"""What venues share, written once: modes, weights, curves, close factors, who pays, and how parameters are set."""
