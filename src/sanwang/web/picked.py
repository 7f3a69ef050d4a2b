"""A workspace's money tried out: allocation under sliders, set-off and stress of picked firms beside the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.region.names import actor_names
from sanwang.study.table import Table
from sanwang.study.words import money_words
from sanwang.web.held import Held, asked
from sanwang.web.taken import table_of
from sanwang.web.words import said

STUDIES = ("allocate", "settle", "stress")

LOSS, PER_FIRM = (0.2, 10.0, 3.0), (1, 6, 3)
"""Of each slider the least, the most, and where it stands first: bound on expected loss in percent, products a firm."""

FIRST = {"allocate": (("loss_share", LOSS[2] / 100), ("per_firm", PER_FIRM[2]))}
"""What a study is given where nothing was moved."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Tried:
    """What a study says of what was picked and of the whole, what was left out, and what moved, in tables and words."""

    told: Sequence[str]
    whole: Sequence[str]
    left_out: str
    tables: tuple[Table, ...]


def firms(region: Region, study: str, lang: str) -> list[tuple[str, str]]:
    """The firms that can be picked, by id and name: whoever owes or is owed, or may be lent to."""
    names = dict(actor_names(region, lang).iter_rows())
    if study == "allocate":
        ids = region["actors"].filter(pl.col("kind") == "firm")["id"].drop_nulls().to_list()
    else:
        debts = region["obligations"]
        ids = pl.concat([debts["debtor"], debts["creditor"]]).drop_nulls().unique().to_list()
    return sorted(((i, str(names.get(i) or i)) for i in ids), key=lambda f: f[1])


def tried(region: Region, study: str, picked: Sequence[str], given: Mapping[str, Any], lang: str) -> Tried:
    """A study run on the picked firms (all where none is) with what is given, beside it as it stands without.

    Raises OptionError for firms that are not there, or fewer than two for what goes between firms.
    """
    known = {i for i, _ in firms(region, study, lang)}
    if strange := [p for p in picked if p not in known]:
        raise OptionError(f"there is no firm {', '.join(strange)}", f"没有企业 {'、'.join(strange)}")
    if study != "allocate" and len(picked) == 1:
        raise OptionError("pick two firms or more: one alone owes itself nothing", "请至少选择两家企业")
    part, left = _only(region, study, picked, lang)
    fails = given.get("fails", ())
    if lost := [f for f in fails if picked and f not in picked]:
        raise OptionError(
            f"{', '.join(lost)}: not among the firms picked", f"{'、'.join(lost)} 不在所选企业之中"
        )
    whole = asked(Held(region), study, lang, (("fails", tuple(fails)),) if fails else FIRST.get(study, ()))
    made = asked(Held(part), study, lang, _frozen(given))
    moved = _moved(_sums(study, whole), _sums(study, made), region, study, lang)
    own = [t for n in ("placed", "firms", "hit") if (t := made.shown.table(n)) is not None]
    return Tried(made.shown.headline, whole.shown.headline, left, (moved, *own))


def _frozen(given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((k, tuple(x) if isinstance(x, list) else x) for k, x in given.items())


def _only(region: Region, study: str, picked: Sequence[str], lang: str) -> tuple[Region, str]:
    """The Region of the picked firms, and in words what is left out of it."""
    if not picked:
        return region, ""
    if study == "allocate":
        return _lent(region, picked, lang)
    debts = region["obligations"]
    inside = pl.col("debtor").is_in(list(picked)) & pl.col("creditor").is_in(list(picked))
    kept = debts.filter(inside)
    lost = int(debts["amount"].sum() or 0) - int(kept["amount"].sum() or 0)
    words = said("tried.debts_out", lang, n=debts.height - kept.height, amount=money_words(lost, lang))
    return region.with_tables(obligations=kept), words


def _lent(region: Region, picked: Sequence[str], lang: str) -> tuple[Region, str]:
    needs = region["needs"]
    kept = needs.filter(pl.col("actor").is_in(list(picked)))
    words = said("tried.needs_out", lang, n=needs.height - kept.height)
    return region.with_tables(needs=kept), words


_SUMS = {
    "allocate": ("placed", "firm", "amount"), "settle": ("firms", "firm", "cleared"),
    "stress": ("hit", "firm", "shortfall"),
}  # fmt: skip
"""By study the table, whose, and the amount (fen) that is laid side by side."""


def _sums(study: str, result: Any) -> dict[str, int]:  # noqa: ANN401 - a result of one of three studies
    table, whose, amount = _SUMS[study]
    found = result.shown.table(table)
    if found is None:
        return {}
    return {str(f): int(a) for f, a in found.frame.group_by(whose).agg(pl.col(amount).sum()).iter_rows()}


def _moved(
    before: Mapping[str, int], after: Mapping[str, int], region: Region, study: str, lang: str
) -> Table:
    """Each firm whose amount is another one than in the whole, the largest move first."""
    names = dict(actor_names(region, lang).iter_rows())
    rows: list[Row] = [
        {"firm": f, "name": names.get(f) or f, "without": before.get(f, 0), "with_this": after.get(f, 0)}
        for f in dict.fromkeys((*before, *after))
        if before.get(f, 0) != after.get(f, 0)
    ]
    rows.sort(key=lambda r: (-abs(r["with_this"] - r["without"]), r["firm"]))
    for row in rows:
        row["change"] = f"{'+' if row['with_this'] > row['without'] else '−'}" + money_words(
            abs(row["with_this"] - row["without"]), lang
        )
        row |= {k: money_words(row[k], lang) for k in ("without", "with_this")}
    return table_of(
        "moved", said(f"tried.moved.{study}", lang), rows, lang, firm="id", name="text", without="text",
        with_this="text", change="text",
    )  # fmt: skip
