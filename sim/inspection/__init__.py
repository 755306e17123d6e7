"""Agents looked up, and the reasons for their decisions."""
