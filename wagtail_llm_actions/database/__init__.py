"""How the package asks its database: prepared queries, and what SQLite needs."""
