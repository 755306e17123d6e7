"""Evidence: observations, moments, fits and scores."""
