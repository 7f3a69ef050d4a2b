"""A person's words on a workspace: on pairs and on where a row stands, kept where match, plan and chain read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sanwang.collaboration.chains.corrections import correct
from sanwang.collaboration.studies.placed import chains_here
from sanwang.collaboration.verdicts import decide as keep
from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound
from sanwang.exchange.who import Who
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


def _said(why: str) -> str:
    told = why.strip()[:600]
    if not told:
        raise OptionError("say why", "请写明理由")
    return told
