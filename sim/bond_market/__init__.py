"""The bond market: bonds outstanding, their holders and yields."""
