"""The questions of the finance network, declared."""
