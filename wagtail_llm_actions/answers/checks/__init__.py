"""What a finished text is checked for: its language, its words, whether a rewriting makes sense."""
