"""Service agreements as data."""
