"""Evidence on the model: stylised facts, effects of interactions, contribution of decisions."""
