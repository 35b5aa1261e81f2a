"""StreamFields: read whole or in part, and written block by block."""
