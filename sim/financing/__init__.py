"""How issuers raise money: instruments, listings, credit, defaults and underwriting."""
