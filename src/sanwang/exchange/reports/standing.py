"""How things stand at a month's end: balances, what is overdue, long terms, concentration."""

from __future__ import annotations

from datetime import date

import polars as pl

from sanwang.exchange.ledger.accounts import codes
from sanwang.exchange.reports.figures import summed
from sanwang.exchange.reports.money import located
from sanwang.exchange.reports.record import Record

LARGEST = 5
"""How many parties a concentration names."""

LONG = 6
"""Months above which a term is long: the usual one of the notice on receivable vouchers (voucher.usual)."""


def balances(record: Record, code: str) -> pl.DataFrame:
    """Movements of accounts of a kind by party and what they are for, signed so that they add up to the balance.

    Accounts that came back to nothing are left out.
    """
    columns = ("party", "deal", "currency", "amount", "event")
    plus = record.moves.filter(pl.col("credit") == code).select(
        pl.col("payee").alias("party"), pl.col("into_deal").alias("deal"), "currency", "amount", "event"
    )
    less = record.moves.filter(pl.col("debit") == code).select(
        pl.col("payer").alias("party"),
        pl.col("from_deal").alias("deal"),
        "currency",
        -pl.col("amount"),
        "event",
    )
    rows = pl.concat([plus.select(columns), less.select(columns)])
    if codes()[code].side == "D":
        rows = rows.with_columns(-pl.col("amount"))
    whole = pl.col("amount").sum().over("party", "deal", "currency")
    return rows.filter(whole != 0)


def outstanding(record: Record) -> pl.DataFrame:
    """Balances at the month's end by what they are of and city."""
    rows = pl.concat([_vouchers(record), _lent(record), _lost(record), _bad(record), *_of_parties(record)])
    return summed("outstanding", rows, ("standing", "city"), "amount")


def overdue(record: Record) -> pl.DataFrame:
    """What was to be paid before the month's end and is not."""
    late = record.vouchers.filter(pl.col("due_on") < record.month.last.isoformat()).select(
        pl.col("id").alias("deal")
    )
    owed = _vouchers(record).join(late, on="deal", how="semi")
    states = (
        record.steps.filter(pl.col("process") == "loan").group_by("subject").agg(pl.col("to_state").last())
    )
    behind = states.filter(pl.col("to_state") == "arrears").select(pl.col("subject").alias("deal"))
    return summed(
        "overdue",
        pl.concat([owed, _lent(record).join(behind, on="deal", how="semi")]),
        ("standing", "city"),
        "amount",
    )


def long_term(record: Record) -> pl.DataFrame:
    """Vouchers accepted in the month whose due date lies more than six months after their confirmation."""
    accepted = record.month_moves.filter((pl.col("code") == "V1") & (pl.col("kind") == "voucher"))
    terms = record.vouchers.filter(
        pl.struct("issued_on", "due_on").map_elements(
            lambda r: _is_long(r["issued_on"], r["due_on"]), pl.Boolean
        )
    )
    rows = accepted.join(terms.select(pl.col("id").alias("from_deal")), on="from_deal", how="semi")
    return summed("long_term", rows.with_columns(pl.col("payer_city").alias("city")), ("city",), "amount")


def concentration(record: Record) -> pl.DataFrame:
    """The largest debtors, borrowers and lenders, each with the whole that it is a part of."""
    vouchers, lent = _vouchers(record), _lent(record)
    kinds = (
        vouchers.with_columns(pl.lit("debtor").alias("standing"), pl.col("who").alias("name")),
        lent.with_columns(pl.lit("borrower").alias("standing"), pl.col("who").alias("name")),
        lent.with_columns(pl.lit("lender").alias("standing"), pl.col("party").alias("name")),
    )
    rows = summed("concentration", pl.concat(kinds), ("standing", "name"), "amount")
    whole = pl.col("value").sum().over("one", "currency")
    ranked = rows.with_columns(whole.alias("part")).sort("value", descending=True)
    return ranked.filter(pl.int_range(pl.len()).over("one", "currency") < LARGEST).sort(
        ["one", "currency", "value", "two"], descending=[False, False, True, False]
    )


_COLUMNS = ("standing", "city", "party", "deal", "who", "currency", "amount", "event")


def _vouchers(record: Record) -> pl.DataFrame:
    return _of_debtor(record, "holder", "voucher")


def _lost(record: Record) -> pl.DataFrame:
    return _of_debtor(record, "lost", "voucher_lost")


def _of_debtor(record: Record, code: str, standing: str) -> pl.DataFrame:
    debtors = record.vouchers.select(pl.col("id").alias("deal"), pl.col("debtor").alias("who"))
    rows = balances(record, code).join(debtors, on="deal", how="left", maintain_order="left")
    return located(rows, record, "who").with_columns(pl.lit(standing).alias("standing")).select(_COLUMNS)


def _lent(record: Record) -> pl.DataFrame:
    return _of_borrower(record, "lent").with_columns(pl.col("lending").alias("standing")).select(_COLUMNS)


def _bad(record: Record) -> pl.DataFrame:
    return _of_borrower(record, "bad").with_columns(pl.lit("loan_bad").alias("standing")).select(_COLUMNS)


def _of_borrower(record: Record, code: str) -> pl.DataFrame:
    borrowers = record.loans.select(pl.col("id").alias("deal"), pl.col("borrower").alias("who"), "lending")
    rows = balances(record, code).join(borrowers, on="deal", how="left", maintain_order="left")
    return located(rows, record, "who")


def _of_parties(record: Record) -> list[pl.DataFrame]:
    """What stands with a party itself: money tied to a buyer's deals, a fund's cost of a firm, prepaid money held."""
    kinds = {
        "escrow": balances(record, "escrow"),
        "invested": balances(record, "stake"),
        "prepaid": record.held,
    }
    return [_of_party(rows, record, standing) for standing, rows in kinds.items()]


def _of_party(rows: pl.DataFrame, record: Record, standing: str) -> pl.DataFrame:
    own = located(rows.with_columns(pl.col("party").alias("who")), record, "who")
    return own.with_columns(pl.lit(standing).alias("standing")).select(_COLUMNS)


def _is_long(issued: str | None, due: str) -> bool:
    if issued is None:
        return False
    start, end = date.fromisoformat(issued), date.fromisoformat(due)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months > LONG or (months == LONG and end.day > start.day)
