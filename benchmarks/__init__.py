"""`make bench`: every figure of speed and size, ours beside its reference in the same run, as ratios."""
