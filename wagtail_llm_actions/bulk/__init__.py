"""Run one action on many objects; every text is a proposal that waits for an editor."""
