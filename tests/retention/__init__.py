"""An end to the history."""
