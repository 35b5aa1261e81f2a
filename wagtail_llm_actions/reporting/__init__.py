"""Metrics over runs: usage, latency, cost and error patterns, as plain functions without request or HTML."""
