"""Build the exact request to a model from an action and an object."""
