"""Banks: repo leverage, the interbank market and failures."""
