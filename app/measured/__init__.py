"""Tables of the documentation that come from runs, each in a marked block of its page."""
