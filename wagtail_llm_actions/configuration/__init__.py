"""The state of a site's setup: starters, warnings about actions, and the health of models."""
