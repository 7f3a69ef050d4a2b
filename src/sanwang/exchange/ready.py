"""Load everything that registers guards, effects and openers, and refuse to run with a table that is not sound."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from sanwang.exchange.errors import StoreError

PARTS = (
    "listings", "secrecy", "deals", "offers", "contracts", "milestones", "disputes", "trial", "registration",
    "outcomes", "notices", "ledger.effects", "payments", "ledger.verification", "vouchers", "holdings", "bids",
    "paper_checks", "lodgings", "rounds", "round_checks", "limits", "loans", "repayment",
    "security", "loan_checks", "prepaid", "wallets", "stops", "conversions", "funds", "capital", "investments",
    "fund_checks", "oversight.life", "oversight.cases", "oversight.snoozing", "oversight.judging", "oversight.limits",
    "oversight.sandbox", "oversight.partaking", "oversight.complaints", "privacy.erasure", "border_lists", "screening",
    "quotas", "crossings", "mandates", "relations", "data.lineage", "data.assets", "data.products", "data.agreements",
    "data.uses", "data.bills", "data.disputes", "shares", "inflows", "counterparties",
)  # fmt: skip
"""Modules that register functions under names of the tables."""


@cache
def make_ready() -> None:
    """Register every function and check the processes and the dated rules. Raises StoreError for the first fault."""
    for part in PARTS:
        import_module(f"sanwang.exchange.{part}")
    from sanwang.exchange import process
    from sanwang.exchange.rules import reading

    if found := process.check() + reading.faults():
        raise StoreError(f"the exchange's tables are not sound: {found[0]}", f"流程或规则有误：{found[0]}")
