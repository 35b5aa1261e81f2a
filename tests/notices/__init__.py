"""A snippet with everything that the example's are too simple for."""
