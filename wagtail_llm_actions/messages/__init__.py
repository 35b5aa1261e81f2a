"""Sentences and formatted values for people; used by the admin, the commands and the work layer."""
