"""The work layer: plain functions over runs, without request or HTML."""
