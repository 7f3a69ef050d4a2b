"""Data on the command line: from a catalogue to a decision, in one language, with a status that scripts can read."""

import json

import pytest
from tests_data import data_market, given, holds, listing, offered, terms, use
from tests_data import rule as clause
from tests_market import PASSWORD
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.exchange import clock as times
from sanwang.exchange.clock import SetClock
from sanwang.exchange.store import open_store

CATALOGUE = {
    "@context": {"odrl": "http://www.w3.org/ns/odrl/2/", "dct": "http://purl.org/dc/terms/",
                 "dcat": "http://www.w3.org/ns/dcat#"},
    "@graph": [{
        "@id": "urn:d:1", "@type": "dcat:Dataset", "dct:title": "虚构振动数据", "dct:description": "虚构轴承",
        "odrl:hasPolicy": {"@type": "odrl:Set", "odrl:permission": {
            "odrl:action": {"@id": "odrl:use"},
            "odrl:constraint": {"odrl:leftOperand": {"@id": "odrl:purpose"}, "odrl:operator": {"@id": "odrl:eq"},
                                "odrl:rightOperand": "科研"}}},
    }],
}  # fmt: skip


@pytest.fixture
def db(sqlite_template, tmp_path, monkeypatch):
    """A market in a file, on the machine's own time."""
    path = tmp_path / "market.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(path, SetClock(times.system_clock()))
    from sanwang.web import data_policies

    data_policies.register()
    m = data_market(store, store.clock)
    monkeypatch.setenv("SANWANG_PASSWORD", PASSWORD)
    monkeypatch.setenv("SANWANG_LANG", "en")
    yield path, m
    store.close()


def run(*line, expect=0):
    done = CliRunner().invoke(app, ["exchange", "data", *map(str, line)])
    assert done.exit_code == expect, (done.output, done.exception)
    return done.output


def test_from_a_catalogue_to_a_bill(db, tmp_path):
    pytest.importorskip("rdflib", reason="the extra catalogue is not installed")
    pytest.importorskip("pyshacl", reason="the extra catalogue is not installed")
    path, m = db
    catalogue = tmp_path / "c.jsonld"
    catalogue.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    assert "P1  may use; purpose is 科研" in run(
        "terms", catalogue, "--dataset", "urn:d:1", "-o", tmp_path / "t.json"
    )
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["dataset"] == "urn:d:1"
    shown = listing(m)
    line = ("list", path, catalogue, "--dataset", "urn:d:1", "--listing", shown, "--pricing", "use", "--price", "5.00",
            "--as", "supplier_signer")  # fmt: skip
    said = run(*line, "--personal", "no")
    assert "5.00 CNY a use" in said and "may use; purpose is 科研" in said
    product = said.splitlines()[1]
    m.x.take(m["supplier_signer"], "data_product", product, "offer")
    (offer,) = json.loads(run("offers", path, "--as", "maker_member", "--json"))["rows"]
    assert (offer["id"], offer["price"], offer["clauses"][0]["zh"]) == (
        product,
        500,
        "许可使用；用途 为 科研",
    )
    access = given(m, product)
    assert "permitted  P1" in run("use", path, access, "read", "--purpose", "科研", "--as", "maker_member")
    denied = run("use", path, access, "read", "--purpose", "广告", "--as", "maker_member", expect=1)
    assert "denied  P1" in denied and "not met: purpose eq 科研" in denied
    assert "5.00 CNY" in run(
        "bill", path, access, "--until", times.day_of(m.clock()), "--as", "supplier_member"
    )
    assert "metered 5.00 CNY" in run("log", path, access, "--as", "supplier_member")
    sums = json.loads(run("log", path, access, "--as", "maker_member", "--json"))["sums"]
    assert sums == {"metered": 500, "disputed": 0, "billed": 500, "paid": 0}
    holds(m)


def test_lineage_and_what_a_revocation_touches(db):
    path, m = db
    access = given(m, offered(m, terms(clause("use"), clause("distribute"))))
    use(m, access, "derive")
    number = m.x.show(m["maker_member"], "data_access", access)["number"]
    data = {"party": m.party["maker"], "title": "虚构衍生", "personal": "no", "uses": [f"{number}/1"]}
    made = m.x.take(m["maker_signer"], "data_asset", None, "derive", data)
    assert number in run("sources", path, made, "--as", "maker_member")
    assert "虚构maker" in run("touched", path, access, "--as", "supplier_member")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("offers", "none.db"), "no exchange at"),
        (("terms", "none.jsonld", "--dataset", "x"), "no dataset"),
    ],
)
def test_bad_input_is_said(line, said, monkeypatch):
    pytest.importorskip("rdflib", reason="the extra catalogue is not installed")
    monkeypatch.setenv("SANWANG_LANG", "en")
    done = CliRunner().invoke(app, ["exchange", "data", *line])
    assert done.exit_code != 0 and said in f"{done.output}{done.exception}"


@pytest.mark.parametrize(
    ("lang", "own", "other"), [("zh", "请求使用或交付", "Ask for"), ("en", "Ask for a use", "请求")]
)
def test_help_is_in_one_language(lang, own, other, monkeypatch):
    monkeypatch.setenv("SANWANG_LANG", lang)
    said = run("--help")
    assert own in said and other not in said
