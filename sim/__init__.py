"""The centre the agents meet in: one month as a table of named steps, and the runs made of months."""
