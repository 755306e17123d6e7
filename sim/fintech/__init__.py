"""Fintech firms and the technology that institutions take up."""
