"""The bond market: what is outstanding, who holds it and at which yields."""
