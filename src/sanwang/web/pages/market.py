"""The market: listings a person may see, by words; a listing with what they may read of it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange import views
from sanwang.exchange.rows import LISTED, TEXT
from sanwang.schema import KINDS
from sanwang.web.render import page, through, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said, value

router = APIRouter()


@router.get("/market")
def market(v: Here) -> Response:
    """Search results, newest first without words."""
    kind = v.query.get("kind") if v.query.get("kind") in LISTED else None
    text = v.query.get("q", "")[:200]
    hits = v.exchange.search(v.who, text, kind=kind, most=60)
    rows = [
        {"kind": KINDS[h.kind].label(v.lang), "id": h.listing, "title": h.title,
         "place": value("place", h.place, v.lang),
         "tier": value("tier", h.tier, v.lang), "published_at": value("published_at", h.published_at, v.lang)}
        for h in hits
    ]  # fmt: skip
    table = table_of("market", said("market", v.lang), rows, v.lang, kind="text", id="id", title="text", place="text",
                     tier="text", published_at="text")  # fmt: skip
    return page(
        v, "market", hits=hits, text=text, kind=kind, kinds=[(k, KINDS[k].label(v.lang)) for k in LISTED],
        counts=v.exchange.counts(v.who), texts=TEXT, label={k: KINDS[k].label(v.lang) for k in LISTED},
        take=[table], python=through("listings", q=text, kind=kind),
    )  # fmt: skip


@router.get("/listing/{key}")
def listing(v: Here, key: str) -> Response:
    """A listing: the fields the person may read, its steps, and the ways to ask about it."""
    row = v.exchange.show(v.who, "listing", key)
    kind = KINDS[row["kind"]]
    fields = [
        (f.label(v.lang), f, row["fields"].get(n)) for n, f in kind.fields.items() if n in row["fields"]
    ]
    hidden = [f.label(v.lang) for n, f in kind.fields.items() if n not in row["fields"]]
    steps = v.exchange.allowed(v.who, "listing", key, v.lang) if v.who.user else []
    read = v.exchange.readings(v.who, key) if row["own"] else []
    labels = {n: f.label(v.lang) for n, f in kind.fields.items()}
    return page(v, "listing", row=row, kind=kind, fields=fields, hidden=hidden, steps=steps, process="listing",
                subject=key, mine=_own(v), read=read, labels=labels)  # fmt: skip


@router.post("/listing/{key}/inquire")
def inquire(v: Here, key: str) -> Response:
    """Ask about a listing for one's own party: a deal begins."""
    who = v.signed_in()
    row = v.exchange.show(who, "listing", key)
    own = v.form.get("party", "")
    side = {"needs": ("need", "seller", "buyer")}.get(row["kind"], ("result", "buyer", "seller"))
    with v.exchange.store.read() as tx:
        other = views.owner_of(tx, key)
    data = {side[0]: key, side[1]: own, side[2]: other, "words": v.form.get("words", "")}
    made = v.exchange.take(who, "deal", None, "inquire", {k: x for k, x in data.items() if x})
    return to(f"/deal/{made}")


def _own(v: Visit) -> list[tuple[str, str]]:
    """The person's parties, by id and name."""
    with v.exchange.store.read() as tx:
        return [(r["id"], r["name"]) for r in views.own_parties(tx, v.who)]
