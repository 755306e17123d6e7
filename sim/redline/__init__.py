"""Systemic risk: signals read from balance sheets and networks every month, and the plan's redline."""
