"""Money: prices of models, what runs cost and may cost, budgets and their reservations."""
