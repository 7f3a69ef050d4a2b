"""What a target asks of a team, and who has it: each holder with a strength, its price and the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from sanwang.collaboration.chains.chain import Chain, Link
from sanwang.collaboration.chains.placing import Placing
from sanwang.collaboration.fit.closeness import encoding
from sanwang.collaboration.fit.evidence import evidence
from sanwang.collaboration.fit.fits import SIDES, job_of, stations_of
from sanwang.collaboration.fit.score import fit_of
from sanwang.collaboration.verdicts import verdicts
from sanwang.errors import OptionError
from sanwang.region import Region

ROLES = {
    "research": "研发",
    "pilot": "中试",
    "make": "制造",
    "supply": "供应",
    "use": "应用",
    "word": "能力",
}
"""Kind of a capability → its Chinese name."""


UNFIT = 0.02
"""Fit to a need's own text below which a base or maker of its link has nothing to do with it: needs name a trouble
and seldom a process, so the bar is lower than for results."""


@dataclass(frozen=True)
class Holding:
    """Somebody has a capability: strength 0…1, price in fen (None if not known), and what shows it."""

    strength: float
    price: int | None
    evidence: str


@dataclass(frozen=True)
class Capability:
    """Something the team must be able to do, and who can, by actor."""

    id: str
    kind: str
    name: str
    holders: Mapping[str, Holding]


@dataclass(frozen=True)
class Target:
    """What the team is for: its name, and the capabilities asked."""

    id: str
    name: str
    capabilities: tuple[Capability, ...]
    leader: str | None = None
    """The actor that asks, where the target is somebody's need: it stands in the team."""


@dataclass(frozen=True)
class _Shelf:
    """Placements by (link, kind), owners and prices by (kind, row)."""

    placed: Mapping[tuple[str, str], list[dict[str, Any]]]
    owner: Mapping[tuple[str, str], str | None]
    price: Mapping[tuple[str, str], int | None]
    trl: Mapping[str, int | None]


def target_of(region: Region, chains: Iterable[Chain], placing: Placing, word: str) -> Target:
    """The target a word stands for: a link's id or name, a need's id, or capabilities separated by ``;``.

    Raises OptionError where the word is empty, or names a need that stands at no link.
    """
    every = tuple(chains)
    said = word.strip()
    if not said:
        raise OptionError("the target is empty / 目标为空")
    shelf = _shelf(region, placing)
    for chain in every:
        for link in chain.links:
            if said in (link.id, link.name):
                return Target(link.id, f"{chain.name}·{link.name}", tuple(_of_link(chain, link, shelf)))
    needs = {r["id"]: r for r in region["needs"].drop_nulls("id").to_dicts()}
    if said in needs:
        return _of_need(needs[said], every, placing, _fitting(region, needs[said], shelf))
    words = [w for w in re.split(r"[;；、,，]", said) if w.strip()]
    return Target(said, said, tuple(_of_word(region, every, w.strip(), shelf) for w in words))


def allowed(region: Region, target: Target) -> Target:
    """The target less holders whom a person rejected, for it or as a whole."""
    said = verdicts(region)
    if not said.words:
        return target
    kept = tuple(
        replace(c, holders={a: h for a, h in c.holders.items() if not said.rejected(target.id, a)})
        for c in target.capabilities
    )
    return replace(target, capabilities=kept)


def _of_need(need: Mapping[str, Any], chains: tuple[Chain, ...], placing: Placing, shelf: _Shelf) -> Target:
    rows = placing.frame.filter((pl.col("kind") == "needs") & (pl.col("item") == need["id"]))
    if rows.is_empty():
        raise OptionError(
            f"需求 {need['id']} 没有归入任何环节，请用更正指定 / need {need['id']} stands at no link; place it first"
        )
    best = rows.row(0, named=True)
    chain = next(c for c in chains if c.id == best["chain"])
    link = chain.links[chain.index[best["link"]]]
    asked = [c for c in _of_link(chain, link, shelf) if c.kind != "use"]
    if need["actor"]:
        asked.append(
            Capability(
                "use", "use", "应用：提出需求", {need["actor"]: Holding(1.0, None, f"需求 {need['id']}")}
            )
        )
    return Target(need["id"], f"{need['title'] or need['id']}（{link.name}）", tuple(asked), need["actor"])


def _fitting(region: Region, need: Mapping[str, Any], shelf: _Shelf) -> _Shelf:
    """The shelf less the bases and makers that say what they can do, and that is not what the need asks for."""
    unfit: set[tuple[str, str]] = set()
    for side, kind in SIDES.items():
        stations = [s for s in stations_of(region, side) if s.able]
        if stations and (need.get("title") or need.get("text")):
            fits = fit_of(evidence([job_of(need)], stations, encoding()).table)[0]
            unfit |= {(kind, s.id) for s, f in zip(stations, fits.tolist(), strict=True) if f < UNFIT}
    placed = {
        (link, kind): [r for r in rows if (kind, r["item"]) not in unfit]
        for (link, kind), rows in shelf.placed.items()
    }
    return replace(shelf, placed=placed)


