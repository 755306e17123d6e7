"""Components of others: what they are, where their steps stand in the month, and what of them is hashed."""
