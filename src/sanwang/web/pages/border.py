"""Across the border: lists in force, codes to look up, quotas with what is left, filings, and the form to file one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import InputError
from sanwang.exchange import border_entries, border_lists, screening, views
from sanwang.exchange.errors import Refused
from sanwang.exchange.store import Row
from sanwang.web.render import page, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import amount_of, said, state, value

router = APIRouter()

CODES = ("purpose", "balance_of_payments")
SHOWN = 200
"""Codes shown at once; a word narrows them."""


@router.get("/border")
def border(v: Here) -> Response:
    """Lists, codes, quotas and filings of one's own."""
    who, words = v.signed_in(), v.query.get("q", "").strip().casefold()
    lists = [dict(r) for r in v.exchange.mine(who, "border_list")]
    with v.exchange.store.read() as tx:
        own = views.own_parties(tx, who)
        codes = {
            r["list_kind"]: [
                e
                for e in border_lists.entries_of(tx, r["id"])
                if words in f"{e['code']} {e['name']}".casefold()
            ][:SHOWN]
            for r in lists
            if r["state"] == "in_force" and r["list_kind"] in CODES
        }
    quotas = [(p, q) for p in own for q in v.exchange.quotas(who, p["id"])]
    filed = [dict(r) for r in v.exchange.mine(who, "crossing")]
    waiting = [r for r in v.exchange.queue(who) if r["process"] == "crossing"]
    return page(
        v, "border", lists=lists, kinds=border_lists.KINDS, read=READ, codes=codes, q=words, quotas=quotas,
        filed=filed, waiting=waiting, own=own, take=[_table(v, filed)],
        python=f"rows = x.mine(who, 'crossing')\nquotas = x.quotas(who, {own[0]['id'] if own else ''!r})",
    )  # fmt: skip


READ = ("text", "excerpt", "report", "own", "fictional")


def _table(v: Visit, filed: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - a table
    rows = [_shown(v, r) for r in filed]
    return table_of("crossing", said("border", v.lang), rows, v.lang, number="text", payee="text", country="text",
                    purpose_code="text", bop_code="text", amount="text", state="text")  # fmt: skip


def _shown(v: Visit, row: Mapping[str, Any]) -> Mapping[str, Any]:
    amount = value("amount", row["amount"], v.lang, row["currency"])
    return dict(row) | {"amount": amount, "state": state("crossing", row["state"], v.lang)}


@router.post("/border/file")
def file_one(v: Here) -> Response:
    """File a payment; the amount is in whole units of its currency."""
    who = v.signed_in()
    named = ("party", "payee", "country", "account_at", "purpose_code", "bop_code", "deal", "words")
    data: dict[str, Any] = {n: v.form[n].strip() for n in named if v.form.get(n, "").strip()}
    data |= amount_of(v.form.get("amount", ""), v.form.get("currency", ""))
    made = v.exchange.take(who, "crossing", None, "file", data, request=v.form.get("request") or None)
    return to(f"/crossing/{made}")


@router.post("/border/lists")
def load(v: Here) -> Response:
    """Load a list from a csv or a workbook; a second operator puts it in force."""
    who = v.signed_in()
    if not who.has("operator"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")
    if not v.files:
        raise InputError("no file was chosen", "没有选择文件")
    one, kind = v.files[0], v.form.get("list_kind", "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{Path(one.filename or '').suffix.lower()[:6]}"
        path.write_bytes(one.file.read())
        entries = border_entries.read_file(kind, path)
    data = {n: v.form.get(n, "").strip() for n in ("name", "source", "read", "on_day")}
    made = v.exchange.take(who, "border_list", None, "load", data | {"list_kind": kind, "entries": entries})
    return to(f"/border_list/{made}")


def beside(v: Visit, process: str, row: Row) -> dict[str, Any]:
    """What stands beside the row of a deal or a filing: the export's suggestion, comparisons and decisions."""
    if process in screening.KEPT:
        return {"screenings": v.exchange.screenings(v.who, row["id"], process), "export": None}
    if process == "deal" and "opened_by" in row:
        return {"screenings": [], "export": v.exchange.export_class(v.who, row["id"])}
    return {"screenings": [], "export": None}
