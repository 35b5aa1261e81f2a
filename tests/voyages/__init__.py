"""A snippet with fields of every kind that can only be read."""
