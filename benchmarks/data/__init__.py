"""Made-up histories of any size, the same for the same seed, as Parquet files that are made once.

They stay under `build/bench`: delete that after changing how they are made.
"""
