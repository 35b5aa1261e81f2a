"""What a site sets up: starter templates, warnings about saved actions, health of its models."""
