"""The admin's side: actions, templates and the history."""
