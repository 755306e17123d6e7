"""Agents and their rules: array-backed Mesa populations, keyed random numbers, one file for each kind of agent."""
