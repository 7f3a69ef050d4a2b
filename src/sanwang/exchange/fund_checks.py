"""Funds recomputed: invested at cost + cash + distributed + written off = paid in + gains; nobody beyond a promise."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from sanwang.exchange.events import Fault
from sanwang.exchange.funds import OPEN, cash, promised, reach
from sanwang.exchange.ledger.accounts import balance, free
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.funds import capital_calls, commitments, funds, investments
from sanwang.exchange.tables.money import accounts, transfers

SUMS = {"F2": "paid_in", "F3": "invested", "F4": "distributed", "F5": "came_back"}
"""The rule of each movement of a fund's money, and the column that counts it."""


_OF_PROMISES = {"called": "called", "paid_in": "paid", "distributed": "distributed"}


def verify(tx: Tx) -> list[Fault]:
    """Every way in which funds, promises, calls, investments and the books do not agree; empty where all is well."""
    rows = tx.all(sa.select(funds))
    if not rows:
        return []
    books: dict[tuple[str, str, str], Row] = {}
    codes = ("fund", "commitment", "uncalled", "stake", "at_cost")
    for row in tx.all(sa.select(accounts).where(accounts.c.code.in_(codes))):
        books[row["code"], row["party"], row["deal"]] = row
    faults = [f for row in rows for f in _fund(tx, row, books)]
    faults += [f for row in tx.all(sa.select(commitments)) for f in _commitment(tx, row, books)]
    return faults + [f for row in tx.all(sa.select(investments)) for f in _investment(row, books)]


CHECKS.append(verify)


def _has(books: dict[tuple[str, str, str], Row], code: str, party: str, deal: str) -> int:
    row = books.get((code, party, deal))
    return balance(row) if row else 0


def _fund(tx: Tx, row: Row, books: dict[tuple[str, str, str], Row]) -> list[Fault]:
    name, key = f"fund {row['number']}", row["id"]
    faults: list[Fault] = []
    for code, moved in _moved(tx, books.get(("fund", "", key))).items():
        if row[SUMS[code]] != moved:
            faults.append(Fault(name, f"its {SUMS[code]} is not what moved", "累计数与流水不符"))
    at_cost = row["invested"] - row["cost_back"] - row["written_off"]
    if (_has(books, "fund", "", key), _has(books, "at_cost", "", key)) != (cash(row), at_cost):
        faults.append(Fault(name, "its cash or cost does not add up", "基金资金或成本不平"))
    gains = row["came_back"] - row["cost_back"]
    if at_cost + cash(row) + row["distributed"] + row["written_off"] != row["paid_in"] + gains:
        faults.append(Fault(name, "invested, cash, distributed and written off do not balance", "基金不平衡"))
    again = row["came_back"] if row["terms"]["revolving"] else 0
    if row["invested"] + promised(tx, key) > row["committed"] + again or reach(tx, row) < 0:
        faults.append(Fault(name, "more is invested and promised than came in and can", "投放超过可用来源"))
    return faults + _sums(tx, row, name)


def _sums(tx: Tx, row: Row, name: str) -> list[Fault]:
    """What the fund counts is what its promises and investments count."""
    mine = tx.all(sa.select(commitments).where(commitments.c.fund == row["id"]))
    kept = [c for c in mine if c["state"] in ("in_force", "released") and row["state"] != "dropped"]
    its = tx.all(sa.select(investments).where(investments.c.fund == row["id"]))
    pairs = [(row["committed"], sum(c["amount"] for c in kept))]
    pairs += [(row[n], sum(c[m] for c in mine)) for n, m in _OF_PROMISES.items()]
    pairs += [(row[n], sum(i[n] for i in its)) for n in ("invested", "came_back", "cost_back", "written_off")]
    return [Fault(name, "a sum is not that of its parts", "合计与明细不符") for a, b in pairs if a != b][:1]


def _moved(tx: Tx, account: Row | None) -> dict[str, int]:
    """What moved on a fund's cash by rule."""
    found: dict[str, int] = defaultdict(int, dict.fromkeys(SUMS, 0))
    if account is not None:
        touched = sa.or_(transfers.c.debit == account["id"], transfers.c.credit == account["id"])
        for one in tx.all(sa.select(transfers.c.code, transfers.c.amount).where(touched)):
            found[one["code"]] += one["amount"]
    return found


def _commitment(tx: Tx, row: Row, books: dict[tuple[str, str, str], Row]) -> list[Fault]:
    name = f"commitment {row['id']}"
    asked = sa.select(capital_calls).where(capital_calls.c.commitment == row["id"])
    sums = {"sent": 0, "late": 0, "paid": 0, "taken_back": 0}
    for one in tx.all(asked):
        sums[one["state"]] += one["amount"]
    open_ = sums["sent"] + sums["late"]
    if (row["paid"], row["called"]) != (sums["paid"], sums["paid"] + open_) or row["called"] > row["amount"]:
        return [Fault(name, "its calls do not add up, or are above it", "缴款与认缴不符")]
    account = books.get(("commitment", row["investor"], row["fund"]))
    if row["state"] != "in_force" or account is None:
        return []
    fits = (balance(account), free(account)) == (row["amount"] - row["paid"], row["amount"] - row["called"])
    return [] if fits else [Fault(name, "the memo book says something else", "备查账不符")]


def _investment(row: Row, books: dict[tuple[str, str, str], Row]) -> list[Fault]:
    cost = row["invested"] - row["cost_back"] - row["written_off"]
    paid = sum(t["amount"] for t in row["terms"]["tranches"][: row["tranches"]])
    off = _has(books, "stake", row["investee"], row["id"]) != cost or paid != row["invested"]
    ended = row["state"] in ("exited", "written_off") and cost
    wrong = off or ended or (row["state"] not in OPEN and row["state"] != "lapsed" and cost)
    return [Fault(f"investment {row['number']}", "its cost does not add up", "投资成本不平")] if wrong else []
