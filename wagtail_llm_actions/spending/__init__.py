"""Money: current prices of models, and what a run may cost."""
