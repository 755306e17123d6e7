"""Authorities that answer markets, and what foreigners believe of the regime."""
