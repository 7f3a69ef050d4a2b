"""The questions of the factor network, declared."""
