"""Sentences and formatted values that people read, for the admin, the commands and the work layer."""
