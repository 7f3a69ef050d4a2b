"""Plans in the browser: asked for by menus, a route vetoed and planned again, two laid side by side."""

import json

import polars as pl
import pytest
from test_asked import run
from test_pages import ok

from sanwang.collaboration.verdicts import verdicts
from sanwang.planning.verify import verify_folder
from sanwang.region import Region
from sanwang.web.scenarios import scenario_of


def asked(bench, browser, **menus):
    """A plan made, by its page's path."""
    path = ok(browser.post("/workspaces/mine/plans", menus)).headers["location"]
    assert "refresh" in browser.get(path).text
    run(bench)
    return path


def saved(bench, path):
    row = next((bench.folder / "people").glob(f"*/.results/{path.rpartition('/')[2]}"))
    kind = "replan" if (row / "replan.json").exists() else "plan"
    return row, json.loads((row / f"{kind}.json").read_text("utf-8"))


@pytest.fixture
def planned(bench, space):
    browser, place = space
    return browser, place, asked(bench, browser)


def test_a_plan_shows_its_routes_map_and_flows(bench, planned):
    browser, _, path = planned
    _, claim = saved(bench, path)
    text = browser.get(path).text
    assert claim["routes"], "the workspace has routes"
    for route in claim["routes"]:
        assert f'href="{path}/routes/{route["route"]}"' in text
    assert text.count("<svg") >= 2
    assert "<script" not in text
    assert "style-src-attr" in browser.get(path).headers["content-security-policy"]
    assert "净价值" in browser.get("/workspaces/mine/plans").text


def test_a_route_is_vetoed_and_planned_again(bench, planned):
    browser, place, path = planned
    _, claim = saved(bench, path)
    route = claim["routes"][0]
    page = f"{path}/routes/{route['route']}"
    text = browser.get(page).text
    assert "需求（原文）" in text
    said = {
        "side": "achievement",
        "verdict": "reject",
        "veto": "process",
        "words": "产线不合适",
        "again": "yes",
    }
    fresh = ok(browser.post(page, said)).headers["location"]
    told = verdicts(Region.open(place)).of(route["need"], route["achievement"])
    assert told.why == "不是我们的工艺；产线不合适"
    run(bench)
    folder, after = saved(bench, fresh)
    assert all(
        (r["need"], r["achievement"]) != (route["need"], route["achievement"]) for r in after["routes"]
    )
    text = browser.get(fresh).text
    assert "变动" in text
    assert "产线不合适" in text  # the reason of what moved
    assert verify_folder(Region.open(place), folder).ok
    assert "数据或人的决定有变化" in browser.get(path).text  # the earlier plan says that it is out of date


def test_a_plan_beside_a_plan_that_was_made_beside_another(bench, planned):
    browser, _, path = planned
    again = ok(browser.post(f"{path}/again")).headers["location"]
    run(bench)
    assert "没有变动" in browser.get(again).text
    third = ok(browser.post(f"{again}/again")).headers["location"]
    run(bench)
    assert "没有变动" in browser.get(third).text


def test_a_pin_is_kept(bench, planned):
    browser, place, path = planned
    _, claim = saved(bench, path)
    route = next(r for r in claim["routes"] if r["maker"])
    page = f"{path}/routes/{route['route']}"
    ok(browser.post(page, {"side": "maker", "verdict": "pin", "words": "已签意向", "again": "no"}))
    assert verdicts(Region.open(place)).verdict(route["need"], route["maker"]) == "pin"
    bad = browser.post(page, {"side": "maker", "verdict": "accept", "words": "x"})
    assert bad.status_code == 400
    assert browser.post(page, {"side": "guarantee", "verdict": "pin", "words": "x"}).status_code == 404


def test_scenarios_side_by_side_under_their_names(bench, planned):
    browser, _, path = planned
    other = asked(bench, browser, name="不能跨省", market="segmented")
    _, claim = saved(bench, other)
    _, today = saved(bench, path)
    assert claim["asked"]["scenario"]["market"] == "segmented"
    assert claim["worth"] <= today["worth"]
    keys = path.rpartition("/")[2], other.rpartition("/")[2]
    text = browser.get(f"/workspaces/mine/compare?a={keys[0]}&b={keys[1]}").text
    assert "↔ 不能跨省" in text
    assert text.count('class="map"') == 2
    assert browser.get(f"/workspaces/mine/compare?a={keys[0]}&b=x").status_code == 404
    assert "market=&#39;segmented&#39;" in browser.get(other).text  # the call in Python


def test_another_persons_plan_is_not_there(bench, planned):
    _, _, path = planned
    other = bench.browser("seller")
    route = saved(bench, path)[1]["routes"][0]["route"]
    for place in (path, f"{path}/routes/{route}", path.replace("/mine/", "/sample/")):
        assert other.get(place).status_code == 404
    assert other.post(f"{path}/again").status_code == 404


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ({}, None),
        ({"market": "today"}, None),
        ({"name": "a", "market": "unified"}, {"name": "a", "market": "unified"}),
        ({"name": "a", "barriers": "0.5"}, {"name": "a", "barriers": 0.5}),
        (
            {"name": "a", "budgets": "2"},
            {"name": "a", "change": [{"table": "products", "column": "budget", "times": 2.0}]},
        ),
        (
            {"name": "a", "landing_place": "130000", "landing_share": "0.3"},
            {"name": "a", "policy": [{"kind": "least_share", "place": "130000", "share": 0.3}]},
        ),
    ],
)
def test_menus_make_a_scenario(small, form, wanted):
    assert scenario_of(form, Region.open(small)) == wanted


@pytest.mark.parametrize(
    "form",
    [
        {"market": "unified"},
        {"name": "a", "market": "elsewhere"},
        {"name": "a", "budgets": "1e99"},
        {"name": "a", "landing_share": "0.3"},
        {"name": "a", "landing_place": "999999", "landing_share": "0.3"},
    ],
)
def test_what_is_on_no_menu_is_refused(space, form):
    browser, _ = space
    assert browser.post("/workspaces/mine/plans", form).status_code == 400


def test_a_plan_that_cannot_be_is_said_in_words(bench, space):
    browser, place = space
    for file in place.glob("needs*"):
        frame = pl.read_csv(file, infer_schema=False)
        frame.head(0).write_csv(file, include_bom=True)
    text = browser.get("/workspaces/mine/plans").text
    assert "方案需要成果表与需求表" in text
