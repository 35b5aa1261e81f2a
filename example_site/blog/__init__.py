"""The magazine of the example site: its pages, its authors and its content."""
