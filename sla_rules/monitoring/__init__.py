"""The live monitor: what happens is told as it happens, what is due is said before it passes."""
