"""What is known: observations, moments, fits and scores."""
