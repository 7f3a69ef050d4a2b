"""The supervisor's month: figures computed from the record alone, kept in versions, each with the events behind it."""
