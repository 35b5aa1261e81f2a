"""Break the product on purpose, under load, and count what was lost."""
