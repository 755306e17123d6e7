"""The year that a model starts from: what was observed of it, and the sums of its simulated months."""
