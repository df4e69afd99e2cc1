"""That what is released can be installed and used: `make release-check`."""
