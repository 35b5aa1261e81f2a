"""Move actions and prompt templates between environments, as a Django fixture with natural keys."""
