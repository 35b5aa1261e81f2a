"""The life of a run: transitions, execution, lease, retries, circuit breaker, cancel, recovery."""
