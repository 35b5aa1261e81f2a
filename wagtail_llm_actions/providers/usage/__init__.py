"""Token counts, as servers report them, and what they can mean."""
