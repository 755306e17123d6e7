"""Institutions of the city and the centres that compete with it."""
