"""Counted time of one case: what a limit gives, when the clock stands still, until when is in time, how long up."""
