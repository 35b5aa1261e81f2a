"""Settings → LLM → Models."""
