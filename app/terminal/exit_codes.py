"""Exit codes of the command line."""

DONE, FAILED, REFUSED = 0, 1, 2
INTERRUPTED = REFUSED
