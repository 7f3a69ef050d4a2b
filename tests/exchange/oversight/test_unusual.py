"""Facts that lie apart from their kind: a planted giant is first and says why; few facts say nothing; order alone."""

import json

import polars as pl
import pytest
from chains import WAN, Chain
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.exchange.oversight import unusual as made
from sanwang.exchange.oversight.facts import facts
from sanwang.exchange.oversight.unusual import FEWEST, unusual

pytest.importorskip("sklearn", reason="the extra unusual is not installed")


def ordinary(many=FEWEST + 20):
    c = Chain()
    for n in range(many):
        c.day += 1
        c.payout("ABCDE"[n % 5], (40 + n % 7) * WAN, "12"[n % 2])
    return c


def test_a_giant_among_ordinary_payouts_is_first_and_says_what_stands_out():
    c = ordinary()
    c.payout("A", 90_000 * WAN, "1")
    first = unusual(facts(c.events))[0]
    assert first.kind == "payout" and first.parties == ("A",)
    by_name = {s.name: s for s in first.standing}
    assert by_name["amount"].value == 90_000 * WAN
    assert 40 * WAN <= by_name["amount"].middle <= 46 * WAN
    assert 0.5 < first.score <= 1


def test_the_same_seed_gives_the_same_and_the_order_is_by_how_far():
    frame = facts(ordinary().events)
    found = unusual(frame, most=9)
    assert found == unusual(frame, most=9) and len(found) == 9
    assert [u.score for u in found] == sorted((u.score for u in found), reverse=True)


def test_of_few_facts_nothing_is_said():
    assert unusual(facts(ordinary(FEWEST - 20).events)) == []


def test_scores_are_of_the_papers_shape():
    """A point among equals is set apart late (0.5 or less), one far away early."""
    import numpy as np

    rng = np.random.default_rng(7)
    scores = made._scores(np.vstack([rng.normal(size=(300, 2)), [[12.0, 12.0]]]), 7)
    assert scores.argmax() == 300 and scores[300] > 0.6 and float(np.median(scores)) < 0.5


def test_the_command_says_it_in_words_with_units(tmp_path, monkeypatch):
    c = ordinary()
    c.payout("A", 90_000 * WAN, "1")

    class Seen:
        unusual = staticmethod(lambda most: unusual(facts(c.events), most))

    monkeypatch.setattr("sanwang.cli.exchange_watch.open_exchange", lambda db: Seen)
    told = CliRunner().invoke(app, ["exchange", "unusual", "x", "-n", "1", "--json"], catch_exceptions=False)
    [row] = json.loads(told.stdout)["rows"]
    assert "本笔金额 900,000,000.00 元" in row["stands_out"]
    assert "同类中位" in row["stands_out"] and row["kind"] == "付款"


def test_a_kind_that_no_rule_reads_is_left_out():
    frame = facts(ordinary().events).with_columns(pl.lit("other_kind").alias("kind"))
    assert unusual(frame) == []
