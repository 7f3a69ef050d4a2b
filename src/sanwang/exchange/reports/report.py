"""A month's report: its figures, the versions that were given out, and what a restatement changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import polars as pl
import sqlalchemy as sa

from sanwang.exchange import events
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.reports import counts, money, standing
from sanwang.exchange.reports.figures import KEY, SCHEMA, definitions
from sanwang.exchange.reports.month import Month
from sanwang.exchange.reports.record import Record, read
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.base import canonical
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.reports import reports
from sanwang.exchange.who import Who

_FIGURES: tuple[Callable[[Record], pl.DataFrame], ...] = (
    money.flows, standing.outstanding, standing.overdue, standing.long_term, money.fees, money.interest,
    standing.concentration, counts.refusals, counts.steps, counts.contracts, counts.contract_flows, counts.registered,
    counts.overseen,
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """A month's figures (columns of ``figures.SCHEMA``) and the end of the sealed record they were made from.

    ``over`` says whether the month had ended; ``no`` is the version given out (0: none); ``names`` are parties' names.
    """

    month: Month
    figures: pl.DataFrame
    link: int
    record_digest: str
    digest: str
    at: int
    over: bool
    no: int = 0
    why: str | None = None
    names: dict[str, str] | None = None


def may_read(who: Who) -> bool:
    """Whether a person reads whole reports: overseers, auditors and operators of the platform."""
    return any(who.has(role) for role in ("overseer", "auditor", "operator"))


def compute(tx: Tx, of: Month) -> Report:
    """The month's figures from the sealed record as it is now."""
    record = read(tx, of)
    found = pl.concat([one(record) for one in _FIGURES])
    return Report(
        of, found, record.link, record.digest, digest(found), tx.now, tx.now > of.end, names=_names(tx, found)
    )


def report(tx: Tx, who: Who, of: Month, no: int | None = None) -> Report:
    """A month's report for who may read it: as it comes out now, or a version given out.

    Raises NotFound for others and for a version that there is none of.
    """
    if not may_read(who):
        raise NotFound
    if no is None:
        return compute(tx, of)
    row = tx.one(sa.select(reports).where(reports.c.month == str(of), reports.c.no == no))
    if row is None:
        raise NotFound
    found = pl.read_parquet(BytesIO(row["parquet"]))
    return Report(of, found, row["link"], row["record_digest"], row["digest"], row["at"], True, no, row["why"],
                  _names(tx, found))  # fmt: skip


def give_out(tx: Tx, who: Who, of: Month, why: str | None = None) -> Report:
    """Keep the month's figures as the next version, told in the record; for operators.

    The first wants no reason, a restatement one. Raises Refused where the month is not over, where nothing changed, or
    where the reason is missing.
    """
    if not who.has("operator"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")
    while events.seal(tx):  # the month is told from what is in the chain
        pass
    made, before = compute(tx, of), last_version(tx, of)
    if not made.over:
        raise Refused("month", f"{of} is not over yet", f"{of} 尚未结束")
    if before and before["digest"] == made.digest:
        raise Refused("same", "nothing changed since the version given out", "与已发布版本相同，无需重述")
    if before and not (why or "").strip():
        raise Refused("why", "a restatement says why", "重述须说明原因")
    no, written = (before["no"] if before else 0) + 1, BytesIO()
    made.figures.write_parquet(written)
    tx.insert(
        reports, month=str(of), no=no, link=made.link, record_digest=made.record_digest, parquet=written.getvalue(),
        digest=made.digest, by=who.user, at=tx.now, why=why if before else None,
    )  # fmt: skip
    events.append(tx, process="report", subject=f"{of}/{no}", take="restate" if before else "give_out",
                  to_state="given_out", user=who.user, data={"digest": made.digest, "link": made.link})  # fmt: skip
    return report(tx, who, of, no)


def last_version(tx: Tx, of: Month) -> Row | None:
    """The newest version of a month that was given out."""
    asked = sa.select(reports).where(reports.c.month == str(of)).order_by(reports.c.no.desc()).limit(1)
    return tx.one(asked)


def versions(tx: Tx, who: Who) -> list[Row]:
    """Every version given out, newest month first: month, no, link, digest, at, why. Raises NotFound for others."""
    if not may_read(who):
        raise NotFound
    shown = [c for c in reports.c if c.name != "parquet"]
    return tx.all(sa.select(*shown).order_by(reports.c.month.desc(), reports.c.no.desc()))


def changes(before: Report, after: Report) -> pl.DataFrame:
    """Figures that differ between two reports of a month: before and after, and the events in one and not the other.

    Columns: those of ``KEY``, ``value``/``part``/``count`` with ``_before`` and ``_after``, ``gone`` and ``come``.
    """
    keys = [pl.col(k).fill_null("") for k in KEY]
    one, other = (r.figures.with_columns(keys) for r in (before, after))
    joined = one.join(other, on=list(KEY), how="full", suffix="_after", coalesce=True)
    empty = pl.lit([], pl.List(pl.String))
    was, now = pl.col("events").fill_null(empty), pl.col("events_after").fill_null(empty)
    numbers = ("value", "part", "count")
    differs = pl.any_horizontal(
        *(pl.col(n).ne_missing(pl.col(f"{n}_after")) for n in numbers), was.list.sort() != now.list.sort()
    )
    return joined.filter(differs).select(
        *KEY, *(x for n in numbers for x in (pl.col(n).alias(f"{n}_before"), f"{n}_after")),
        was.list.set_difference(now).alias("gone"), now.list.set_difference(was).alias("come"),
    ).sort(KEY)  # fmt: skip


def digest(figures: pl.DataFrame) -> str:
    """SHA-256 of the figures' canonical text: the same figures and events give the same digest."""
    rows = [[r[c] if c != "events" else sorted(r[c]) for c in SCHEMA] for r in figures.iter_rows(named=True)]
    return hashlib.sha256(canonical(sorted(rows, key=canonical)).encode()).hexdigest()


def _names(tx: Tx, figures: pl.DataFrame) -> dict[str, str]:
    by_party = [d.figure for d in definitions().values() if "party" in d.dimensions]
    ids = figures.filter(pl.col("figure").is_in(by_party))["two"].unique().to_list()
    rows = tx.all(sa.select(parties.c.id, parties.c.name).where(parties.c.id.in_(ids))) if ids else []
    return {r["id"]: r["name"] for r in rows}
