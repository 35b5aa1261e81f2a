"""Snippets that are unlike most, in ways that Wagtail allows."""
