"""Webhooks on pages and in the interface: hosts by the operator, addresses by people, a message that arrives."""

from test_pages import listed, ok

from sanwang.exchange.sending import deliver


def made(bench):
    ok(bench.browser("operator").post("/admin/hosts", {"host": "example.org"}))
    buyer = bench.browser("buyer")
    told = buyer.post("/hooks", {"party": bench.parties["buyer"], "url": "https://example.org/a"})
    assert told.status_code == 200
    return buyer, told.text


def test_an_address_is_added_once_its_host_is_allowed(bench):
    buyer = bench.browser("buyer")
    assert "运营方尚未允许任何主机" in buyer.get("/hooks").text
    refused = buyer.post("/hooks", {"party": bench.parties["buyer"], "url": "https://example.org/a"})
    assert "运营方未允许 example.org" in refused.text
    assert buyer.post("/admin/hosts", {"host": "example.org"}).status_code == 403
    buyer, text = made(bench)
    assert "whsec_" in text
    assert "whsec_" not in buyer.get("/hooks").text  # shown once


def test_what_it_was_told_is_on_its_page(bench):
    buyer, _ = made(bench)
    key = buyer.get("/hooks").text.partition('href="/hooks/')[2].partition('"')[0]
    ok(bench.browser("operator").post("/admin/hosts", {"host": "example.org", "forbid": "yes"}))
    listed(bench, "buyer", "needs", title="低温电解液", text="需要零下四十度可用的电解液。")
    bench.exchange.seal()
    assert deliver(bench.exchange.store) == 0
    text = buyer.get(f"/hooks/{key}").text
    assert "listing.publish" in text
    assert "host not allowed" in text
    assert "listing" in buyer.get(f"/hooks/{key}?as=csv").text
    for act in ("pause", "resume"):
        ok(buyer.post(f"/hooks/{key}/{act}"))
    assert "whsec_" in buyer.post(f"/hooks/{key}/rotate").text
    assert bench.browser("seller").get(f"/hooks/{key}").status_code == 404
    assert bench.browser("seller").post(f"/hooks/{key}/remove").status_code == 404
    ok(buyer.post(f"/hooks/{key}/remove"))
    assert buyer.get(f"/hooks/{key}").status_code == 404


def test_the_same_through_the_interface(bench, program):
    ok(bench.browser("operator").post("/admin/hosts", {"host": "example.org"}))
    api, at = program("buyer"), "/api/v1/webhooks"
    asked = {"party": bench.parties["buyer"], "url": "https://example.org/a"}
    fresh = api.post(at, json=asked)
    assert fresh.status_code == 201
    key = fresh.json()["id"]
    assert [h["id"] for h in api.get(at).json()] == [key]
    assert api.post(f"{at}/{key}/secret").json()["secret"] != fresh.json()["secret"]
    assert api.post(f"{at}/{key}/resume", json={"after": 0}).json()["state"] == "active"
    assert api.get(f"{at}/{key}/deliveries").json() == []
    assert api.delete(f"{at}/{key}").status_code == 204
    assert api.get(f"{at}/{key}/deliveries").status_code == 404
    assert api.post(at, json=asked | {"url": "https://elsewhere.org/"}).status_code == 422
    assert program("buyer", "read").post(at, json=asked).status_code == 403
