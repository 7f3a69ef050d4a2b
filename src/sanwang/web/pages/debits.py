"""Direct debits: mandates of one's own, the form to ask for one, and what waits to be written for the bank."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange import views
from sanwang.web.render import page, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here
from sanwang.web.words import amount_of, said, state, value

router = APIRouter()


@router.get("/debits")
def debits(v: Here) -> Response:
    """Mandates, and debits that stand in no message yet."""
    who = v.signed_in()
    rows = [dict(r) for r in v.exchange.mine(who, "mandate")]
    with v.exchange.store.read() as tx:
        own = views.own_parties(tx, who)
        names = {k: n for r in rows for k, n in views.names_in(tx, who, r).items()}
    waiting = [(p, d) for p in own for d in v.exchange.debits(who, p["id"])]
    shown = [
        {"number": r["number"], "creditor": names.get(r["creditor"], "–"), "debtor": names.get(r["debtor"], "–"),
         "amount": value("amount", r["amount"], v.lang, r["currency"]), "state": state("mandate", r["state"], v.lang)}
        for r in rows
    ]  # fmt: skip
    table = table_of("mandate", said("debits", v.lang), shown, v.lang, number="text", creditor="text", debtor="text",
                     amount="text", state="text")  # fmt: skip
    return page(
        v, "debits", rows=rows, names=names, own=own, waiting=waiting, take=[table],
        writers=[p for p in own if any(p is q for q, _ in waiting) and who.for_party(p["id"], "signer")],
        python="rows = x.mine(who, 'mandate')",
    )  # fmt: skip


@router.post("/debits/ask")
def ask(v: Here) -> Response:
    """Ask a debtor, by its number in the workspace, for a mandate; the limit is in whole units of its currency."""
    who = v.signed_in()
    named = ("creditor", "account_at", "until_on")
    data: dict[str, Any] = {n: v.form[n].strip() for n in named if v.form.get(n, "").strip()}
    with v.exchange.store.read() as tx:
        debtor = v.form.get("debtor", "").strip()
        data["debtor"] = views.party_called(tx, debtor) or debtor
    data |= amount_of(v.form.get("amount", ""), v.form.get("currency", ""))
    made = v.exchange.take(who, "mandate", None, "ask", data, request=v.form.get("request") or None)
    return to(f"/mandate/{made}")


@router.post("/debits/{key}/write")
def write(v: Here, key: str) -> Response:
    """The message for the bank, as a file; each debit is written once."""
    made = v.exchange.write_debits(v.signed_in(), key)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}.xml"', "Cache-Control": "no-store"}
    return Response(made.text, media_type="application/xml", headers=headers)
