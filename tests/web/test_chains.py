"""Chains in the browser: the drawing leads to links, a correction recomputes, the lists are edited and exported."""

import csv
import io

import polars as pl
from test_pages import ok

from sanwang.region import Region
from sanwang.study.registry import get


def test_boxes_of_the_drawing_lead_to_their_links(space):
    browser, _ = space
    text = browser.get("/workspaces/mine/chains/H2").text
    for n in range(1, 12):
        assert f'href="/workspaces/mine/chains/H2/H2-L{n:02d}"' in text
    assert "堵点清单" in text
    assert "/workspaces/mine/chains/H2" in browser.get("/workspaces/mine/chains").text


def test_wrong_move_is_kept_and_recomputed(space):
    browser, place = space
    before = get("chain")(Region.open(place), chain="H2").answer.placing.frame
    row = before.filter(
        (pl.col("chain") == "H2") & (pl.col("kind") == "achievements") & (pl.col("how") == "computed")
    )
    item, link = row["item"][0], row["link"][0]
    target = "H2-L05" if link != "H2-L05" else "H2-L06"
    page = f"/workspaces/mine/chains/H2/{link}"
    assert item in browser.get(page).text
    assert browser.post(page, {"item": item, "to": target}).status_code == 400  # without the why
    assert browser.post(page, {"item": item, "to": "XX", "note": "错"}).status_code == 400
    assert browser.post(page, {"item": "nobody", "to": target, "note": "错"}).status_code == 404
    moved = ok(browser.post(page, {"item": item, "to": target, "note": "做的是另一环节"})).headers["location"]
    after = get("chain")(Region.open(place), chain="H2").answer.placing.frame.filter(pl.col("item") == item)
    assert link not in after["link"].to_list()
    assert target in after["link"].to_list()
    assert f'value="{item}"' in browser.get(moved).text
    assert "人工确定" in browser.get(moved).text
    assert f'name="item" value="{item}"' not in browser.get(page).text


def exported(browser, name):
    text = browser.get(f"/workspaces/mine/chains/H2?as=csv&table={name}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_list_is_edited_in_place_and_exported(bench, space):
    browser, _ = space
    rows = exported(browser, "firms")
    text = browser.get("/workspaces/mine/chains/H2").text
    keys = [
        part.partition('"')[0]
        for part in text.partition('<section id="firms">')[2].split('name="b" value="')[1:]
    ]
    assert len(keys) == len(rows)
    at = "/workspaces/mine/chains/H2/lists/firms"
    ok(browser.post(at, {"a": "H2", "b": keys[2], "state": "confirmed", "note": "=已走访"}))
    ok(browser.post(at, {"a": "H2", "b": keys[0], "state": "struck", "note": "已停产"}))
    after = exported(browser, "firms")
    assert len(after) == len(rows)
    assert after[0]["名称"] == rows[2]["名称"]
    assert after[0]["备注"] == "'=已走访"
    assert after[-1]["名称"] == rows[0]["名称"]
    assert after[-1]["意见"] == "划去"
    assert "buyer" in after[-1]["何人何时"]
    ok(browser.post(at, {"a": "H2", "b": keys[0], "state": "check", "note": ""}))
    assert exported(browser, "firms")[-1]["名称"] != rows[0]["名称"]  # the newest word holds
    ok(browser.post(at, {"a": "H2", "b": keys[0], "state": "withdrawn"}))
    assert exported(browser, "firms")[-1]["名称"] == rows[0]["名称"]  # the one before it holds again
    ok(browser.post(at, {"a": "H2", "b": keys[0], "state": "withdrawn"}))
    assert exported(browser, "firms")[-1]["意见"] != "划去"
    assert browser.post(at, {"a": "H2", "b": keys[0], "state": "withdrawn"}).status_code == 404
    for bad in ({"state": "struck", "note": ""}, {"state": "gone", "note": "x"}):
        assert browser.post(at, {"a": "H2", "b": keys[0], **bad}).status_code == 400
    assert (
        browser.post(at.replace("firms", "others"), {"a": "", "b": "", "state": "check"}).status_code == 400
    )


def test_links_and_chains_that_are_not_there(space):
    browser, _ = space
    assert browser.get("/workspaces/mine/chains/XX").status_code == 404
    assert browser.get("/workspaces/mine/chains/H2/XX").status_code == 404


def test_a_move_is_taken_back_by_one_click(space):
    browser, place = space
    before = get("chain")(Region.open(place), chain="H2").answer.placing.frame
    of_h2 = before.filter(pl.col("chain") == "H2")
    row = of_h2.filter((pl.col("kind") == "achievements") & (pl.col("how") == "computed"))
    item, link = row["item"][0], row["link"][0]
    target = "H2-L05" if link != "H2-L05" else "H2-L06"
    page = f"/workspaces/mine/chains/H2/{link}"
    ok(browser.post(page, {"item": item, "to": target, "note": "做的是另一环节"}))
    assert f'name="back" value="{item}"' in browser.get(page).text
    assert f'name="back" value="{item}"' in browser.get(f"/workspaces/mine/chains/H2/{target}").text
    ok(browser.post(page, {"act": "withdraw", "back": item}))
    assert browser.post(page, {"act": "withdraw", "back": item}).status_code == 404
    after = get("chain")(Region.open(place), chain="H2").answer.placing.frame
    assert after.equals(before)
    region = Region.open(place)
    told = region["placements"].filter(pl.col("item") == item)["verdict"].to_list()
    assert sorted(told[-4:]) == ["no", "withdraw", "withdraw", "yes"]
    assert region.check().errors == ()
