"""The commands of `lujiazui`, one a file: its options, what it calls, and the report that it answers with."""
