"""What the machine suggests of an export: entries of the loaded catalogue whose words stand in what is dealt in.

It suggests and says why; a person declares. No word found is no finding: it does not make a technology free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, border_lists, search, standing
from sanwang.exchange.contracts import crosses
from sanwang.exchange.errors import NotFound
from sanwang.exchange.names_alike import folded
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.market import listings
from sanwang.exchange.who import Who

TEXTS = ("title", "name", "text", "abstract", "keywords")
"""Fields of a listing that say what it is."""


@dataclass(frozen=True)
class Entry:
    """An entry of the catalogue that may apply: its words that were found, and where."""

    code: str
    export_class: str
    name: str
    found: tuple[str, ...]
    where: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """Whether a deal crosses the border, the catalogue that was read, and its entries, the strictest first."""

    crosses: bool
    catalogue: Row | None
    entries: tuple[Entry, ...]

    @property
    def export_class(self) -> str | None:
        """The strictest class of the entries; None where nothing was found: a person must say."""
        return self.entries[0].export_class if self.entries else None


def suggest(tx: Tx, who: Who, deal: str) -> Suggestion:
    """Entries that may apply to a deal, by what its asker may read of it. Raises NotFound for who is not of it."""
    row = access.seen(tx, who, "deal", deal)
    if not standing.roles(tx, who, "deal", row) - {"operator"}:
        raise NotFound
    catalogue = border_lists.in_force(tx, "export")
    if catalogue is None or not crosses(row):
        return Suggestion(crosses(row), catalogue, ())
    texts = _texts(tx, who, row)
    found = [_entry(e, texts) for e in border_lists.entries_of(tx, catalogue["id"])]
    kept = sorted(
        (e for e in found if e.found), key=lambda e: (e.export_class != "prohibited", -len(e.found), e.code)
    )
    return Suggestion(True, catalogue, tuple(kept))


def _texts(tx: Tx, who: Who, deal: Row) -> dict[str, str]:
    """By field, what the asker may read of the listings that the deal is about."""
    found: dict[str, str] = {}
    keys = [deal[n] for n in ("need", "result") if deal[n]]
    for listing in tx.all(sa.select(listings).where(listings.c.id.in_(keys))):
        data = search.read(tx, who, listing, listing["published"] or listing["pending"])
        for name in TEXTS:
            if data.get(name):
                found[f"{listing['row']}.{name}"] = _plain(data[name])
    return found


def _plain(held: Any) -> str:  # noqa: ANN401 - a text, or a list of them
    return folded(" ".join(held) if isinstance(held, list) else str(held)).replace(" ", "")  # pyright: ignore


def _entry(entry: dict[str, Any], texts: dict[str, str]) -> Entry:
    found = [w for w in entry["words"] if any(_plain(w) and _plain(w) in t for t in texts.values())]
    where = [n for n, t in texts.items() if any(_plain(w) in t for w in found)]
    return Entry(entry["code"], entry["class"], entry["name"], tuple(found), tuple(where))
