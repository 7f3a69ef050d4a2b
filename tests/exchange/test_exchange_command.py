"""The exchange on the command line: what it prints is what the asker may read; no traceback for bad input."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app

PASSWORD = "fictional-password-1"


def run(*line, expect=0, password=PASSWORD, lang="en"):
    import os

    env = os.environ | {"SANWANG_PASSWORD": password, "SANWANG_LANG": lang, "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "sanwang.cli", "exchange", *map(str, line)],
        capture_output=True,
        text=True,
        env=env,
    )
    assert done.returncode == expect, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    path = tmp_path_factory.mktemp("exchange") / "market.db"
    said = run("new", path, "--sample")
    assert "fictional" in said
    return path


def test_a_fictional_exchange_to_look_at(db, tmp_path):
    assert "hold" in run("verify", db)
    public = {r["id"] for r in json.loads(run("list", db, "--json"))["rows"]}
    member = json.loads(run("list", db, "--kind", "needs", "--as", "member01", "--json"))["rows"]
    assert public
    assert {r["tier"] for r in member} > {"public"}
    deals = json.loads(run("list", db, "deal", "--as", "member01", "--json"))["rows"]
    assert deals
    said = run("allowed", db, "deal", deals[0]["id"], "--as", "member01")
    assert "only" in said or "yes" in said
    shown = json.loads(run("show", db, "deal", deals[0]["id"], "--as", "member01"))
    assert {"offers", "digest", "price"} <= set(shown)
    assert "offers" not in json.loads(run("show", db, "deal", deals[0]["id"], "--as", "admin"))
    sheets = json.loads(run("list", db, "registration", "--as", "member01", "--json"))["rows"]
    assert sheets
    run("sheet", db, sheets[0]["id"], "-o", tmp_path / "sheet.xlsx", "--as", "member01")
    run("sheet", db, sheets[0]["id"], "-o", tmp_path / "sheet.csv", "--as", "member01", lang="zh")
    assert "技术交易额" in (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")


def test_the_sample_offers_fictional_data_and_shows_their_use(db):
    offers = json.loads(run("data", "offers", db, "--as", "member11", "--json"))["rows"]
    assert len(offers) == 3 and all("虚构" in o["title"] and o["clauses"] for o in offers)
    accesses = json.loads(run("list", db, "data_access", "--as", "member11", "--json"))["rows"]
    sums = json.loads(run("data", "log", db, accesses[-1]["id"], "--as", "member11", "--json"))
    assert {r["decision"] for r in sums["rows"]} == {"permit", "deny"} and sums["sums"]["paid"] > 0


def test_a_workspace_for_match_and_plan(db, tmp_path):
    import sanwang as sw

    run("region", db, "-o", tmp_path / "region", "--public")
    region = sw.Region.open(tmp_path / "region")
    assert region.fictional
    assert set(region["needs"]["openness"]) == {"public"}
    assert "members" in run("region", db, "-o", tmp_path / "other", expect=2)


@pytest.mark.parametrize(
    "line",
    [
        ("verify", "none.db"),
        ("take", "DB", "deal", "accept", "nothing", "--as", "member01"),
        ("take", "DB", "nothing", "accept", "nothing", "--as", "member01"),
        ("take", "DB", "listing", "draft", "--set", "novalue", "--as", "member01"),
        ("take", "DB", "listing", "draft", "--set", "kind=needs", "--as", "member01"),
        ("list", "DB", "nothing", "--as", "member01"),
        ("list", "DB", "deal", "--as", "nobody"),
        ("allowed", "DB", "deal", "x"),
        ("new", "DB"),
    ],
)
def test_bad_input_is_one_sentence(db, line):
    said = run(*(db if part == "DB" else part for part in line), expect=2)
    assert len(said.strip().splitlines()) == 1


def test_a_schedule_to_the_fen():
    asked = [
        "exchange",
        "schedule",
        "--principal",
        "100万",
        "--rate-bp",
        "345",
        "--periods",
        "3",
        "--start",
        "2026-12-01",
    ]
    done = CliRunner().invoke(app, [*asked, "--repay", "equal_principal", "--json"])
    assert [r["interest"] for r in json.loads(done.stdout)["rows"]] == [297_083, 198_056, 89_444]
    shown = CliRunner().invoke(app, [*asked, "--lang", "zh"])
    assert "2027-01-01" in shown.stdout and "元" in shown.stdout
    assert CliRunner().invoke(app, [*asked, "--repay", "balloon"]).exit_code != 0


def test_a_fund_in_figures(tmp_path, sqlite_template, clock, capsys):
    import shutil

    from test_funds import called, invests, raised, tranche
    from tests_money import money_market

    from sanwang.cli.exchange_money import fund_of
    from sanwang.exchange.store import open_store

    path = tmp_path / "f.db"
    shutil.copy(sqlite_template, path)
    m = money_market(open_store(path, clock), clock)
    fund = raised(m)
    called(m, fund, 500_001)
    tranche(m, invests(m, fund))
    fund_of(m.x, m["bank_a_member"], fund, json_=False, said="zh")
    told = capsys.readouterr().out
    assert "实缴 5,000.01 元" in told
    assert "投放  -3,000.00 元" in told
    assert "按成本" in told
