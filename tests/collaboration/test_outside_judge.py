"""The outside judge on the first results of a need: only when named, never about what is under agreement."""

import json

import polars as pl
import pytest
from test_judge import GOOD, NEED, RESULT, server
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.collaboration.judge import Opinion
from sanwang.collaboration.judging import PATIENCE, opinions
from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.study.registry import get

assert server is not None  # the stand-in endpoint


def region(**more: object) -> Region:
    return Region.of(
        needs=pl.DataFrame([{"id": "N", **NEED}]),
        achievements=pl.DataFrame([{"id": "R", **RESULT}, {"id": "S", **RESULT, **more}]),
    )


PAIRS = pl.DataFrame({"need": ["N", "N"], "achievement": ["R", "S"], "rank": [1, 2]})


class Said:
    """A judge of the tests: gives an opinion on what it has words for and refuses the rest."""

    def __init__(self, *known: str) -> None:
        self.known, self.asked = known, list[str]()

    def opinion(self, need: object, achievement: dict[str, str]) -> Opinion:
        self.asked.append(achievement["id"])
        if achievement["id"] not in self.known:
            raise InputError("no opinion")
        return Opinion("partly", ("a",), ("b",), ("c",), "m")


def test_only_the_first_results_are_asked_about_and_refusals_are_counted():
    judge = Said("R")
    found = opinions(region(), PAIRS, judge, 2)
    assert found.frame.row(0) == ("N", "R", "partly", ["a"], ["b"], ["c"], "m")
    assert (found.frame.height, found.refused, found.closed) == (1, 1, 0)
    judge = Said("R")
    assert opinions(region(), PAIRS, judge, 1).frame.height == 1 and judge.asked == ["R"]


def test_what_is_under_agreement_is_not_even_handed_over():
    judge = Said("R", "S")
    found = opinions(region(openness="nda"), PAIRS, judge, 2)
    assert judge.asked == ["R"] and found.closed == 1


def test_an_endpoint_that_is_down_is_not_asked_for_ever():
    rows = pl.DataFrame([{"id": f"R{i}", **RESULT} for i in range(9)])
    pairs = pl.DataFrame({"need": "N", "achievement": rows["id"], "rank": range(1, 10)})
    judge = Said()
    found = opinions(region().with_tables(achievements=rows), pairs, judge, 9)
    assert len(judge.asked) == PATIENCE and found.unasked == 9 - PATIENCE and "no opinion" in found.why


def test_nothing_is_sent_unless_the_judge_is_named(server, tmp_path, monkeypatch):
    monkeypatch.setenv("SANWANG_JUDGE", f"m@{server['base']}")
    monkeypatch.setattr("sanwang.collaboration.judge.default_folder", lambda: tmp_path / "kept")
    region().save(tmp_path / "w", "csv")
    line = ["match", str(tmp_path / "w"), "--json"]
    assert CliRunner().invoke(app, line).exit_code == 0 and server["asked"] == []
    done = CliRunner().invoke(app, [*line, "--judge", f"m@{server['base']}", "--judged", "1"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and len(server["asked"]) == 1
    assert (
        told["opinions"][0]["opinion"] == "solves"
        and told["opinions"][0]["need_quotes"] == GOOD["need_quotes"]
    )
    assert told["columns"]["opinions"]["opinion"]["label"] == "意见"


def test_a_viewer_sees_no_opinion_and_a_wrong_name_is_refused():
    judge = Said("R", "S")
    found = get("match")(region(), judge=judge, viewer="public")
    assert judge.asked == [] and found.answer.judged is None
    with pytest.raises(OptionError, match="模型@地址"):
        get("match")(region(), judge="no-address")


def test_a_typed_need_is_judged_too():
    judge = Said("R", "S")
    found = get("match")(region(), judge=judge, text=NEED["text"], judged=2)
    assert len(judge.asked) == 2 and found.shown.table("opinions") is not None
