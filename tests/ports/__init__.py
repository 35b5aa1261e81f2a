"""Forms of the admin that are neither of pages nor of snippets."""
