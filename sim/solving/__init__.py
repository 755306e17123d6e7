"""Solved constants: constants of the markets with which the simulated base year meets its observations."""
