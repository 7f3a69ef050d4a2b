"""Webhooks: addresses of one's own that are told of events, what became of each telling, and the hosts allowed."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange import hooks, views
from sanwang.exchange.errors import Refused
from sanwang.web.render import page, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said, typed

router = APIRouter()


@router.get("/hooks")
def mine(v: Here) -> Response:
    """One's own addresses, and the form for another."""
    return _mine(v, "")


@router.post("/hooks")
def add(v: Here) -> Response:
    """A new address; its secret is shown this once."""
    who = v.signed_in()
    party, url = v.form.get("party", ""), v.form.get("url", "").strip()
    return _mine(v, v.exchange.store.run(lambda tx: hooks.add(tx, who, party, url))[1])


def _mine(v: Visit, fresh: str) -> Response:
    who = v.signed_in()
    with v.exchange.store.read() as tx:
        rows, own, hosts = hooks.mine(tx, who), views.own_parties(tx, who), hooks.allowed(tx)
    names = {p["id"]: p["name"] for p in own}
    return page(v, "hooks", rows=rows, own=own, names=names, hosts=hosts, fresh=fresh)


@router.get("/hooks/{key}")
def one(v: Here, key: str) -> Response:
    """An address, and what it was told."""
    return _one(v, key, "")


@router.get("/hook/{key}")
def notice(v: Here, key: str) -> Response:
    """Where a notice about an address leads."""
    return to(f"/hooks/{key}")


def _one(v: Visit, key: str, fresh: str) -> Response:
    who = v.signed_in()
    with v.exchange.store.read() as tx:
        row, rows = hooks.one(tx, who, key), hooks.told(tx, who, key)
    table = table_of("deliveries", said("hook.told", v.lang), rows, v.lang, link="int", process="text", take="text",
                     state="text", tries="int", status="int", words="text")  # fmt: skip
    return page(v, "hook", row=row, rows=rows, fresh=fresh, take=[table] if rows else ())


@router.post("/hooks/{key}/{act}")
def act(v: Here, key: str, act: str) -> Response:
    """Change an address: a new secret, a pause, telling it again (also from a place in the record), taking it away."""
    who, run = v.signed_in(), v.exchange.store.run
    if act == "rotate":
        return _one(v, key, run(lambda tx: hooks.rotate(tx, who, key)))
    if act == "resume":
        after = typed("link", "int", v.form.get("after", ""))
        run(lambda tx: hooks.resume(tx, who, key, after))
    elif act == "pause":
        run(lambda tx: hooks.pause(tx, who, key))
    elif act == "remove":
        run(lambda tx: hooks.remove(tx, who, key))
        return to("/hooks")
    else:
        raise Refused("act", "there is no such act", "没有这种操作")
    return to(f"/hooks/{key}")


@router.post("/admin/hosts")
def host(v: Here) -> Response:
    """Allow a host to be told, or no more: for operators."""
    who, name = v.signed_in(), v.form.get("host", "")
    change = hooks.forbid if v.form.get("forbid") == "yes" else hooks.allow
    v.exchange.store.run(lambda tx: change(tx, who, name))
    return to("/admin#hosts")
