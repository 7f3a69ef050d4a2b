"""Finding listings: by words that the asker may read, and likely duplicates among what they may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from rapidfuzz import fuzz

from sanwang.exchange import access
from sanwang.exchange.rows import TEXT
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.market import listing_versions, listing_words, listings
from sanwang.exchange.tiers import TIERS, field_tier, readable
from sanwang.exchange.who import Who
from sanwang.exchange.words_of import tokens

ALIKE = 86
"""Likeness of titles or texts (0 to 100) from which two listings are likely one."""

LONGEST = 24
"""Tokens of a search that count."""

MOST = 200
"""Hits that one search gives."""


@dataclass(frozen=True)
class Hit:
    """A listing found: what its asker may read of it."""

    listing: str
    kind: str
    row: str
    title: str
    place: str | None
    tier: str
    published_at: int | None
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Alike:
    """A listing that is likely the same, and how alike it is (0 to 100)."""

    listing: str
    title: str
    score: float


def index(tx: Tx, listing: Row, data: Mapping[str, Any]) -> None:
    """Let a listing be found: a row of words a tier, each only with the words of that tier."""
    forget(tx, listing["id"])
    by_tier: dict[str, list[str]] = {tier: [] for tier in TIERS}
    for name, value in data.items():
        tier = field_tier(listing["kind"], name, listing["tier"], listing["marks"])
        by_tier[tier] += [w for text in _texts(value) for w in tokens(text)]
    made = [
        {"listing": listing["id"], "tier": t, "words": " ".join(dict.fromkeys(w))}
        for t, w in by_tier.items()
        if w
    ]
    if made:
        tx.execute(listing_words.insert(), made)


def _texts(value: object) -> list[str]:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return [one for one in items if isinstance(one, str)]


def forget(tx: Tx, listing: str) -> None:
    """Let a listing be found no more."""
    tx.execute(listing_words.delete().where(listing_words.c.listing == listing))


def find(
    tx: Tx,
    who: Who,
    text: str = "",
    *,
    kind: str | None = None,
    place: str | None = None,
    industry: str | None = None,
    among: Sequence[str] | None = None,
    most: int = 20,
    after: tuple[int, str] | None = None,
) -> list[Hit]:
    """Listings on show that a person may see, best first (newest first without words).

    ``place`` takes in what lies in it. ``among``: only these listings. ``after``: those that stand behind the
    listing of this moment of publication and id. All words must be met, each by a field that the person may read.
    """
    asked = sa.select(listings).where(access.visible(who, tx.now))
    if kind:
        asked = asked.where(listings.c.kind == kind)
    if place:
        asked = asked.where(listings.c.place.startswith(place.rstrip("0") or place, autoescape=True))
    if industry:
        asked = asked.where(listings.c.industries.like(sa.literal(f'%"{industry}%', sa.Text)))
    if among is not None:
        asked = asked.where(listings.c.id.in_(among))
    if after is not None:
        then, key = after
        same = sa.and_(listings.c.published_at == then, listings.c.id > key)
        asked = asked.where(sa.or_(listings.c.published_at < then, same))
    most = min(max(most, 1), MOST + 1)
    wanted = list(dict.fromkeys(tokens(text)))
    if text.strip() and not wanted:
        return []
    asked = _by_words(tx, who, asked, wanted) if wanted else asked
    asked = asked.order_by(listings.c.published_at.desc(), listings.c.id)
    return [_hit(tx, who, row) for row in tx.all(asked.limit(most))]


def _by_words(tx: Tx, who: Who, asked: sa.Select[Any], wanted: list[str]) -> sa.Select[Any]:
    """Listings whose readable words hold every token, each in a row of words of a tier that the person may read."""
    may = access.findable(tx, who)
    for number, token in enumerate(wanted[:LONGEST]):
        holds = _sqlite(number, token) if tx.sqlite else _postgresql(token)
        asked = asked.where(listings.c.id.in_(sa.select(listing_words.c.listing).where(holds, may)))
    return asked


def _sqlite(number: int, token: str) -> sa.ColumnElement[bool]:
    name = f"w{number}"
    inside = sa.text(f"select rowid from listing_search where listing_search match :{name}")  # noqa: S608 - our name
    quoted = inside.bindparams(**{name: '"' + token.replace('"', '""') + '"'})
    return listing_words.c.no.in_(quoted.columns(sa.column("rowid", sa.BigInteger)))


def _postgresql(token: str) -> sa.ColumnElement[bool]:
    vector = sa.func.array_to_tsvector(
        sa.func.string_to_array(listing_words.c.words, sa.literal_column("' '"))
    )
    quoted = "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
    return vector.op("@@")(sa.cast(quoted, _TsQuery()))


class _TsQuery(sa.types.UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "tsquery"


def _hit(tx: Tx, who: Who, row: Row) -> Hit:
    no = row["published"] or row["pending"]
    data = read(tx, who, row, no)
    title = data.get("title") or data.get("name") or row["row"]
    return Hit(
        row["id"], row["kind"], row["row"], title, row["place"], row["tier"], row["published_at"], data
    )


def read(tx: Tx, who: Who, row: Row, no: int | None) -> dict[str, Any]:
    """What a person may read of one version of a listing."""
    if no is None:
        return {}
    asked = sa.select(listing_versions.c.data).where(
        listing_versions.c.listing == row["id"], listing_versions.c.no == no
    )
    data = tx.value(asked) or {}
    return readable(row["kind"], data, row["tier"], row["marks"], access.reading_level(tx, who, row))


def counts(tx: Tx, who: Who) -> dict[str, int]:
    """How many listings of each kind a person may see: nobody is told the number of what they may not see."""
    asked = (
        sa.select(listings.c.kind, sa.func.count().label("n"))
        .where(access.visible(who, tx.now))
        .group_by(listings.c.kind)
    )
    return {str(r["kind"]): int(r["n"]) for r in tx.all(asked)}


def duplicates(
    tx: Tx, who: Who, kind: str, data: Mapping[str, Any], besides: str | None = None
) -> list[Alike]:
    """Listings the person may see that are likely the same, most alike first; nothing else is compared."""
    title, text = str(data.get("title") or ""), str(data.get(TEXT.get(kind, "")) or "")
    found: dict[str, Alike] = {}
    for hit in _near(tx, who, kind, title):
        if hit.listing == besides:
            continue
        other = str(hit.fields.get(TEXT.get(kind, "")) or "")
        score = fuzz.ratio(_plain(title), _plain(hit.title))
        if text and other:
            score = max(score, fuzz.token_sort_ratio(_plain(text), _plain(other)))
        if score >= ALIKE:
            found[hit.listing] = Alike(hit.listing, hit.title, round(score, 1))
    return sorted(found.values(), key=lambda d: (-d.score, d.listing))


def _plain(text: str) -> str:
    return " ".join(tokens(text))


def _near(tx: Tx, who: Who, kind: str, title: str) -> list[Hit]:
    """Listings of a kind with the rarest words of a title."""
    wanted = list(dict.fromkeys(tokens(title)))
    found: dict[str, Hit] = {}
    for part in ([*wanted[:3]], [*wanted[-3:]], [*wanted[len(wanted) // 2 :][:3]]):
        for hit in find(tx, who, " ".join(part), kind=kind, most=50) if part else []:
            found[hit.listing] = hit
    return list(found.values())
