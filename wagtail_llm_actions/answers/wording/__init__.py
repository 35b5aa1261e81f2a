"""What assistants say around a text, told by its words in many languages."""
