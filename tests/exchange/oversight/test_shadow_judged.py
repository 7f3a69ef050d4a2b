"""Alerts of a rule in the shadow are judged by people before it may go live, in Python and on the command line."""

import json

import pytest
from test_reader import shadow
from tests_watch import resold, rows, watch, watched_market
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.tables.casework import watch_alerts


@pytest.fixture
def m(store, clock):
    return watched_market(store, clock)


def in_the_shadow(m):
    return [a["id"] for a in rows(m, watch_alerts, mode="shadow")]


def test_a_rule_goes_live_once_each_of_its_newest_alerts_was_judged(m, clock):
    made = shadow(m)
    for _ in range(2):
        resold(m)
    watch(m)
    first, second = in_the_shadow(m)
    clock.move(days=29)
    with pytest.raises(Refused, match="2 of its alerts"):
        m.x.take(m["overseer_2"], "rule", made, "go_live")
    m.x.judge(m["analyst_1"], first, True, "确为他人成果")
    with pytest.raises(Refused, match="1 of its alerts"):
        m.x.take(m["overseer_2"], "rule", made, "go_live")
    m.x.judge(m["analyst_2"], second, False, "受托挂牌")
    for who in ("overseer_2", "overseer_3"):
        m.x.take(m[who], "rule", made, "go_live")
    assert m.x.show(m["overseer_1"], "rule", made)["state"] == "live"
    assert m.x.verify() == []


def test_who_judges_is_an_analyst_who_says_why_and_only_of_the_shadow(m):
    shadow(m)
    resold(m)
    watch(m)
    [alert], [live] = in_the_shadow(m), [a["id"] for a in rows(m, watch_alerts, mode="live")]
    with pytest.raises(NotFound):
        m.x.judge(m["other_member"], alert, True, "x")
    with pytest.raises(OptionError):
        m.x.judge(m["analyst_1"], alert, True, " ")
    with pytest.raises(Refused, match="finding of its case"):
        m.x.judge(m["analyst_1"], live, True, "x")


def test_the_command_judges_for_who_signs_in(m, address, monkeypatch):
    shadow(m)
    resold(m)
    watch(m)
    [alert] = in_the_shadow(m)
    monkeypatch.setattr(
        "sanwang.cli.exchange_cases.open_exchange", lambda db: m.x
    )  # with the clock of the test
    monkeypatch.setattr("sanwang.cli.exchange_cases.signed_in", lambda x, as_: m["analyst_1"])
    run = CliRunner().invoke

    def at(*words):
        return run(app, ["exchange", *words], catch_exceptions=False)

    assert at("judge", address, alert, "true", "--why", "属实").exit_code == 0
    told = json.loads(at("alerts", address, "--json").stdout)
    assert {a["mode"] for a in told["rows"]} == {"live", "shadow"}
    wrong = run(app, ["exchange", "judge", address, alert, "maybe", "--why", "x"])
    assert isinstance(wrong.exception, OptionError)
