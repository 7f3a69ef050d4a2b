"""The interface for programs: tokens and their scopes, problems in one shape, versions and keys that repeat."""

import pytest
from test_pages import listed


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert {"type", "title", "status", "detail", "detail_zh"} <= set(found)
    return found


def test_a_program_inquires_and_reads_what_it_may_do(bench, program):
    listing = listed(bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。").rsplit(
        "/", 1
    )[1]
    api = program("buyer")
    [hit] = api.get("/api/v1/listings", params={"q": "电解液"}).json()
    assert hit["id"] == listing
    data = {"result": listing, "buyer": bench.parties["buyer"], "seller": bench.parties["seller"]}
    begun = api.post(
        "/api/v1/subjects/deal", json={"event": "inquire", "data": data}, headers={"idempotency-key": "k1"}
    )
    assert begun.status_code == 201, begun.text
    again = api.post(
        "/api/v1/subjects/deal", json={"event": "inquire", "data": data}, headers={"idempotency-key": "k1"}
    )
    assert again.json() == begun.json()
    other = api.post("/api/v1/subjects/deal", json={"event": "inquire", "data": data | {"words": "x"}},
                     headers={"idempotency-key": "k1"})  # fmt: skip
    problem(other, 409)
    deal = begun.json()["id"]
    steps = {
        s["event"]: s for s in api.get(f"/api/v1/subjects/deal/{deal}/takes", params={"lang": "en"}).json()
    }
    assert not steps["accept"]["may"]
    assert steps["decline"]["may"]
    read = api.get(f"/api/v1/subjects/deal/{deal}")
    stale = {"if-match": '"99"'}
    problem(
        api.post(
            f"/api/v1/subjects/deal/{deal}/takes",
            json={"event": "decline", "data": {"why": "known"}},
            headers=stale,
        ),
        412,
    )
    blind = {"event": "decline", "data": {"why": "known"}}
    problem(api.post(f"/api/v1/subjects/deal/{deal}/takes", json=blind), 428)
    weak = {"if-match": f"W/{read.headers['etag']}"}
    problem(api.post(f"/api/v1/subjects/deal/{deal}/takes", json=blind, headers=weak), 412)
    assert api.get(f"/api/v1/subjects/deal/{deal}").json()["state"] == "inquiry"
    right = {"if-match": f'"77", {read.headers["etag"]}', "idempotency-key": "k2"}
    done = api.post(
        f"/api/v1/subjects/deal/{deal}/takes",
        json={"event": "decline", "data": {"why": "known"}},
        headers=right,
    )
    assert done.status_code == 200, done.text
    repeated = api.post(f"/api/v1/subjects/deal/{deal}/takes", json=blind, headers=right)
    assert (
        repeated.json() == done.json()
    )  # the key is known: the version that has gone on meanwhile does not matter
    bench.exchange.seal()
    told = api.get("/api/v1/events").json()
    assert [e["take"] for e in told if e["subject"] == deal] == ["inquire", "decline"]
    assert api.get("/api/v1/events", params={"after": told[-1]["link"]}).json() == []


def test_a_token_that_may_only_read_changes_nothing(bench, program):
    api = program("buyer", "read")
    assert api.get("/api/v1/subjects/deal").json() == []
    found = problem(api.post("/api/v1/subjects/deal", json={"event": "inquire", "data": {}}), 403)
    assert "令牌" in found["detail_zh"]


def test_a_token_taken_back_opens_nothing(bench, program):
    api = program("buyer")
    browser = bench.browser("buyer")
    key = browser.get("/tokens").text.partition('action="/tokens/')[2].partition("/")[0]
    browser.post(f"/tokens/{key}/revoke")
    problem(api.get("/api/v1/subjects/deal"), 401)


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic x", "Bearer "])
def test_a_token_that_is_none_is_no_visitor(bench, header):
    problem(bench.browser(None).client.get("/api/v1/listings", headers={"authorization": header}), 401)


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("get", "/api/v1/subjects/nothing", 404),
        ("get", "/api/v1/subjects/deal/0", 404),
        ("get", "/api/v1/listings?most=0", 400),
        ("get", "/api/v1/nothing", 404),
        ("delete", "/api/v1/listings", 405),
        ("get", "/api/v1/jobs/0", 404),
    ],
)
def test_problems_have_one_shape(bench, program, method, path, status):
    problem(getattr(program("buyer"), method)(path), status)


def test_a_study_is_asked_and_its_job_followed(bench, program):
    from test_asked import run

    api = program("buyer")
    asked = api.post("/api/v1/studies/closure", json={"options": {"years": 3}})
    assert asked.status_code == 202, asked.text
    run(bench)
    assert api.get(asked.headers["location"]).json()["state"] == "done"
    problem(api.post("/api/v1/studies/closure", json={"options": {"nonsense": 3}}), 400)


def test_the_document_describes_what_there_is(bench):
    document = bench.browser(None).client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/subjects/{process}/{key}/takes" in document["paths"]
    assert document["servers"] == [{"url": "/api/v1"}]
