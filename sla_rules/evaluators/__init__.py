"""Evaluators: each judges the same agreement by its own means, and all agree on every verdict."""
