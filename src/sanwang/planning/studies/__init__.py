"""The questions of planning, declared."""
