"""Data as a factor: assets and lineage, offers with usage policies, access, metered use, bills."""
