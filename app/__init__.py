"""Where people look: the command line and the Solara app; no model logic lives here."""
