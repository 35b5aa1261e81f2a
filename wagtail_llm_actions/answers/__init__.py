"""From what a model answers to the text of a field: pure functions over text, without Django."""
