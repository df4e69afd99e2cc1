"""Measurements: speed and memory, as ratios in one run. Never asserted as times."""
