"""The world around the centre: external drivers, policy, shocks, random numbers and switches of interactions."""
