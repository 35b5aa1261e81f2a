"""Correct a request whose parameter a server refuses, and remember it for the next one."""
