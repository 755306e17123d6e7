"""The end of a month: direct financing is in, accounts are checked, indicators are read."""
