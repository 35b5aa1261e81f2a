"""The state of a site's setup: starters, warnings about actions, health and prices of models."""
