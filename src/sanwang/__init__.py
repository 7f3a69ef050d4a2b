"""Sanwang (三网): plan, run and measure a regional innovation system."""
