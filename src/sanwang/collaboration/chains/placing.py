"""Where firms, achievements, pilot bases, makers and needs stand in a chain, with a score and a reason.

Each sign raises the score by the share it leaves open (a noisy or, Pearl 1988, section 4.3.2): words of the link in
the title or text, an IPC subclass, a GB/T 4754 division, and, with an encoder, nearness of meaning. A sign that many
links share says less about each: its weight is divided by the square root of the number of links of the chain that
have it. A row that names its chain is placed in that chain only. What a person said in the ``placements`` table wins.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.cache import Report, encode
from sanwang.collaboration.chains.chain import Chain, Link
from sanwang.collaboration.chains.corrections import standing
from sanwang.collaboration.chains.rules import RULES
from sanwang.collaboration.encoder import Encoder
from sanwang.collaboration.rank import centred, language_means
from sanwang.collaboration.tokenise import language
from sanwang.region import Region
from sanwang.standards.ipc import parse_ipc

KINDS = ("achievements", "needs", "bases", "makers", "actors")
"""Tables whose rows are placed."""

COLUMNS = {
    "chain": pl.String,
    "link": pl.String,
    "kind": pl.String,
    "item": pl.String,
    "name": pl.String,
    "score": pl.Float64,
    "how": pl.String,
    "reason": pl.String,
}
"""A placement: chain, link, table, row, its name, score 0…1, how (computed, recorded or corrected), why (Chinese)."""


@dataclass(frozen=True)
class Placing:
    """Placements, best first within a row; rows that no link fits; corrections that contradict each other."""

    frame: pl.DataFrame
    unplaced: pl.DataFrame
    contradictions: tuple[str, ...]


@dataclass(frozen=True)
class _Item:
    kind: str
    id: str
    name: str
    title: str
    body: str
    text: str
    chain: str | None
    ipc: frozenset[str]
    divisions: frozenset[str]


@dataclass(frozen=True)
class _Signs:
    """What points to a link: words, IPC subclasses, divisions, each with its weight among the chain's links."""

    link: Link
    words: tuple[tuple[str, float], ...]
    ipc: Mapping[str, float]
    divisions: Mapping[str, float]


def place(
    region: Region,
    chains: Iterable[Chain],
    encoder: Encoder | None = None,
    cache: Path | None = None,
    progress: Report | None = None,
) -> Placing:
    """Every row of the placed tables at the links that fit it; at most ``RULES.most_links`` of one chain.

    Without an ``encoder`` only words and classes speak, and a text in another language than the links finds none.

    Actors that the ``members`` table names stand where it says (recorded). Makers and bases that name no class take
    their owner's division.
    """
    every = tuple(chains)
    said, contradictions = _corrections(region)
    signs = {c.id: tuple(_signs(c)) for c in every}
    home = {link.id: c.id for c in every for link in c.links}
    items = list(_items(region))
    near = _nearness(items, every, encoder, cache, progress)
    rows: list[dict[str, Any]] = []
    for item in items:
        rows += _placed(item, signs, said, home, near.get((item.kind, item.id), {}))
    rows += _recorded(every, said)
    frame = pl.DataFrame(rows, schema=COLUMNS).unique(
        ["link", "kind", "item"], keep="last", maintain_order=True
    )
    frame = frame.sort(["kind", "item", "score"], descending=[False, False, True], maintain_order=True)
    known = set(frame.select("kind", "item").iter_rows())
    left = [(i.kind, i.id, i.name) for i in items if (i.kind, i.id) not in known]
    return Placing(
        frame, pl.DataFrame(left, schema=["kind", "item", "name"], orient="row"), tuple(contradictions)
    )


def _placed(
    item: _Item,
    signs: Mapping[str, tuple[_Signs, ...]],
    said: Mapping[tuple[str, str], tuple[str, str]],
    home: Mapping[str, str],
    near: Mapping[str, float],
) -> Iterator[dict[str, Any]]:
    row = {"kind": item.kind, "item": item.id, "name": item.name}
    for chain, links in signs.items():
        if item.chain is not None and item.chain in signs and chain != item.chain:
            continue
        found = sorted(
            (_score(item, sign, near.get(sign.link.id, 0.0)) for sign in links), key=lambda f: (-f[0], f[2])
        )
        least = RULES.least_in_own_chain if item.chain == chain else RULES.least_score
        floor = max(least, RULES.near_best * found[0][0]) if found else 1.0
        kept = [f for f in found if f[0] >= floor and said.get((f[2], item.id), ("yes", ""))[0] == "yes"]
        for score, reason, link in kept[: RULES.most_links]:
            if (link, item.id) not in said:
                yield {
                    **row,
                    "chain": chain,
                    "link": link,
                    "score": score,
                    "how": "computed",
                    "reason": reason,
                }
    for (link, one), (verdict, by) in said.items():
        if one == item.id and verdict == "yes" and link in home:
            corrected = {"score": 1.0, "how": "corrected", "reason": f"人工确定：{by}"}
            yield {**row, "chain": home[link], "link": link, **corrected}


