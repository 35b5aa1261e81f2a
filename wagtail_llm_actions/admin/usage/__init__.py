"""Reports → LLM usage and costs."""
