"""Tables of the venues: tiers, brackets, weights. Data, dated and sourced; the rules are in the files above."""
