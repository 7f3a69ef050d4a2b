"""The first step of any process, as a form: an application, a complaint, a request."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange import views
from sanwang.exchange.errors import NotFound
from sanwang.exchange.process import AGENTS, Transition, processes, words
from sanwang.exchange.taking import Choice
from sanwang.web.pages.subjects import given
from sanwang.web.render import forms, page, to
from sanwang.web.visit import Here, Visit

router = APIRouter()

ELSEWHERE = frozenset({"listing", "deal", "nda", "payment", "rule"})
"""Processes that begin on pages of their own."""


HARD = ("map", "row", "table")
"""Types of fields that no form can hold."""


@router.get("/begin/{process}")
def begin(v: Here, process: str) -> Response:
    """Forms of what begins a process; what the address says is filled in."""
    who = v.signed_in()
    steps = [choice(v, t) for t in _first(process)]
    with v.exchange.store.read() as tx:
        own = {r["id"]: r["name"] for r in views.own_parties(tx, who)}
    return page(
        v, "begin", process=process, steps=forms(v.lang, steps), own=own, given=dict(v.query),
        sides=_own_side(process),
    )  # fmt: skip


@router.post("/begin/{process}/{event}")
def first(v: Here, process: str, event: str) -> Response:
    """Take the first step; a party may be named by its number, credit code or whole name."""
    who = v.signed_in()
    if event not in [t.event for t in _first(process)]:
        raise NotFound
    currency = v.form.get("currency", "").strip().upper()
    with v.exchange.store.read() as tx:
        unit = currency or views.currency_of(tx, {"deal": v.form.get("deal")})
        data = given(v.form, unit) | ({"currency": currency} if currency else {})
        data |= {n: views.party_called(tx, x) or x for n, x in data.items() if n in views.PARTIES}
    made = v.exchange.take(who, process, None, event, data, request=v.form.get("request") or None)
    return to(f"/{process}/{made}")


def _first(process: str) -> list[Transition]:
    """First steps that a person takes."""
    if process not in processes() or process in ELSEWHERE:
        raise NotFound
    found = [t for t in processes()[process].leaving(None) if not set(t.by) <= set(AGENTS)]
    if not found:
        raise NotFound
    return found


def _own_side(process: str) -> set[str]:
    """Fields that name the party for which the person begins it."""
    one = processes()[process]
    return {one.sides[role] for t in _first(process) for role in t.by if role in one.sides}


def choice(v: Visit, t: Transition) -> Choice:
    """A first step as something that may be chosen, where a form can hold its fields."""
    fields = tuple(f.name + ("!" if f.required else "") for f in t.data)
    may = not any(f.required and words("fields")[f.name]["type"] in HARD for f in t.data)
    to_state = processes()[t.process].state(t.to, v.lang)
    return Choice(t.process, t.event, t.label(v.lang), may, "", fields, to_state, t.two)
