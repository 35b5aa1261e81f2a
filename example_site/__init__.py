"""A small Wagtail blog that shows the package at work; start it with ``python -m example_site.demo``."""
