"""Files through the interface: understood, corrected, saved by the functions of the page, and once only."""

import polars as pl
import pytest
from test_api import problem

from sanwang.region import Region

AT = "/api/v1/imports"
CSV = "需求名称,需求内容,预算\n低温电解液,零下四十度可用的电解液,300\n防腐涂层,海上风电塔筒用的防腐涂层,五十\n".encode()


def upload(api, content=CSV, name="需求.csv", **headers):
    return api.post(AT, files={"files": (name, content, "text/csv")}, headers=headers)


@pytest.fixture
def api(bench, space, program):
    return program("buyer")


def place(space, name):
    return space[1].parent / name


def test_a_file_is_understood_corrected_and_saved(api, space):
    answer = upload(api)
    assert answer.status_code == 201, answer.text
    at, held = answer.headers["location"], answer.json()
    [table] = held["tables"]
    assert table["kind"] == "needs"
    assert table["rows"] == 2
    assert {c["heading"]: c["field"] for c in table["columns"]}["预算"] == "budget"
    assert (
        any(p["row"] == 3 and p["value"] == "五十" for p in held["problems"]) or held["problems_in_all"] >= 1
    )
    assert not place(space, "新区").exists()
    said = {"columns": [{"heading": "预算", "field": "budget", "unit": "万元"}]}
    problem(api.patch(f"{at}/tables/0", json=said), 428)
    problem(api.patch(f"{at}/tables/0", json=said, headers={"if-match": '"x"'}), 412)
    tag = answer.headers["etag"]
    mended = api.patch(f"{at}/tables/0", json=said, headers={"if-match": tag})
    assert mended.status_code == 200, mended.text
    problem(api.patch(f"{at}/tables/0", json=said, headers={"if-match": tag}), 412)
    wrong = {"columns": [{"heading": "没有这一列"}]}
    problem(api.patch(f"{at}/tables/0", json=wrong, headers={"if-match": mended.headers["etag"]}), 400)
    problem(api.patch(f"{at}/tables/9", json=said, headers={"if-match": "*"}), 404)
    saved = api.post(f"{at}/save", json={"workspace": "新区"})
    assert saved.status_code == 200, saved.text
    needs = Region.open(place(space, "新区"))["needs"]
    assert needs.filter(pl.col("title") == "低温电解液")["budget"][0] == 300 * 10_000 * 100
    problem(api.get(at), 404)  # it is done with


def test_a_repeated_key_keeps_and_saves_once(api, space):
    first, again = (upload(api, **{"idempotency-key": "f1"}) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    problem(upload(api, CSV + b"\n", **{"idempotency-key": "f1"}), 409)
    at = first.headers["location"]
    saved = [
        api.post(f"{at}/save", json={"workspace": "新区"}, headers={"idempotency-key": "s1"})
        for _ in range(2)
    ]
    assert saved[0].json() == saved[1].json()
    assert Region.open(place(space, "新区"))["needs"].height == 2
    problem(api.post(f"{at}/save", json={"workspace": "新区"}), 404)


@pytest.mark.parametrize(("name", "content"), [
    ("a.xlsx", b"MZ\x90\x00\x03\x00\x00\x00"), ("a.exe", CSV), ("a.csv", b"\x7fELF\x02\x01\x01\x00"),
    ("a.csv", b"a\x00b,c\n"), ("a.parquet", CSV), ("a.pdf", b"%PDF-1.7"), ("a.csv", b""), ("a", CSV),
])  # fmt: skip
def test_what_is_no_table_is_refused_and_not_kept(api, space, name, content):
    found = problem(upload(api, content, name), 415)
    assert name in found["detail"]
    aside = space[1].parent / ".incoming"
    assert not aside.exists() or list(aside.iterdir()) == []


def test_another_persons_import_is_not_there(api, program):
    at = upload(api).headers["location"]
    other = program("seller")
    for answer in (other.get(at), other.post(f"{at}/save", json={"workspace": "x"}), other.delete(at)):
        problem(answer, 404)
    problem(program("buyer", "read").delete(at), 403)
    assert api.delete(at).status_code == 204
    problem(api.get(at), 404)


@pytest.mark.parametrize("name", ["sample", "../x", "", ".x"])
def test_a_workspace_must_have_a_name_of_its_own(api, name):
    at = upload(api).headers["location"]
    problem(api.post(f"{at}/save", json={"workspace": name}), 400)


def test_too_much_is_refused_before_it_is_read(api):
    problem(api.post(AT, headers={"content-length": str(51 * 2**20)}, content=b"x"), 413)


def test_cells_are_mended_under_the_tag_that_was_read(api, space):
    answer = upload(api)
    at, tag = answer.headers["location"], answer.headers["etag"]
    said = {"cells": [{"row": 3, "column": "预算", "text": "60万元"}]}
    problem(api.patch(f"{at}/tables/0/cells", json=said), 428)
    mended = api.patch(f"{at}/tables/0/cells", json=said, headers={"if-match": tag})
    assert mended.status_code == 200, mended.text
    assert not [p for p in mended.json()["problems"] if p["row"] == 3 and p["severity"] == "error"]
    problem(api.patch(f"{at}/tables/0/cells", json=said, headers={"if-match": tag}), 412)
    nowhere = {"cells": [{"row": 9, "column": "预算", "text": "1"}]}
    problem(
        api.patch(f"{at}/tables/0/cells", json=nowhere, headers={"if-match": mended.headers["etag"]}), 400
    )
    api.post(f"{at}/save", json={"workspace": "改过"})
    assert Region.open(place(space, "改过"))["needs"]["budget"].to_list()[1] == 60 * 10_000 * 100


def test_on_the_page_a_cell_is_mended_and_given_back(bench, space):
    buyer = bench.browser("buyer")
    unreadable = CSV.replace("五十".encode(), "面议以后再说".encode())
    at = buyer.post("/workspaces", files={"files": ("需求.csv", unreadable, "text/csv")}).headers["location"]
    cell = "cell.0.3.2"
    page = buyer.get(at).text
    assert f'name="{cell}" value="面议以后再说"' in page
    assert "已改正的单元格" not in page
    assert buyer.post(f"{at}/cells", {cell: "60万元"}).headers["location"] == f"{at}#problems"
    page = buyer.get(at).text
    assert "已改正的单元格 (1)" in page
    assert "<td>面议以后再说</td><td>60万元</td>" in page
    buyer.post(f"{at}/cells", {cell: ""})
    assert "已改正的单元格" not in buyer.get(at).text
    assert buyer.post(f"{at}/cells", {"cell.0.99.2": "1"}).status_code == 400
