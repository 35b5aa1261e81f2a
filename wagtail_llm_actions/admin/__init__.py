"""The face in the Wagtail admin: parse a request, call ``runs``, render the answer."""
