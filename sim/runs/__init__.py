"""Runs of a model and their results."""
