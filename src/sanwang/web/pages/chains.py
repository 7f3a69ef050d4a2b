"""Chains of a workspace: the drawing, each link with who stands there and why, corrections, and the three lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter
from starlette.responses import Response

from sanwang.collaboration.chains.chain import Chain, Member
from sanwang.collaboration.chains.corrections import standing
from sanwang.collaboration.chains.diagnosis import Diagnosed, Diagnosis
from sanwang.collaboration.studies.chain import Chains
from sanwang.collaboration.studies.chain_tables import fillers_of, sentences
from sanwang.collaboration.studies.placed import chains_here
from sanwang.exchange.errors import NotFound
from sanwang.exchange.who import Who
from sanwang.region import Region
from sanwang.report.chainmap import chain_map
from sanwang.study.registry import get
from sanwang.study.result import Result
from sanwang.study.table import Column, Table
from sanwang.web import lists, sayings, spaces
from sanwang.web.drawings import still
from sanwang.web.held import Held
from sanwang.web.pages.needs import opened
from sanwang.web.render import page, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said

router = APIRouter()

SHOWN = 60
"""Rows of a link shown of each kind."""


@lru_cache(maxsize=16)
def _diagnosed(held: Held, chain: str | None, lang: str) -> Result[Chains]:
    return get("chain")(held.region, chain=chain, lang=lang)


@router.get("/workspaces/{name}/chains")
def chains(v: Here, name: str) -> Response:
    """The chains: strong, weak and missing links of each."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    found = _diagnosed(Held(region), None, v.lang).answer
    rows = [
        {"id": d.chain.id, "chain": d.chain.name, "links": len(d.links), **_counts(d),
         "said": " ".join(sentences(d, v.lang))}
        for d in found.diagnosed
    ]  # fmt: skip
    table = table_of("chains", said("chains", v.lang), rows, v.lang, chain="text", links="int", strong="int",
                     weak="int", missing="int", said="long")  # fmt: skip
    notes = [n[0 if v.lang == "zh" else 1] for n in found.notices]
    return page(v, "chains", name=name, rows=rows, notes=notes, fictional=region.fictional, take=[table],
                python=f"{opened(name)}\nresult = sw.chain(region, lang={v.lang!r})\nresult['links']")  # fmt: skip


def _counts(one: Diagnosis) -> dict[str, int]:
    return {
        verdict: sum(k.verdict == verdict for k in one.links) for verdict in ("strong", "weak", "missing")
    }


@router.get("/workspaces/{name}/chains/{chain}")
def one(v: Here, name: str, chain: str) -> Response:
    """A chain: its drawing, whose boxes lead to their links, and the three lists, to be edited in place."""
    region, result = _one(v, name, chain)
    diagnosis = result.answer.diagnosed[0]
    pages = {k.id: f"{_at(name, chain)}/{quote(k.id, safe='')}" for k in diagnosis.chain.links}
    drawing = chain_map(diagnosis, fillers_of(result.answer.lists, v.lang), v.lang, pages)
    told = lists.said_of(v.settings.folder, v.who, name)
    tables = [_list(result, told, n, v.lang) for n in lists.NAMES]
    return page(
        v, "chain", name=name, one=diagnosis, drawing=still(drawing), told=sentences(diagnosis, v.lang),
        at=_at(name, chain),
        lists=[(t, _rows(t, result, told)) for t in tables], states=lists.STATES, drawn=True,
        fictional=region.fictional,
        take=[*tables, *(t for n in ("links", "failures") if (t := result.shown.table(n)))],
        python=f"{opened(name)}\nresult = sw.chain(region, chain={chain!r}, lang={v.lang!r})\nresult['gaps']",
    )  # fmt: skip


def _list(
    result: Result[Chains], told: Mapping[tuple[str, str, str], lists.Said], name: str, lang: str
) -> Table:
    """A list as the study shows it, with the columns of what people said."""
    table = result.shown.table(name)
    assert table is not None
    words = lists.edited(result.answer.lists, told, name)
    order = lists.edited(_numbered(result.answer.lists, name), told, name)["_at"].to_list()
    frame = table.frame[order].with_columns(
        words["said_state"].replace({s: said(f"listed.{s}", lang) for s in lists.STATES}),
        words["said_note"],
        words["said_by"],
    )
    more = tuple(Column(k, said(f"column.{k}", lang), "text") for k in ("said_state", "said_note", "said_by"))
    return replace(table, frame=frame, columns=(*table.columns, *more), data=None)


def _numbered(found: lists.Lists, name: str) -> lists.Lists:
    frame: pl.DataFrame = getattr(found, name)
    return replace(found, **{name: frame.with_row_index("_at")})


def _rows(
    table: Table, result: Result[Chains], told: Mapping[tuple[str, str, str], lists.Said]
) -> list[tuple[dict[str, Any], tuple[str, str]]]:
    """The rows of a list with the keys they are known by."""
    raw = lists.edited(result.answer.lists, told, table.name).to_dicts()
    return [(row, lists.key_of(table.name, r)) for row, r in zip(table.frame.to_dicts(), raw, strict=True)]


