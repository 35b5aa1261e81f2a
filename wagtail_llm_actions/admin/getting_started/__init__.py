"""Settings → LLM → Getting started."""
