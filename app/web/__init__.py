"""The app: a policy desk, comparison, agents, experiments and sources, for a browser and without a network."""
