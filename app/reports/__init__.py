"""Reports of the commands, one file for each command; they are imported when a command has something to report."""
