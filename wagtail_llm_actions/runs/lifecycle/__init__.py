"""The life of a run: execution, transitions, lease, retries, circuit breaker, cancel, recovery."""
