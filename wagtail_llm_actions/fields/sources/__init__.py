"""What an action reads, and how it becomes the text of a prompt."""
