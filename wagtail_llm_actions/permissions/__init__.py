"""Who may edit an object, run an action, and see what came out; and the admin's permission policies."""
