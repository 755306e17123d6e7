"""What is asked: scenario files, the plan as data, parameters with their provenance."""
