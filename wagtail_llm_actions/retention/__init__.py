"""An end to the history: redact old texts, delete old runs, and say what is stored about a person."""
