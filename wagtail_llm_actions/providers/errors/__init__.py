"""What the errors of providers mean, for all adapters."""
