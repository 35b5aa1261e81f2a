"""Reports → LLM history: every run, its filters and its detail page."""
