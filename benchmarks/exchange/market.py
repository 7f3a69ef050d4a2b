"""Search, what one may do, and the snapshot over 100,000 listings. One run; results in RESULTS.md.

Usage: python benchmarks/exchange/market.py [ADDRESS] (a fresh SQLite file by default; an empty PostgreSQL database).
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from sanwang.exchange import people
from sanwang.exchange.face import Exchange
from sanwang.exchange.given import digest
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.market import listing_versions, listing_words, listings
from sanwang.exchange.tiers import TIERS, field_tier
from sanwang.exchange.who import EXCHANGE, VISITOR, Who
from sanwang.exchange.words_of import tokens
from sanwang.region.sample import sample_region
from sanwang.standards.uscc import complete

COUNT = 100_000


def main(address: str) -> None:
    x = Exchange.create(address, "admin", "fictional-password")
    owner, party = x.store.run(lambda tx: _member(tx, 1))
    member, _ = x.store.run(lambda tx: _member(tx, 2))
    who = x.person(member)
    started = time.perf_counter()
    _fill(x, party, owner)
    _say("fill, s", time.perf_counter() - started)
    with x.store.write() as tx:
        tx.execute(sa.text("analyze"))  # what PostgreSQL does by itself within a minute
    readers: dict[str, Who] = {"visitor": VISITOR, "member": who}
    for name, reader in readers.items():
        for text in ("双极板", "电机 控制", "材料", "缓存 一致性", "没有这样的词"):
            _say(f"search {name} {text}, ms", _median(lambda r=reader, t=text: x.search(r, t)))
        _say(f"search {name} newest, ms", _median(lambda r=reader: x.search(r)))
    one = x.search(who)[0].listing
    with x.store.read() as tx:
        _say("allowed(), one transaction, ms", _median(lambda: _allowed(tx, who, one), 200))
    _say(
        "x.allowed(), with sign-in's grants and its own transaction, ms",
        _median(lambda: x.allowed(who, "listing", one), 200),
    )
    started = time.perf_counter()
    region = x.region()
    _say(
        f"snapshot of {region['achievements'].height + region['needs'].height} listings, s",
        time.perf_counter() - started,
    )
    x.close()


def _allowed(tx: Tx, who: Who, one: str) -> object:
    from sanwang.exchange.taking import allowed

    return allowed(tx, who, "listing", one)


def _member(tx: Tx, number: int) -> tuple[str, str]:
    code = complete("91110000", f"{number:08d}")
    party = people.add_party(tx, EXCHANGE, f"B{number}", f"虚构单位 {number}", place="110108", uscc=code)
    people.verify_party(tx, EXCHANGE, party)
    user = people.add_user(tx, EXCHANGE, f"member{number}", "member", "fictional-password")
    people.grant(tx, EXCHANGE, user, "member", "party", party)
    return user, party


def _fill(x: Exchange, party: str, author: str) -> None:
    """Rows of the fictional sample over and over, each with words of another, straight into the tables."""
    draw, sample = random.Random(7), sample_region()
    texts = [(r["title"], r["abstract"]) for r in sample["achievements"].iter_rows(named=True)]
    for start in range(0, COUNT, 5000):
        x.store.run(lambda tx, s=start: _some(tx, draw, texts, party, author, s))


def _some(
    tx: Tx, draw: random.Random, texts: list[tuple[str, str]], party: str, author: str, start: int
) -> None:
    rows: list[dict[str, object]] = []
    versions: list[dict[str, object]] = []
    words: list[dict[str, object]] = []
    for number in range(start, start + 5000):
        (title, _), (_, text) = draw.choice(texts), draw.choice(texts)
        tier = draw.choices(TIERS, (6, 3, 1))[0]
        data = {"id": f"R{number}", "title": f"{title} {number}", "abstract": text, "trl": 5, "licences": 1}
        key = tx.id()
        rows.append({"id": key, "kind": "achievements", "row": data["id"], "party": party, "state": "published",
                     "tier": tier, "published": 1, "title": data["title"], "place": draw.choice(["110108", "130600"]),
                     "published_at": tx.now - number, "expires_at": tx.now * 2, "renewals": 0, "used": 0,
                     "version": 1})  # fmt: skip
        versions.append({"listing": key, "no": 1, "data": data, "digest": digest(data), "tier": tier, "author": author,
                         "at": tx.now})  # fmt: skip
        by_tier: dict[str, list[str]] = {}
        for name, value in data.items():
            if isinstance(value, str):
                by_tier.setdefault(field_tier("achievements", name, tier, None), []).extend(tokens(value))
        words += [
            {"listing": key, "tier": t, "words": " ".join(dict.fromkeys(w))} for t, w in by_tier.items()
        ]
    tx.execute(listings.insert(), rows)
    tx.execute(listing_versions.insert(), versions)
    tx.execute(listing_words.insert(), words)


def _median(function: Callable[[], object], times: int = 15) -> float:
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def _say(what: str, value: float) -> None:
    sys.stdout.write(f"{what}: {value:.2f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(str(Path(folder) / "market.db"))
