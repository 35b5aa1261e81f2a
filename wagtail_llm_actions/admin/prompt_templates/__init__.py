"""The snippet views, forms and panels of prompt templates."""
