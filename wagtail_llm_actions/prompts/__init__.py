"""Prompt templates: their grammar, their variables and how they are rendered."""