def _of_link(chain: Chain, link: Link, shelf: _Shelf) -> Iterator[Capability]:
    yield Capability(f"research:{link.id}", "research", f"研发：{link.name}", _research(chain, link, shelf))
    yield Capability(f"pilot:{link.id}", "pilot", f"中试：{link.name}", _placed(link.id, "bases", shelf))
    made = _placed(link.id, "makers", shelf) | _making(chain, link.id)
    yield Capability(f"make:{link.id}", "make", f"制造：{link.name}", made)
    for group in chain.needs[link.id]:
        name = "或".join(chain.links[chain.index[i]].name for i in group)
        holders: dict[str, Holding] = {}
        for one in group:
            holders |= _making(chain, one)
        yield Capability(f"supply:{'|'.join(group)}", "supply", f"供应：{name}", holders)
    users: dict[str, Holding] = {}
    takers = [k for i, k in chain.edges if i == link.id]
    for one in takers:
        users |= _making(chain, one)
    if not takers:
        users = _placed(link.id, "needs", shelf)
    yield Capability(f"use:{link.id}", "use", f"应用：{link.name}的用户", users)


def _research(chain: Chain, link: Link, shelf: _Shelf) -> dict[str, Holding]:
    found: dict[str, Holding] = {}
    for row in shelf.placed.get((link.id, "achievements"), []):
        owner = shelf.owner.get(("achievements", row["item"]))
        trl = shelf.trl.get(row["item"])
        strength = round(row["score"] * (trl or 1) / 9, 4)
        if owner and (owner not in found or found[owner].strength < strength):
            said = f"成果 {row['item']}（TRL {trl or '不明'}）"
            found[owner] = Holding(strength, shelf.price.get(("achievements", row["item"])), said)
    for member in chain.at[link.id]:
        if member.role == "research":
            found.setdefault(member.actor, Holding(0.3, None, f"研发成员：{member.product or link.name}"))
    return found


def _placed(link: str, kind: str, shelf: _Shelf) -> dict[str, Holding]:
    found: dict[str, Holding] = {}
    for row in shelf.placed.get((link, kind), []):
        owner = shelf.owner.get((kind, row["item"]))
        if owner and (owner not in found or found[owner].strength < row["score"]):
            found[owner] = Holding(
                row["score"], shelf.price.get((kind, row["item"])), f"{row['item']} {row['name']}"
            )
    return found


def _making(chain: Chain, link: str) -> dict[str, Holding]:
    found: dict[str, Holding] = {}
    for member in chain.at[link]:
        if member.makes:
            strength = {"lead": 1.0, "core": 0.9, "supporting": 0.7}.get(member.role or "", 0.8)
            what = member.product or chain.links[chain.index[link]].name
            found[member.actor] = Holding(strength, None, f"{what}（环节成员）")
    return found


def _of_word(region: Region, chains: tuple[Chain, ...], word: str, shelf: _Shelf) -> Capability:
    """Whoever shows the word: in its name, in an achievement's title or keywords, in what it makes."""
    found: dict[str, Holding] = {}

    def add(actor: str | None, strength: float, price: int | None, evidence: str) -> None:
        if actor and (actor not in found or found[actor].strength < strength):
            found[actor] = Holding(strength, price, evidence)

    folded = word.casefold()
    for row in region["achievements"].drop_nulls("id").to_dicts():
        titled = folded in (row["title"] or "").casefold()
        if titled or any(folded in k.casefold() for k in row["keywords"] or []):
            add(
                row["owner"],
                0.9 if titled else 0.7,
                shelf.price.get(("achievements", row["id"])),
                f"成果 {row['id']}",
            )
    for kind in ("bases", "makers"):
        for row in region[kind].drop_nulls("id").to_dicts():
            if folded in (row["name"] or "").casefold():
                add(row["actor"], 0.9, shelf.price.get((kind, row["id"])), f"{row['id']} {row['name']}")
    for chain in chains:
        for member in chain.members:
            name = chain.links[chain.index[member.link]].name
            if folded in (member.product or "").casefold() or folded in name.casefold():
                add(member.actor, 0.8, None, f"{name}：{member.product or ''}")
    for row in region["actors"].drop_nulls("id").to_dicts():
        if folded in (row["name"] or "").casefold():
            add(row["id"], 0.6, None, f"名称“{row['name']}”")
    return Capability(f"word:{word}", "word", word, found)


def _shelf(region: Region, placing: Placing) -> _Shelf:
    placed: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in placing.frame.to_dicts():
        placed.setdefault((row["link"], row["kind"]), []).append(row)
    owner: dict[tuple[str, str], str | None] = {}
    price: dict[tuple[str, str], int | None] = {}
    columns = {"achievements": ("owner", "ask"), "bases": ("actor", "price"), "makers": ("actor", "setup"),
               "needs": ("actor", None)}  # fmt: skip
    for kind, (who, what) in columns.items():
        for row in region[kind].drop_nulls("id").to_dicts():
            owner[kind, row["id"]] = row[who]
            price[kind, row["id"]] = row[what] if what else None
    trl = dict(region["achievements"].drop_nulls("id").select("id", "trl").iter_rows())
    return _Shelf(placed, owner, price, trl)
