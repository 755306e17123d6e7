"""A component of others for lujiazui: weather contracts, and hedged buyers of bonds that fear volatility."""
