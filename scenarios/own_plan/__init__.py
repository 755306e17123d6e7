"""A plan of the user's own: a folder of data that is read, checked and made into a plan."""
