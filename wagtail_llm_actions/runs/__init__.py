"""Runs as plain functions, without HTTP requests or HTML: start, follow, decide, execute."""
