"""Bulk runs: one action on many objects; every output is a proposal for the editors."""
