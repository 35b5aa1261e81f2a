"""Images as sources: what is sent, to whom, and what comes back."""
