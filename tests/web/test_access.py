"""Every route asked by every kind of person: each cell is written down, the default is no."""

import pytest
from test_border_pages import lists_in_force
from test_pages import listed, ok

from sanwang.web.app import PARTS

WHO = (None, "stranger", "buyer", "seller", "operator")
"""A visitor; somebody without a role; the owner of what is asked about; a member of another party; an operator."""

ANY = frozenset(WHO)
SIGNED = ANY - {None}

GET = {
    "/": ANY, "/healthz": ANY, "/sign-in": ANY, "/sign-in/outside": frozenset(),
    "/sign-in/back": frozenset(), "/market": ANY, "/help": ANY, "/help/processes": ANY,
    "/help/{name}": ANY, "/listing/{key}": frozenset({"buyer", "operator"}),
    "/money": SIGNED, "/money/{key}": frozenset(), "/border": SIGNED, "/debits": SIGNED,
    "/draft/{kind}": SIGNED, "/workspaces": SIGNED,
    "/import/{key}": frozenset({"buyer"}), "/workspaces/{name}": frozenset({"buyer"}),
    "/workspaces/{name}/needs": frozenset({"buyer"}), "/workspaces/{name}/needs/{key:path}": frozenset({"buyer"}),
    "/workspaces/{name}/ask": frozenset({"buyer"}), "/workspaces/{name}/plans": frozenset({"buyer"}),
    "/workspaces/{name}/plans/{key}": frozenset(), "/workspaces/{name}/plans/{key}/routes/{route}": frozenset(),
    "/workspaces/{name}/compare": frozenset(), "/workspaces/{name}/chains": frozenset({"buyer"}),
    "/workspaces/{name}/chains/{chain}": frozenset({"buyer"}),
    "/workspaces/{name}/chains/{chain}/{link}": frozenset({"buyer"}),
    "/workspaces/{name}/finance": frozenset({"buyer"}), "/workspaces/{name}/finance/{study}": frozenset({"buyer"}),
    "/workspaces/{name}/firms/{key:path}": frozenset({"buyer"}),
    "/workspaces/{name}/observatory": frozenset({"buyer"}),
    "/studies": ANY, "/studies/{name}": SIGNED, "/jobs": SIGNED, "/jobs/{key}": frozenset({"buyer"}),
    "/jobs/{key}/files/{name}": frozenset(), "/hooks": SIGNED, "/hooks/{key}": frozenset({"buyer"}),
    "/public/{year}": ANY, "/reports": frozenset({"operator"}), "/reports/{month}": frozenset({"operator"}),
    "/cases": frozenset(), "/case/{key}": frozenset(), "/case/{key}/file": frozenset(),
    "/hook/{key}": ANY, "/admin": frozenset({"operator"}), "/tokens": SIGNED, "/mine/{process}": SIGNED,
    "/{process}/{key}": frozenset({"buyer", "seller", "operator"}),
    "/me": SIGNED, "/privacy": ANY, "/sandbox": ANY, "/sandbox/{number}": frozenset(),
    "/data": SIGNED, "/data/product/{key}": frozenset(), "/data/catalogues/{key}": frozenset({"buyer"}),
    "/data/{key}": frozenset(), "/begin/{process}": frozenset(),
}  # fmt: skip
"""By route, who is shown it. Everybody else is told that there is no such page, to sign in, or why not. An operator
sees where a draft or a deal stands, not what was said (``access.cut``)."""

POST = {
    "/sign-in": ANY, "/sign-out": ANY, "/language": ANY,
    "/data/catalogues": SIGNED,
    "/workspaces": SIGNED, "/workspaces/{name}/copy": SIGNED, "/studies/{name}": SIGNED, "/tokens": SIGNED,
    "/hooks": frozenset({"buyer"}), "/hooks/{key}/{act}": frozenset({"buyer"}),
    "/jobs/{key}/cancel": frozenset({"buyer"}), "/import/{key}/table/{number}": frozenset({"buyer"}),
    "/import/{key}/take": frozenset({"buyer"}), "/import/{key}/cells": frozenset({"buyer"}),
    "/draft/{kind}": frozenset({"buyer"}),
    "/workspaces/{name}/decide": frozenset({"buyer"}), "/workspaces/{name}/withdraw": frozenset({"buyer"}),
    "/workspaces/{name}/plans": frozenset({"buyer"}), "/workspaces/{name}/finance/{study}": SIGNED,
    "/workspaces/{name}/chains/{chain}/lists/{list_}": frozenset({"buyer"}),
    "/workspaces/{name}/chains/{chain}/{link}": frozenset({"buyer"}),
    "/admin/verify": frozenset({"operator"}), "/admin/parties": frozenset({"operator"}),
    "/admin/parties/{key}/verify": frozenset({"operator"}), "/admin/users": frozenset({"operator"}),
    "/reports/{month}": frozenset({"operator"}), "/admin/hosts": frozenset({"operator"}),
    "/money/statement": frozenset({"operator"}), "/border/lists": frozenset({"operator"}),
    "/border/file": frozenset({"buyer"}), "/debits/ask": frozenset({"buyer"}),
}  # fmt: skip
"""By route, who may change what the bench has there; routes that are not listed may be changed by nobody here."""


