"""A worker that takes steps and writes each one down, synced to disk, once it is told that it is done; to be killed.

Usage: python benchmarks/exchange/killed.py ADDRESS FILE RUN. It lists, reviews and seals until it is stopped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sanwang.exchange import people
from sanwang.exchange.face import Exchange
from sanwang.exchange.store import Tx, open_store
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.uscc import complete


def main(address: str, file: str, run: int) -> None:
    x = Exchange(open_store(address))
    users = x.store.run(lambda tx: _people(tx, run))
    who = {name: x.person(user) for name, user in users.items()}
    with Path(file).open("a", encoding="utf-8") as told:
        _write(told, f"ready {run}")
        for number in range(1_000_000):
            row = {
                "id": f"{run}-{number}",
                "title": f"虚构需求 {run} {number}",
                "text": f"虚构内容 {number} 之 {run}",
            }
            listing = x.draft(who["member"], "needs", row, tier="public")
            _write(told, f"{listing} draft")
            x.take(who["member"], "listing", listing, "submit", duplicates=_answers(x, who["member"], row))
            _write(told, f"{listing} submit")
            for reviewer, event in (("one", "pass"), ("two", "publish")):
                x.take(who[reviewer], "listing", listing, event)
                _write(told, f"{listing} {event}")
            if number % 5 == 0:
                x.seal()


def _answers(x: Exchange, who: object, row: dict[str, str]) -> dict[str, str]:
    return {d.listing: "不同" for d in x.duplicates(who, "needs", row)}  # pyright: ignore[reportArgumentType]


def _write(told: object, line: str) -> None:
    told.write(line + "\n")  # pyright: ignore
    told.flush()  # pyright: ignore
    os.fsync(told.fileno())  # pyright: ignore


def _people(tx: Tx, run: int) -> dict[str, str]:
    party = people.add_party(tx, EXCHANGE, f"K{run}", f"虚构单位 {run}", place="130600",
                             uscc=complete("91130600", f"{run:08d}"), fictional=True)  # fmt: skip
    people.verify_party(tx, EXCHANGE, party)
    made: dict[str, str] = {}
    for name, role, kind, scope in (("member", "member", "party", party), ("one", "reviewer", "platform", ""),
                                    ("two", "reviewer", "platform", "")):  # fmt: skip
        made[name] = people.add_user(tx, EXCHANGE, f"{name}-{run}", name, "fictional-password")
        people.grant(tx, EXCHANGE, made[name], role, kind, scope)
    return made


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
