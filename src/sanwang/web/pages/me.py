"""What is kept about the person who asks, why and how long, who looked, and the way to be erased."""

from __future__ import annotations

import polars as pl
from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange.privacy.about import About
from sanwang.exchange.privacy.register import BOOKS, personal, spans
from sanwang.study.table import Column, Table
from sanwang.web.render import page
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said, value

router = APIRouter()


@router.get("/me")
def me(v: Here) -> Response:
    """Everything kept about the person, as a page and as files."""
    found = v.exchange.about(v.signed_in())
    return page(
        v, "me", about=found, rows=_rows(v, found), take=[_table(v, found)],
        python="from sanwang.exchange import Exchange\n\nExchange.open(db).about(who)",
    )  # fmt: skip


@router.get("/privacy")
def privacy(v: Here) -> Response:
    """The register: what is kept about persons, for which purpose, how long, and what erasing does; for everybody."""
    zh, days = v.lang == "zh", {s.table: s.days for s in spans()}
    rows = [
        (k.zh if zh else k.en, k.purpose_zh if zh else k.purpose_en, _kept(v, days.get(k.table)),
         said(f"privacy.erased.{k.erased}", v.lang))
        for k in personal()
    ]  # fmt: skip
    books = [b[2] if zh else b[3] for b in BOOKS]
    return page(
        v, "privacy", rows=rows, books=books, others=[(s.zh if zh else s.en, s.days) for s in spans()]
    )


def _kept(v: Visit, days: int | None) -> str:
    return said("privacy.stays", v.lang) if days is None else said("privacy.days", v.lang, n=days)


def _rows(v: Visit, found: About) -> list[tuple[str, str, str, str]]:
    zh = v.lang == "zh"
    return [
        (h.kept.zh if zh else h.kept.en, h.value, h.kept.purpose_zh if zh else h.kept.purpose_en, _kept(v, h.days))
        for h in found.held
    ]  # fmt: skip


def _table(v: Visit, found: About) -> Table:
    heads = ("what", "value", "purpose", "kept")
    looked = [
        (said("privacy.looked", v.lang), f"{value('read_at', at, v.lang)} {name}", "", "")
        for at, name in found.readings
    ]
    frame = pl.DataFrame([*_rows(v, found), *looked], schema=dict.fromkeys(heads, pl.String), orient="row")
    columns = tuple(Column(h, said(f"privacy.{h}", v.lang), "long") for h in heads)
    return Table("about_me", said("me", v.lang), frame, columns)
