"""The questions of the collaboration network, declared."""