def routes(method):
    found = [r for part in PARTS for r in part.router.routes if method in r.methods]
    return list(dict.fromkeys(r.path for r in found))


@pytest.fixture
def world(bench, space):
    """Things of the buyer's under every kind of key, and a browser of each person."""
    from sanwang.exchange import people
    from sanwang.exchange.who import EXCHANGE

    bench.exchange.store.run(
        lambda tx: people.add_user(tx, EXCHANGE, "stranger", "stranger", "correct horse battery")
    )
    buyer, _ = space
    listing = listed(
        bench, "buyer", "needs", title="低温电解液", text="需要零下四十度可用的电解液。"
    ).rpartition("/")[2]
    other = listed(bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。")
    deal = ok(buyer.post(f"{other}/inquire", {"party": bench.parties["buyer"], "words": "问"})).headers[
        "location"
    ]
    draft = ok(
        buyer.post("/draft/needs", {"actor_of_party": "A-buyer", "title": "草稿", "text": "草稿内容。"})
    ).headers
    lists_in_force(bench)
    ok(bench.browser("operator").post("/admin/hosts", {"host": "example.org"}))
    buyer.post("/hooks", {"party": bench.parties["buyer"], "url": "https://example.org/a"})
    hook = buyer.get("/hooks").text.partition('href="/hooks/')[2].partition('"')[0]
    job = ok(buyer.post("/studies/closure", {"workspace": "sample"})).headers["location"].rpartition("/")[2]
    files = {"files": ("a.csv", "需求名称,需求内容\n电解液,低温\n".encode(), "text/csv")}
    incoming = ok(buyer.post("/workspaces", files=files)).headers["location"].rpartition("/")[2]
    catalogue = ok(buyer.post("/data/catalogues", files=CATALOGUE)).headers["location"].rpartition("/")[2]
    keys = {
        "data": catalogue,
        "listing": draft["location"].rpartition("/")[2], "hooks": hook, "hook": hook, "jobs": job, "import": incoming,
        "deal": deal.rpartition("/")[2], "shown": listing,
    }  # fmt: skip
    browsers = {who: bench.browser(who) for who in WHO if who != "buyer"} | {"buyer": buyer}
    return browsers, keys


def filled(route, keys):
    """The route with what the bench has there."""
    path = route.replace("{process}/{key}", f"deal/{keys['deal']}").replace("{process}", "deal")
    first = path.split("/")[1]
    key = "H2-N01" if "needs/" in path else "H2-A13" if "firms/" in path else keys.get(first, "0" * 16)
    query = (
        "?need=H2-N01&result=H2-R01"
        if path.endswith("/ask")
        else "?a=x&b=y"
        if path.endswith("/compare")
        else ""
    )
    given = {"key": key, "kind": "needs", "chain": "H2", "link": "H2-L04", "number": "0", "act": "pause"}
    given |= {
        "month": "2020-01",
        "year": "2020",
        "study": "settle",
        "list_": "firms",
        "route": "L0001",
        "event": "withdraw",
        "piece": "x",
    }
    names = {"workspaces": "mine", "help": "workbench", "studies": "match", "jobs": "x.html"}
    path = path.replace("/workspaces/{name}/copy", "/workspaces/sample/copy")
    for name, x in (given | {"name": names.get(first, "x")}).items():
        path = path.replace(f"{{{name}}}", x).replace(f"{{{name}:path}}", x)
    assert "{" not in path, path
    return path + query


def test_every_route_by_everybody_who_may_read_it(world):
    browsers, keys = world
    assert set(routes("GET")) == set(GET), "a route that nobody has thought about"
    wrong = []
    for route in routes("GET"):
        for who in WHO:
            status = browsers[who].get(filled(route, keys), follow_redirects=False).status_code
            shown = status == 200 or (status == 303 and route == "/hook/{key}")
            if shown != (who in GET[route]):
                wrong.append((route, who, status))
            assert status in (200, 303, 400, 403, 404, 422), (route, who, status)
    assert wrong == []


FORMS = {
    "/draft/{kind}": {"actor_of_party": "A-buyer", "title": "新", "text": "新的内容。"},
    "/hooks": {"url": "https://example.org/b"},
    "/workspaces/{name}/decide": {"subject": "H2-N01", "other": "H2-R02", "verdict": "reject", "why": "dear"},
    "/workspaces/{name}/withdraw": {"subject": "H2-N01", "other": "H2-R02"},
    "/workspaces/{name}/chains/{chain}/lists/{list_}": {"a": "H2", "b": "x", "state": "check"},
    "/workspaces/{name}/chains/{chain}/{link}": {"note": "错"},
    "/import/{key}/take": {"name": "新区"},
    "/tokens": {"name": "t", "scopes": "read"},
    "/border/lists": {
        "list_kind": "purpose", "name": "虚构", "source": "虚构", "read": "fictional", "on_day": "2026-11-01",
    },
    "/debits/ask": {
        "debtor": "A-seller", "currency": "CNY", "amount": "1", "account_at": "1", "until_on": "2027-01-01",
    },
    "/border/file": {
        "payee": "Example", "country": "DE", "account_at": "1", "currency": "USD", "amount": "1",
        "purpose_code": "虚-1", "bop_code": "000001",
    },
    "/admin/hosts": {"host": "example.net"},
    "/admin/parties": {"actor": "A-new", "name": "新单位"},
    "/admin/users": {"login": "fresh", "name": "新人", "password": "correct horse battery"},
    "/money/statement": {"amount": "1", "bank_reference": "K9", "reference": "?"},
    "/studies/{name}": {"workspace": "sample"},
    "/sign-in": {"login": "nobody", "password": "wrong wrong wrong"},
}  # fmt: skip

UPLOAD = {"files": ("b.csv", "需求名称,需求内容\n甲,乙\n".encode(), "text/csv")}


CATALOGUE = {
    "files": ("c.jsonld", b'{"@id": "urn:d:1", "@type": "http://www.w3.org/ns/dcat#Dataset"}', "text/json")
}

UPLOADS = {
    "/workspaces": UPLOAD,
    "/data/catalogues": CATALOGUE,
    "/border/lists": {"file": ("a.csv", b"code,name\nx,y\n", "text/csv")},
}


def test_every_route_by_everybody_who_may_change_something(world, bench):
    browsers, keys = world
    assert set(POST) <= set(routes("POST"))
    wrong = []
    for route in sorted(routes("POST"), key=lambda r: ("sign-out" in r, "remove" in r)):
        for who in sorted(WHO, key=lambda w: w == "buyer"):
            form = dict(FORMS.get(route, {}))
            if route == "/debits/ask":
                form["creditor"] = bench.parties["buyer"]
            if route in ("/hooks", "/tokens", "/border/file"):
                form["party"] = bench.parties["buyer"]
            if route.endswith("/copy"):
                form["name"] = f"样例{who}"
            if route.endswith("{chain}/{link}"):
                form["item"] = _placed(browsers["buyer"])
            more = {"files": UPLOADS[route]} if route in UPLOADS else {}
            path = (
                filled(route, keys)
                if route != "/admin/parties/{key}/verify"
                else f"/admin/parties/{bench.parties['buyer']}/verify"
            )
            answer = browsers[who].post(path, form, **more)
            status = answer.status_code
            to_sign_in = status == 303 and answer.headers["location"].startswith("/sign-in")
            changed = (status in (200, 303) and not to_sign_in) or (route == "/sign-in" and status == 401)
            if changed != (who in POST.get(route, ())) and not _own_empty(route, who):
                wrong.append((route, who, status))
            assert status in (200, 303, 400, 401, 403, 404, 409, 422, 429), (route, who, status)
            bench.browser(None).client.app.state.asked.clear()
    assert wrong == []


def _own_empty(route, who):
    """A token wants a party of one's own: the stranger, the seller and the operator have none of the buyer's."""
    return route == "/tokens" and who != "buyer"


def _placed(browser):
    text = browser.get("/workspaces/mine/chains/H2/H2-L04").text
    return text.partition('name="item" value="')[2].partition('"')[0] or "none"
