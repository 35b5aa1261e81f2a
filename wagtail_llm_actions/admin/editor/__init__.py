"""The endpoints behind the widget on page and snippet forms."""
