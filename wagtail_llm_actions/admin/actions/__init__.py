"""The snippet views, forms and panels of LLM actions."""
