"""Settings → LLM → Budgets, and the budgets on other screens."""
