"""Facts of a text that its source does not hold."""
