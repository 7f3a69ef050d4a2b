"""Pages of lists: every row once, in order, and no cursor but one that was handed out for this very list."""

import re

import pytest
from test_api import problem
from test_pages import listed


def pages(api, at, **asked):
    """Every page of a list, by following the links."""
    found = []
    while at:
        answer = api.get(at, params=asked)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        told = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        at, asked = (told[1], None) if told else (None, None)
    return found


def test_listings_come_once_each_in_the_order_of_the_whole(bench, program):
    things = ("电池用电解液", "防腐涂层电解液测试台", "机器人关节润滑", "储氢瓶碳纤维缠绕", "抗体纯化填料")
    for one in things:
        listed(
            bench, "seller", "achievements", title=one, abstract=f"{one[::-1]}，另含电解液一词，{one * 3}。"
        )
    api = program("buyer")
    for asked in ({}, {"q": "电解液"}):
        whole = [r["id"] for r in api.get("/api/v1/listings", params=asked).json()]
        assert len(whole) == 5
        found = pages(api, "/api/v1/listings", most=2, **asked)
        assert [len(p) for p in found] == [2, 2, 1]
        assert [r["id"] for p in found for r in p] == whole


def test_needs_jobs_deals_and_events_have_pages(bench, space, program):
    api = program("buyer")
    listing = listed(
        bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。"
    ).rpartition("/")[2]
    data = {"result": listing, "buyer": bench.parties["buyer"], "seller": bench.parties["seller"]}
    for years in (3, 4, 5):
        asked = {"event": "inquire", "data": data | {"words": str(years)}}
        begun = api.post("/api/v1/subjects/deal", json=asked)
        assert begun.status_code == 201, begun.text
        given = {"event": "decline", "data": {"why": "known"}}
        at = f"/api/v1/subjects/deal/{begun.json()['id']}"
        assert api.post(f"{at}/takes", json=given, headers={"if-match": "*"}).status_code == 200
        assert api.post("/api/v1/studies/closure", json={"options": {"years": years}}).status_code == 202
    bench.exchange.seal()
    for at, key in (
        ("workspaces/mine/needs", "id"),
        ("jobs", "id"),
        ("subjects/deal", "id"),
        ("events", "link"),
    ):
        whole = [r[key] for r in api.get(f"/api/v1/{at}").json()]
        found = pages(api, f"/api/v1/{at}", most=2)
        assert len(found) > 1, at
        assert [r[key] for p in found for r in p] == whole, at


@pytest.mark.parametrize("spoil", [
    lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"), lambda c: "X" + c[1:], lambda c: c.partition(".")[0],
    lambda c: "", lambda c: c + c,
])  # fmt: skip
def test_a_cursor_that_was_changed_is_a_problem(bench, space, program, spoil):
    api = program("buyer")
    link = api.get("/api/v1/workspaces/mine/needs", params={"most": 2}).headers["link"]
    cursor = re.search(r"cursor=([\w.-]+)", link)[1]
    found = problem(
        api.get("/api/v1/workspaces/mine/needs", params={"most": 2, "cursor": spoil(cursor)}), 400
    )
    assert "游标" in found["detail_zh"]


def test_a_cursor_counts_for_its_list_and_person_alone(bench, space, program):
    api = program("buyer")
    link = api.get("/api/v1/workspaces/mine/needs", params={"most": 2}).headers["link"]
    cursor = re.search(r"cursor=([\w.-]+)", link)[1]
    problem(api.get("/api/v1/workspaces/mine/needs", params={"most": 3, "cursor": cursor}), 400)
    problem(api.get("/api/v1/workspaces/sample/needs", params={"most": 2, "cursor": cursor}), 400)
    other = program("seller")
    sample = api.get("/api/v1/workspaces/sample/needs", params={"most": 2}).headers["link"]
    stolen = re.search(r"cursor=([\w.-]+)", sample)[1]
    problem(other.get("/api/v1/workspaces/sample/needs", params={"most": 2, "cursor": stolen}), 400)
