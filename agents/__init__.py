"""Who decides: array-backed Mesa populations, keyed random numbers, and one file for each kind of agent."""
