"""What the model shows of itself: stylised facts, what interactions are for, what comes from decisions."""
