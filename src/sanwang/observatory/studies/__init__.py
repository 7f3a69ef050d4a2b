"""The questions of the observatory, declared."""
