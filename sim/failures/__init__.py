"""Failures of banks and their losses."""
