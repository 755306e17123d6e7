"""Turnover of the markets in Shanghai and price discovery."""
