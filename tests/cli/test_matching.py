import json

import polars as pl
import pytest
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.region import Region


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SANWANG_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SANWANG_ENCODER", raising=False)
    region = Region.of(
        actors=pl.DataFrame({"id": ["u", "v"], "name": ["北京航空航天大学", "北航"], "place": ["110108", "110108"]}),
        needs=pl.DataFrame(
            {"id": ["N1", "N2"], "title": ["密封圈漏油", "葡萄保鲜"], "text": ["寿命要达到2年以上", "尽量久"]}
        ),
        achievements=pl.DataFrame(
            {"id": ["R1", "R2", "R3"], "title": ["密封圈配方", "一种密封圈配方", "葡萄采后保鲜"],
             "abstract": ["寿命3年", "寿命3年", "两周不烂"], "openness": ["public", "public", "nda"]}
        ),
        outcomes=pl.DataFrame({"need": ["N1"], "achievement": ["R1"], "result": ["deal"]}),
    )  # fmt: skip
    region.save(tmp_path / "w", "csv")
    return tmp_path / "w"


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)


def test_specifications_are_written_and_printed(folder, tmp_path):
    assert run("specify", folder, "-o", tmp_path / "s").exit_code == 0
    assert (tmp_path / "s" / "N1.toml").exists()
    assert "2.0" in run("specify", "--text", "密封圈寿命要达到2年以上").stdout


def test_duplicates_and_identities_are_left_to_a_person(folder, tmp_path):
    assert run("duplicates", folder, "-o", tmp_path / "d.csv").exit_code == 0
    assert pl.read_csv(tmp_path / "d.csv").select("a", "b").rows() == [("R1", "R2")]
    assert run("identify", folder, "-o", tmp_path / "i.csv").exit_code == 0
    assert pl.read_csv(tmp_path / "i.csv").select("a", "b").rows() == [("u", "v")]
    assert "北航" in run("identify", folder).stdout


def test_without_data_the_answer_is_a_score_and_never_a_percentage(folder, tmp_path):
    told = run("calibrate", folder, "-o", tmp_path / "c.json")
    assert told.exit_code == 1 and "未校准" in told.stdout and not (tmp_path / "c.json").exists()
    given = run("answer", folder, "--least", "1")
    assert "%" not in given.stdout and "未校准" in given.stdout


def test_a_viewer_without_the_right_gets_a_number_to_ask_with(folder):
    told = run("match", folder, "--viewer", "public", "--json").stdout
    rows = json.loads(told)["matches"]
    assert "R3" not in told and "葡萄采后" not in told and any("保密" in r["achievement"] for r in rows)


def test_an_index_is_made_changed_and_searched(folder, tmp_path):
    assert "+3" in run("index", folder, "-o", tmp_path / "i").stderr
    assert "=3" in run("index", folder, "-o", tmp_path / "i").stderr
    assert "R3" in run("search", tmp_path / "i", "--text", "葡萄采后保鲜", "-k", "1").stdout
