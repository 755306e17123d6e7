"""Side markets: decisions of issuers and institutions outside the plan's indicators."""