@router.post("/workspaces/{name}/chains/{chain}/lists/{list_}")
def edit(v: Here, name: str, chain: str, list_: str) -> Response:
    """Keep a word on a row of a list."""
    who = v.signed_in()
    spaces.region_of(v.settings.folder, who, name)
    word = lists.Said(v.form.get("state", ""), v.form.get("note", "").strip()[:500], str(who.name),
                      v.today.isoformat())  # fmt: skip
    key = (v.form.get("a", "")[:200], v.form.get("b", "")[:200])
    lists.keep(v.settings.folder, who, name, list_, key, word)
    return to(f"{_at(name, chain)}#{list_}")


@router.get("/workspaces/{name}/chains/{chain}/{link}")
def link(v: Here, name: str, chain: str, link: str) -> Response:
    """A link: its verdict with the rules behind it, who makes it, what was placed there on what evidence."""
    region, result = _one(v, name, chain)
    diagnosis = result.answer.diagnosed[0]
    one = _link(diagnosis, link)
    placed = diagnosis.placed.filter(pl.col("link") == link).to_dicts()
    by_kind = {k: [r for r in placed if r["kind"] == k] for k in dict.fromkeys(r["kind"] for r in placed)}
    members = diagnosis.chain.at[link]
    tables = [t for t in (_placed_table(placed, v.lang), _members_table(members, v.lang)) if t.frame.height]
    return page(
        v, "link", name=name, one=diagnosis, link=one, members=members, by_kind=by_kind, most=SHOWN,
        links=diagnosis.chain.links, at=_at(name, chain), take=tables,
        away=_away(region, v.who, link), mine=_own_words(region, v.who, link), fictional=region.fictional,
        python=f"{opened(name)}\nresult = sw.chain(region, chain={chain!r}, lang={v.lang!r})\n"
        f"result.placing.frame.filter(pl.col('link') == {link!r})",
    )  # fmt: skip


def _away(region: Region, who: Who, link: str) -> list[dict[str, Any]]:
    """Rows that the person moved away from a link, with their names."""
    told = sayings.moved_away(region, who, link)
    return [{**row, "name": _title(region, str(row["item"]))} for row in told]


def _title(region: Region, item: str) -> str:
    for kind in sayings.PLACED:
        for row in region[kind].filter(pl.col("id") == item).to_dicts():
            return str(row.get("title") or row.get("name") or item)
    return item


def _own_words(region: Region, who: Who, link: str) -> set[str]:
    """Rows that stand at a link because the person said so."""
    told = [(one, r) for (at, one), rows in standing(region).items() if at == link for r in rows]
    return {one for one, r in told if r["by"] == who.name and r["verdict"] == "yes"}


def _placed_table(rows: list[dict[str, Any]], lang: str) -> Table:
    return table_of("placed", said("link.placed", lang), rows, lang, link="id", kind="text", item="id", name="text",
                    score="real", how="text", reason="long")  # fmt: skip


def _members_table(members: tuple[Member, ...], lang: str) -> Table:
    rows = [{"actor": m.actor, "name": m.name, "role": m.role, "capacity": m.capacity, "city_name": m.city_name}
            for m in members]  # fmt: skip
    return table_of("members", said("link.members", lang), rows, lang, actor="id", name="text", role="text",
                    capacity="real", city_name="text")  # fmt: skip


def _link(diagnosis: Diagnosis, link: str) -> Diagnosed:
    found = next((k for k in diagnosis.links if k.link == link), None)
    if found is None:
        raise NotFound
    return found


@router.post("/workspaces/{name}/chains/{chain}/{link}")
def move(v: Here, name: str, chain: str, link: str) -> Response:
    """It does not stand here, and where it does if that is known: a person's word, kept in ``placements``."""
    who = v.signed_in()
    if v.form.get("act") == "withdraw":
        sayings.unmove(v.settings.folder, who, name, v.today, v.form.get("back", ""), link)
        return to(f"{_at(name, chain)}/{quote(link, safe='')}")
    result = _one(v, name, chain)[1]
    item, target = v.form.get("item", ""), v.form.get("to", "")
    stands = result.answer.diagnosed[0].placed.filter((pl.col("link") == link) & (pl.col("item") == item))
    if stands.is_empty():
        raise NotFound
    sayings.move(v.settings.folder, who, name, v.today, item, link, target, v.form.get("note", ""))
    return to(f"{_at(name, chain)}/{quote(target or link, safe='')}")


def _one(v: Visit, name: str, chain: str) -> tuple[Region, Result[Chains]]:
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    known: list[Chain] = list(chains_here(region))
    if chain not in {c.id for c in known}:
        raise NotFound
    return region, _diagnosed(Held(region), chain, v.lang)


def _at(name: str, chain: str) -> str:
    return f"/workspaces/{quote(name)}/chains/{quote(chain, safe='')}"
