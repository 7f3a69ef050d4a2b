"""A person's words on a workspace: on pairs and on where a row stands, kept where match, plan and chain read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sanwang.collaboration.chains.corrections import correct, standing
from sanwang.collaboration.studies.placed import chains_here
from sanwang.collaboration.verdicts import WHOLE, Word, verdicts
from sanwang.collaboration.verdicts import decide as keep
from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound, Stale
from sanwang.exchange.who import Who
from sanwang.region import Region
from sanwang.web import spaces

DECIDED = ("needs", "achievements", "bases", "makers", "products")
PLACED = ("actors", "achievements", "bases", "makers", "needs")


def decide(
    folder: Path, who: Who, name: str, on: date, subject: str, other: str, verdict: str, why: str
) -> None:
    """Keep a word on a row or pair in the workspace's ``decisions``.

    Raises OptionError for ids of nobody, an unknown verdict, or a word without a why.
    """
    place = spaces.writable(folder, who, name)
    region = spaces.region_of(folder, who, name)
    known = {i for kind in DECIDED for i in region[kind]["id"].to_list()}
    if subject not in known or (other and other not in known):
        raise OptionError(f"no row has the id {subject} {other}", f"没有编号为 {subject} {other} 的行")
    keep(place, subject, other, verdict, str(who.name), on, _said(why))


def move(folder: Path, who: Who, name: str, on: date, item: str, link: str, to: str, why: str) -> None:
    """Say that a row does not stand at a link, and at which it does where that is known, in ``placements``.

    Raises OptionError for a link there is none of or a word without a why, NotFound for a row that is not there.
    """
    place = spaces.writable(folder, who, name)
    region = spaces.region_of(folder, who, name)
    known = {k.id for c in chains_here(region) for k in c.links}
    if strange := {link, *([to] if to else [])} - known:
        raise OptionError(f"there is no link {', '.join(strange)}", f"没有环节 {'、'.join(strange)}")
    if not any(item in region[kind]["id"].to_list() for kind in PLACED):
        raise NotFound
    note = _said(why)
    correct(place, item, link, str(who.name), "no", on, note)
    if to:
        correct(place, item, to, str(who.name), "yes", on, note)


@dataclass(frozen=True)
class Held:
    """A word that holds, on whom, and what it is known by: a later word has another tag."""

    subject: str
    other: str
    word: Word

    @property
    def tag(self) -> str:
        """What the word is known by."""
        return " ".join((self.word.verdict, self.word.who, str(self.word.when or "")))


def held(region: Region, among: Sequence[str] = ()) -> list[Held]:
    """The words that hold; ``among``: those of which both sides are named there (a whole row is one side)."""
    rows = [
        Held(*((b, a) if a == WHOLE else (a, b)), word=word)
        for (a, b), word in verdicts(region).words.items()
    ]
    return [h for h in rows if not among or {h.subject, h.other} - {WHOLE} <= set(among)]


def withdraw(
    folder: Path, who: Who, name: str, on: date, subject: str, other: str, tag: str = "", why: str = ""
) -> None:
    """Take back the word that holds on a row or pair; it stays in the table, and what was said before it holds again.

    Raises NotFound where no word holds, Stale where another one holds than the one of ``tag``.
    """
    place = spaces.writable(folder, who, name)
    pair = {subject, other or WHOLE}
    found = [h for h in held(spaces.region_of(folder, who, name)) if {h.subject, h.other} == pair]
    if not found:
        raise NotFound
    if tag and found[0].tag != tag:
        raise Stale
    keep(place, subject, other, "withdraw", str(who.name), on, why.strip()[:600], found[0].tag)


def unmove(folder: Path, who: Who, name: str, on: date, item: str, link: str, why: str = "") -> None:
    """Take back one's own word on where a row stands, at the link and wherever else it was said in the same move.

    Raises NotFound where one has said nothing that holds.
    """
    place = spaces.writable(folder, who, name)
    words = own_words(spaces.region_of(folder, who, name), who, item)
    one = words.get(link)
    if one is None:
        raise NotFound
    for where, word in words.items():
        if (word["date"], word["note"]) == (one["date"], one["note"]):
            correct(place, item, where, str(who.name), "withdraw", on, why.strip()[:600])


def own_words(region: Region, who: Who, item: str) -> dict[str, Mapping[str, Any]]:
    """By link what a person said of a row, as far as it holds."""
    return {
        link: row
        for (link, one), rows in standing(region).items()
        if one == item
        for row in rows
        if row["by"] == who.name
    }


def moved_away(region: Region, who: Who, link: str) -> list[Mapping[str, Any]]:
    """One's own words that a row does not stand at a link."""
    told = [(one, row) for (at, one), rows in standing(region).items() if at == link for row in rows]
    return [{**row, "item": one} for one, row in told if row["by"] == who.name and row["verdict"] == "no"]


def _said(why: str) -> str:
    told = why.strip()[:600]
    if not told:
        raise OptionError("say why", "请写明理由")
    return told
