"""Reports → LLM history: the list of runs, its filters, and the page of a run."""