def _recorded(
    chains: tuple[Chain, ...], said: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    for chain in chains:
        for member in chain.members:
            if said.get((member.link, member.actor), ("yes", ""))[0] == "yes":
                what = f"；{member.product}" if member.product else ""
                yield {
                    "chain": chain.id,
                    "link": member.link,
                    "kind": "actors",
                    "item": member.actor,
                    "name": member.name,
                    "score": 1.0,
                    "how": "recorded",
                    "reason": f"环节成员表{what}",
                }


def _score(item: _Item, sign: _Signs, near: float) -> tuple[float, str, str]:
    open_share, why = 1.0, []
    title = [(w, s) for w, s in sign.words if w in item.title]
    body = [(w, s) for w, s in sign.words if w in item.body and w not in item.title]
    for found, strength, where in ((title, RULES.in_title, "题名"), (body, RULES.in_text, "正文")):
        for _, share in found:
            open_share *= 1 - strength * share
        if found:
            why.append(f"{where}有“{'、'.join(w for w, _ in found[:4])}”")
    for code in sorted(item.ipc & sign.ipc.keys()):
        open_share *= 1 - RULES.ipc * sign.ipc[code]
        why.append(f"IPC {code}")
    for code in sorted(item.divisions & sign.divisions.keys()):
        open_share *= 1 - RULES.division * sign.divisions[code]
        why.append(f"行业 {code}")
    if (strength := RULES.meaning * (near - RULES.unrelated) / (1 - RULES.unrelated)) > 0.05:
        open_share *= 1 - strength
        why.append(f"语义相近 {near:.2f}")
    return round(1 - open_share, 4), "；".join(why), sign.link.id


def _signs(chain: Chain) -> Iterator[_Signs]:
    words = {k.id: tuple(dict.fromkeys(_fold(w) for w in (k.name, *k.keywords) if w)) for k in chain.links}
    ipc = {k.id: {_subclass(code) for code in k.ipc} for k in chain.links}
    divisions = {k.id: {code[:3] for code in k.industries} for k in chain.links}
    word_count = Counter(w for ws in words.values() for w in ws)
    ipc_count = Counter(c for cs in ipc.values() for c in cs)
    division_count = Counter(c for cs in divisions.values() for c in cs)
    for link in chain.links:
        yield _Signs(
            link,
            tuple((w, 1 / math.sqrt(word_count[w])) for w in words[link.id]),
            {c: 1 / math.sqrt(ipc_count[c]) for c in ipc[link.id]},
            {c: 1 / math.sqrt(division_count[c]) for c in divisions[link.id]},
        )


def _items(region: Region) -> Iterator[_Item]:
    divisions = dict(region["actors"].select("id", "industries").iter_rows())
    for kind in KINDS:
        for row in region[kind].drop_nulls("id").to_dicts():
            yield _item(kind, row, divisions)


def _item(kind: str, row: Mapping[str, Any], divisions: Mapping[str, list[str] | None]) -> _Item:
    title = row.get("title") or row.get("name") or ""
    body = " ".join([row.get("abstract") or row.get("text") or "", *(row.get("keywords") or [])])
    own: list[str] = list(row.get("industries") or [])
    ipc: list[str] = list(row.get("ipc") or [])
    chain: str | None = row.get("chain")
    for mark in row.get("fields") or []:
        if parse_ipc(mark) is not None:
            ipc.append(mark)
        elif mark[:1].isalpha() and mark[1:2].isdigit():
            own.append(mark)
        else:
            chain = chain or mark
    owner = row.get("actor") or row.get("owner")
    if not own and not ipc and kind in ("bases", "makers") and owner:
        own = list(divisions.get(owner) or [])
    codes = frozenset(_subclass(c) for c in ipc)
    text = f"{title}\n{row.get('abstract') or row.get('text') or ''}".strip()[:1000]
    divided = frozenset(c[:3] for c in own)
    return _Item(kind, row["id"], title, _fold(title), _fold(body), text, chain, codes, divided)


def _nearness(
    items: list[_Item],
    chains: tuple[Chain, ...],
    encoder: Encoder | None,
    cache: Path | None,
    progress: Report | None,
) -> dict[tuple[str, str], dict[str, float]]:
    """Cosines of rows and links, each language's and each row's mean taken off; others have no text."""
    links = [(c, k) for c in chains for k in c.links]
    told = [i for i in items if i.kind in ("achievements", "needs")]
    if encoder is None or not links or not told:
        return {}
    asked = encode(
        encoder, [f"{c.name}：{k.name}。{'、'.join(k.keywords)}" for c, k in links], "query", cache, progress
    )
    asked -= asked.mean(axis=0)
    asked /= np.maximum(np.linalg.norm(asked, axis=1, keepdims=True), 1e-9)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for kind, role in (("achievements", "passage"), ("needs", "query")):
        rows = [i for i in told if i.kind == kind]
        if rows:
            marks = [language(i.text) for i in rows]
            plain = encode(encoder, [i.text for i in rows], role, cache, progress)
            vectors = centred(plain, marks, language_means(plain, marks))
            cosines: npt.NDArray[np.float32] = vectors @ asked.T
            cosines -= cosines.mean(axis=1, keepdims=True)
            for item, row in zip(rows, cosines, strict=True):
                found[kind, item.id] = {k.id: float(c) for (_, k), c in zip(links, row, strict=True)}
    return found


def _subclass(code: str) -> str:
    return code.replace(" ", "")[:4]


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _corrections(region: Region) -> tuple[dict[tuple[str, str], tuple[str, str]], list[str]]:
    """What persons said by (link, item); the latest date holds, and two answers of one date hold neither."""
    kept: dict[tuple[str, str], tuple[str, str]] = {}
    told: list[str] = []
    for key, rows in standing(region).items():
        last = max(str(r["date"] or "") for r in rows)
        newest = [r for r in rows if str(r["date"] or "") == last]
        if len({r["verdict"] for r in newest}) > 1:
            names = "、".join(f"{r['by']}：{'属于' if r['verdict'] == 'yes' else '不属于'}" for r in newest)
            told.append(f"{key[1]} 与 {key[0]} 的更正互相矛盾（{last or '无日期'}；{names}），均未采用")
        else:
            kept[key] = (newest[-1]["verdict"], str(newest[-1]["by"] or ""))
    return kept, told
