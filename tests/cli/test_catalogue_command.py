"""``sanwang catalogue``: written, checked, asked, matched to needs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.region.sample import sample_region

pytest.importorskip("rdflib", reason="the extra catalogue is not installed")

run = CliRunner().invoke


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("c")
    sample_region().save(folder / "r", "csv")
    assert run(app, ["catalogue", str(folder / "r"), "-o", str(folder / "c")]).exit_code == 0
    data = json.loads((folder / "c" / "catalogue.jsonld").read_text(encoding="utf-8"))
    road = next(e for e in data["@graph"] if e.get("dct:title") == "道路场景数据")
    only = {"odrl:leftOperand": {"@id": "odrl:spatial"}, "odrl:operator": {"@id": "odrl:isPartOf"}}
    rule = {"odrl:action": {"@id": "odrl:use"}, "odrl:constraint": only | {"odrl:rightOperand": "130000"}}
    road["odrl:hasPolicy"] = {"@type": "odrl:Set", "odrl:permission": rule}
    (folder / "open.jsonld").write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_who_may_use_what(workspace):
    got = run(app, ["catalogue", str(workspace / "open.jsonld"), "--place", "130200", "--json"])
    assert got.exit_code == 0, got.output
    answers = {d["title"]: d for d in json.loads(got.stdout)["datasets"]}
    assert answers["道路场景数据"]["allowed"]
    assert answers["气象与能源数据"]["reasons"] == ["没有使用政策"]
    assert run(app, ["catalogue", str(workspace / "open.jsonld"), "--date", "soon"]).exit_code != 0


def test_needs_get_only_data_that_let_their_firm_in(workspace, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "collaboration"))
    from hashed_words import Letters

    monkeypatch.setattr("sanwang.collaboration.match.bundled", lambda lang: ([Letters()], []))
    got = run(app, ["catalogue", str(workspace / "r"), str(workspace / "open.jsonld"), "--json"])
    assert got.exit_code == 0, got.output
    pairs = json.loads(got.stdout)["matches"]
    assert {p["title"] for p in pairs} == {"道路场景数据"}
    region = sample_region()
    homes = dict(region["actors"].select("id", "place").iter_rows())
    owners = dict(region["needs"].select("id", "actor").iter_rows())
    assert pairs and all(
        homes[owners[p["need"]]].startswith("13") or homes[owners[p["need"]]] == "XA" for p in pairs
    )
    assert all(p["reasons"] for p in pairs)


def test_problems_end_with_status_one(workspace, tmp_path):
    (tmp_path / "bad.jsonld").write_text("{", encoding="utf-8")
    got = run(app, ["catalogue", str(tmp_path / "bad.jsonld"), str(workspace / "open.jsonld")])
    assert got.exit_code == 1
    assert "不是 JSON" in got.stdout
