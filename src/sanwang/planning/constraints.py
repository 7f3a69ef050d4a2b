"""The plan's constraints, read from one table: rows of the program and policies, their words, inequalities, sources."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Sense = Literal["least", "most", "credit"]
Against = Literal["share", "amount", "each"]


@dataclass(frozen=True)
class Row:
    """A family of rows: its words, inequality and source, whose rent it is, the units of its price and of one more."""

    zh: str
    en: str
    inequality: str
    one_more: str
    net: str
    unit: str
    by_year: bool
    reference: str
    more: str | None = None


@dataclass(frozen=True)
class Policy:
    """A kind of policy: its words, arguments, what it counts of each route, against what, and its inequality."""

    zh: str
    en: str
    takes: tuple[str, ...]
    counts: str
    sense: Sense
    against: Against
    inequality: str
    reference: str

    @property
    def bound(self) -> str:
        """The argument that bounds what is counted."""
        return next(a for a in self.takes if a != "place")


@cache
def _table() -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads((files("sanwang.planning") / "constraints.toml").read_text(encoding="utf-8"))


@cache
def rows() -> Mapping[str, Row]:
    """Families of rows by kind, in the order of the program."""
    return {kind: Row(**given) for kind, given in _table()["row"].items()}  # pyright: ignore[reportArgumentType]


@cache
def policies() -> Mapping[str, Policy]:
    """Policies by kind."""
    every = _table()["policy"].items()
    return {k: Policy(**(g | {"takes": tuple(g["takes"])})) for k, g in every}  # pyright: ignore


def words(kind: str, lang: str) -> str:
    """What a constraint is called; a kind that the table does not have as it stands."""
    found = rows().get(kind) or policies().get(kind)
    return kind if found is None else found.zh if lang == "zh" else found.en


def row_page() -> str:
    """The rows as the table of docs/plan.md."""
    return "\n".join(_rows(("row", "inequality", "price: one more …", "source"), (
        (f"{k}{', year' if r.by_year else ''} {r.zh}", r.inequality, r.one_more, r.reference)
        for k, r in rows().items()
    )))  # fmt: skip


def policy_page() -> str:
    """The policies as the table of docs/plan.md."""
    return "\n".join(_rows(("policy", "takes", "inequality", "source"), (
        (f"`{k}` {p.zh}", ", ".join(f"`{a}`" for a in p.takes), p.inequality, p.reference)
        for k, p in policies().items()
    )))  # fmt: skip


def _rows(heads: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for line in lines:
        yield f"| {' | '.join(line)} |"


def with_tables(page: str) -> str:
    """A page with what stands between its marks replaced by the tables as they are now."""
    for name, table in (("rows", row_page()), ("policies", policy_page())):
        first, last = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, _, rest = page.partition(first)
        _, _, after = rest.partition(last)
        page = before + first + table + last + after
    return page
