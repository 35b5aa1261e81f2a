"""From an action and an object to the exact request that is sent to a model."""
