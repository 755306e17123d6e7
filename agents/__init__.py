"""Who decides: array-backed Mesa populations, keyed luck, and one file for each kind of agent."""
