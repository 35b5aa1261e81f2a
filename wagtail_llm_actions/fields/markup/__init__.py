"""Rich text as HTML, as Markdown, and as the blocks that both mean."""
