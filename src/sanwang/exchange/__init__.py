"""Live operation: listings, deals, the ledger that mirrors their money, and a record of every step taken."""
