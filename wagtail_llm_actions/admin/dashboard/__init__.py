"""The panel on the admin's home page, and its alerts."""
