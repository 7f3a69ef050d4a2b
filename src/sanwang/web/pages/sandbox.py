"""The public register of sandbox tests: for everybody, what is tested under which limits and what came of it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange.oversight import limits, register
from sanwang.web.render import page
from sanwang.web.visit import Here, Visit

router = APIRouter()


@router.get("/sandbox")
def sandbox(v: Here) -> Response:
    """Every test on the register."""
    entries = v.exchange.sandbox()
    return page(
        v, "sandbox", entries=entries, one=None, take=register.tables(entries, v.lang),
        python="from sanwang.exchange import Exchange\n\nExchange.open(db).sandbox()",
    )  # fmt: skip


@router.get("/sandbox/{number}")
def test(v: Here, number: str) -> Response:
    """One test: its safeguards, limits with where they stand, results with their intervals."""
    with v.exchange.store.read() as tx:
        one = register.entry(tx, number)
    return page(
        v, "sandbox", entries=[], one=one, stands=_stands(v, one),
        results=[(r["name"], register.result_said(r, v.lang)) for r in one.results],
        told=register.told(one, v.lang),
        take=register.tables([one], v.lang),
        python=f"from sanwang.exchange import Exchange\n\n[e for e in Exchange.open(db).sandbox() "
        f"if e.number == {number!r}]",
    )  # fmt: skip


def _stands(v: Visit, one: register.Entry) -> list[tuple[str, str, str, float | None]]:
    """Limits: name, where it stands, the most, and the part of it that is used (None where that is not told)."""
    return [
        (s.called(v.lang), register.stand_said(one, s, v.lang), limits.amount(s.limit, s.most, v.lang),
         min(1.0, s.at / s.most) if one.counted and s.limit != "most_person" and s.most else None)
        for s in one.stands
    ]  # fmt: skip
