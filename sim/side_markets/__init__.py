"""Side markets: decisions that issuers and institutions take beside those that the plan's indicators measure."""
