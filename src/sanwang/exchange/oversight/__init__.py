"""Oversight: rules over the events, alerts that explain themselves, cases, and the register of pilots."""
