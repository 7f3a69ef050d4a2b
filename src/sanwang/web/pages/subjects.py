"""Any subject of any process: where it stands, what it says, what happened, and what the person may do now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange import milestones as milestones_
from sanwang.exchange import standing, views
from sanwang.exchange.deals import SIGNED
from sanwang.exchange.errors import NotFound
from sanwang.exchange.process import processes, spoken, words
from sanwang.exchange.store import Row, Tx
from sanwang.web.pages.border import beside
from sanwang.web.render import page, through, to
from sanwang.web.taken import table_of
from sanwang.web.terms import terms_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import column, state, typed, value

router = APIRouter()


@router.get("/mine/{process}")
def mine(v: Here, process: str) -> Response:
    """One's own subjects of a process."""
    if process not in processes():
        raise NotFound
    rows = [dict(r) for r in v.exchange.mine(v.signed_in(), process)]
    shown = [
        {"id": r["id"], "title": r.get("number") or r.get("title"), "state": state(process, r["state"], v.lang),
         "deadline_at": value("deadline_at", r.get("deadline_at"), v.lang)}
        for r in rows
    ]  # fmt: skip
    table = table_of(process, processes()[process].label(v.lang), shown, v.lang, id="id", title="text", state="text",
                     deadline_at="text")  # fmt: skip
    return page(v, "mine", process=process, rows=rows, take=[table], python=through(f"subjects/{process}"))


@router.get("/{process}/{key}")
def subject(v: Here, process: str, key: str) -> Response:
    """The page of a subject."""
    if process not in processes():
        raise NotFound
    if process == "listing":
        return to(f"/listing/{key}")
    who = v.signed_in()
    row = v.exchange.show(who, process, key)
    steps = v.exchange.allowed(who, process, key, v.lang)
    with v.exchange.store.read() as tx:
        names = views.names_in(tx, who, row)
        parts = views.parts_of(tx, who, key) if process == "deal" else []
        open_ = views.offers_of(tx, who, row) if process == "deal" and "opened_by" in row else []
        currency, digest = views.currency_of(tx, row), views.agreed_text(tx, process, row)
        told = [told_of(tx, v, e) for e in v.exchange.events(who, process, key)]
    shown = [
        (column(n, v.lang), n, names.get(x, x) if isinstance(x, str) else x)
        for n, x in row.items()
        if column(n, v.lang)
        and (process, n) != ("data_product", "terms")  # its clauses stand on a page in words
    ]
    return page(
        v, "subject", process=process, subject=key, row=row, shown=shown, steps=steps, told=told, parts_of=parts,
        offers=open_, currency=currency, names=names, digest=digest, **shown_evidence(v, process, row),
        **beside(v, process, row), own=who.parties, signed=SIGNED,
        python=through(f"subjects/{process}/{key}"),
    )  # fmt: skip


def shown_evidence(v: Visit, process: str, row: Row) -> dict[str, Any]:
    """For a milestone: the evidence there is, what is wanted, and whether the person may bring some."""
    if process != "milestone" or "wanted" not in row:
        return {"evidence": [], "wanted": "", "seller": False}
    with v.exchange.store.read() as tx:
        found = milestones_.evidence_of(tx, v.who, row["id"])
        seller = "seller" in standing.roles(tx, v.who, process, row)
    wanted = "、".join(value("wanted", one, v.lang) for one in row["wanted"])
    return {"evidence": found, "wanted": wanted or "–", "seller": seller}


@router.post("/milestone/{key}/evidence")
def bring(v: Here, key: str) -> Response:
    """Keep a file by its digest and attach it to the milestone as evidence."""
    who = v.signed_in()
    row = v.exchange.show(who, "milestone", key)
    if not v.files:
        raise OptionError("no file was chosen", "没有选择文件")
    with v.exchange.store.read() as tx:
        party = standing.deal_of(tx, row)["seller"]
    one = v.files[0]
    document = v.exchange.keep_document(who, party, one.filename or "–", one.file.read(), row["deal"])
    v.exchange.add_evidence(who, key, v.form.get("kind", ""), document)
    return to(f"/milestone/{key}")


@router.post("/{process}/{key}/{event}")
def take(v: Here, process: str, key: str, event: str) -> Response:
    """Take a step with what was typed; the form's own key makes a second press harmless."""
    if process not in processes():
        raise NotFound
    who = v.signed_in()
    with v.exchange.store.read() as tx:
        currency = views.currency_of(tx, v.exchange.show(who, process, key))
    data = given(v.form, currency)
    if "terms.title" in v.form:
        data["terms"] = terms_of(v.form)
    v.exchange.take(who, process, key, event, data, request=v.form.get("request") or None)
    return to(f"/{process}/{key}")


@router.post("/milestone/{key}/evidence/{piece}/withdraw")
def take_back(v: Here, key: str, piece: str) -> Response:
    """Take a piece of evidence back."""
    v.exchange.withdraw_evidence(v.signed_in(), piece)
    return to(f"/milestone/{key}")


def given(form: Mapping[str, str], currency: str) -> dict[str, Any]:
    """The fields of a step's form, each read by its type, money in the currency; empty ones left out."""
    kinds = words("fields")
    read = {n: typed(n, kinds[n]["type"], text, currency) for n, text in form.items() if n in kinds}
    return {n: x for n, x in read.items() if x is not None}


def told_of(tx: Tx, v: Visit, row: Row) -> dict[str, Any]:
    """An event in words: the step's name, who took it, what it said openly."""
    one = processes().get(row["process"])
    named_ = [t for t in one.transitions if t.event == row["take"]] if one else []
    from_here = [t for t in named_ if (row["from_state"] in t.sources if row["from_state"] else t.first)]
    label = (from_here or named_)[0].label(v.lang) if named_ else row["take"]
    who = views.user_name(tx, row["user"])
    said = {
        n: x for n, x in (row["data"] or {}).items() if not (isinstance(x, dict) and set(x) == {"sha256"})
    }
    return {
        "at": row["at"], "label": label, "who": who or spoken("roles", row["agent"], v.lang), "link": row["link"],
        "said": [(column(n, v.lang) or n, n, x) for n, x in said.items()],
    }  # fmt: skip
