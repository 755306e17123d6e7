"""Components of others, as far as they are data: what they add to a scenario."""
