"""The description of the model by the ODD protocol: text of our own, and tables read from the code."""
