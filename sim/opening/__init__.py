"""Beginnings: the states of the first month, and what is known before the first step of each month."""
