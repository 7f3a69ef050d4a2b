"""One contract for every study: asked on the sample, on nothing and on bad data; saved, proven, tampered with."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sample_part import ASKED, files, part
from shown_words import cells, on_terminal, sentences

import sanwang as sw
from sanwang.errors import OptionError, SanwangError
from sanwang.region import Region
from sanwang.study.registry import GROUPS, entries, get
from sanwang.study.result import Result
from sanwang.study.saving import json_text

NAMES = list(entries())


def asked(name: str, folder: Path | None = None) -> dict[str, object]:
    """Options for a study on the part of the sample."""
    given = dict(ASKED.get(name, {}))
    if name == "replan":
        assert folder is not None
        given |= {"earlier": str(folder), "k": 5}
    if name in ("linkages", "invoices"):
        assert folder is not None
        given |= files(folder.parent)[name]
    if name == "invoices":
        given |= {"repeats": 2}
    return given


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planned") / "plan"
    sw.plan(part(), k=5).save(folder)
    return folder


@pytest.fixture(scope="module")
def results(planned: Path) -> dict[str, Result[object]]:
    """Each study's answer on the part of the sample, made once."""
    return {name: get(name)(part(), **asked(name, planned)) for name in NAMES}


def test_python_shows_every_study_and_completion_shows_its_options():
    assert set(NAMES) <= set(dir(sw)) and sw.studies()["name"].to_list() == NAMES
    for name in NAMES:
        signature = inspect.signature(getattr(sw, name))
        assert {"lang", "strict", "scenario"} <= set(signature.parameters)
        assert set(get(name).declared) <= set(signature.parameters)
        assert getattr(sw, name).__doc__


@pytest.mark.parametrize("name", NAMES)
def test_it_is_declared_whole_in_both_languages(name: str):
    entry, study = entries()[name], get(name)
    assert entry.group in GROUPS and entry.zh and entry.en and entry.about_zh and entry.about_en
    for option in (d.option for d in study.declared.values()):
        assert option.zh and option.en and option.type is not None
        assert not re.search("[\u4e00-\u9fff]", option.en.replace("万", "").replace("元", ""))


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_found_in_both_languages(name: str, results: dict[str, Result[object]]):
    for lang in ("zh", "en"):
        result = results[name].said(lang)
        assert result.headline and result.title
        for table in result.tables.values():
            assert table.title and all(c.label for c in table.columns)
            assert all(c.key in table.frame.columns for c in table.columns if table.frame.width), table.name
        assert "<table" in result._repr_html_() or all(t.frame.is_empty() for t in result.tables.values())
    chinese, english = results[name].said("zh").headline, results[name].said("en").headline
    assert len(chinese) == len(english) and chinese != english


@pytest.mark.parametrize("name", NAMES)
def test_no_heading_is_a_key_of_the_program(name: str, results: dict[str, Result[object]]):
    labels = [c.label for t in results[name].said("zh").tables.values() for c in t.columns]
    assert not [w for w in labels if re.fullmatch("[a-z]+_[a-z_]+", w)]


INTERNAL = tomllib.loads((Path(__file__).parent / "internal_words.toml").read_text(encoding="utf-8"))


@cache
def own_words() -> frozenset[str]:
    """Words of the data themselves: those are the data's and not ours."""
    texts = (v for k in part().tables for row in part()[k].iter_rows() for v in row if isinstance(v, str))
    return frozenset(re.findall(WORD, "\n".join(texts)))


WORD = "[A-Za-z][A-Za-z_0-9]*"


def _own(found: str) -> bool:
    words = set(re.findall(WORD, found))
    return bool(words) and words <= own_words()


def internal(result: Result[object], lang: str) -> set[tuple[str, str]]:
    """Each word of the program in what a result shows a person: where, and which."""
    patterns = [re.compile(p) for p in INTERNAL["patterns"]["both"] + INTERNAL["patterns"][lang]]
    said = [*sentences(result), *(("terminal", line) for line in on_terminal(result).splitlines())]
    found = {(w, m[0]) for w, text in (*said, *cells(result)) for p in patterns for m in p.finditer(text)}
    found = {(w, m) for w, m in found if not _own(m)}
    codes = {*INTERNAL["cells"]["both"], *INTERNAL["cells"][lang]}
    items = ((w, t.strip()) for w, text in cells(result) for t in re.split("[、；;,，]", text))
    return found | {(w, t) for w, t in items if t in codes}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_no_person_meets_a_word_of_the_program(name: str, lang: str, results: dict[str, Result[object]]):
    assert internal(results[name].said(lang), lang) == set()


def test_a_word_of_the_program_would_be_found(results: dict[str, Result[object]]):
    found = results["plan"]
    assert found.shown.tables
    spoiled = replace(found)
    told = replace(found.shown, headline=["no_match: worth 5 fen, None"], notes=["110000→120000 {zh}"])
    spoiled.__dict__["shown"] = told
    words = {w for _, w in internal(spoiled, "zh")}
    assert {"no_match", "worth", "fen", "None", "110000→120000", "{zh}"} <= words


@pytest.mark.parametrize("name", NAMES)
def test_its_answer_is_json_with_units(name: str, results: dict[str, Result[object]]):
    said = json.loads(json_text(results[name]))
    assert said["study"] == name and said["digest"] == part().digest and said["headline"]
    for columns in said["columns"].values():
        assert all({"label", "unit", "meaning"} == set(c) for c in columns.values())


SLOW = ("robust", "compare", "sweep", "duplicates")
"""Studies that are proven in one language only: making them again takes long."""

PROVEN = [(n, lang) for n in NAMES for lang in ("zh", "en") if lang == "zh" or n not in SLOW]


@pytest.mark.parametrize(("name", "lang"), PROVEN)
def test_it_is_saved_and_proven_and_every_tampered_file_is_found(
    name: str, lang: str, results: dict[str, Result[object]], tmp_path: Path
):
    files = results[name].said(lang).save(tmp_path / "o")
    assert files and all(f.is_file() for f in files)
    found = sw.verify(tmp_path / "o", part())
    assert found.ok, found.faults
    if lang == "en":
        return
    for file in (f for f in (tmp_path / "o").rglob("*") if f.is_file()):
        file.write_bytes(file.read_bytes().replace(b"0", b"1") + b" ")
    spoiled = sw.verify(tmp_path / "o", part()) if (tmp_path / "o" / f"{name}.json").is_file() else None
    assert spoiled is None or not spoiled.ok


def test_one_tampered_file_is_named(results: dict[str, Result[object]], tmp_path: Path):
    for name in ("closure", "settle", "plan"):
        results[name].save(tmp_path / name)
        for file in sorted(f for f in (tmp_path / name).rglob("*") if f.suffix in (".csv", ".html", ".xlsx")):
            kept = file.read_bytes()
            file.write_bytes(kept + b"x")
            assert any(file.name in fault for fault, _ in sw.verify(tmp_path / name, part()).faults) or (
                not sw.verify(tmp_path / name, part()).ok
            )
            file.write_bytes(kept)
        (tmp_path / name / "extra.csv").write_text("a", encoding="utf-8")
        assert any("extra.csv" in fault for fault, _ in sw.verify(tmp_path / name, part()).faults)


def test_a_plan_that_claims_ten_times_its_worth_is_found(results: dict[str, Result[object]], tmp_path: Path):
    results["plan"].save(tmp_path)
    said = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    said["worth"] *= 10
    said["bound"] *= 10
    (tmp_path / "plan.json").write_text(json.dumps(said), encoding="utf-8")
    assert not sw.verify(tmp_path, part()).ok


def test_other_data_are_no_proof(results: dict[str, Result[object]], tmp_path: Path):
    results["closure"].save(tmp_path)
    assert any("data have changed" in en for en, _ in sw.verify(tmp_path, Region.of()).faults)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_region_gets_a_sentence_or_an_answer(name: str, planned: Path):
    try:
        result = get(name)(Region.of(), **asked(name, planned))
    except SanwangError as error:
        assert error.said("zh") and error.said("en")
    else:
        assert result.headline


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """The part of the sample with a row that cannot be right in every table."""
    folder = tmp_path_factory.mktemp("spoiled")
    part().save(folder, "csv")
    for file in folder.glob("*.csv"):
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        lines.append(",".join(["？？"] * (lines[0].count(",") + 1)))
        file.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return Region.open(folder)


@pytest.mark.parametrize("name", NAMES)
def test_rows_with_errors_are_left_out_and_told_or_refused(name: str, spoiled: Region, planned: Path):
    read = {*entries()[name].needs, *entries()[name].uses}
    wrong = [p for p in spoiled.check().errors if p.kind in read]
    result = get(name)(spoiled, **asked(name, planned))
    assert result.headline
    if wrong:
        assert any("略去" in note or "读不懂" in note for note in result.notes)
        with pytest.raises(SanwangError):
            get(name)(spoiled, strict=True, **asked(name, planned))


@pytest.mark.parametrize("name", NAMES)
def test_options_it_cannot_read_get_a_sentence(name: str, planned: Path):
    for option in get(name).declared:
        given = {**asked(name, planned), option: object()}
        with pytest.raises(OptionError) as told:
            get(name)(part(), **given)
        assert "--" + option.replace("_", "-") in told.value.said("zh")
    with pytest.raises(OptionError, match="no_such"):
        get(name)(part(), no_such=1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((part()["needs"],), "DataFrame"), ((), "Region"), ((part(), 5), "int"), ((part(), part()), "Region"),
    ],
)  # fmt: skip
def test_what_people_pass_by_mistake_gets_a_sentence(given: tuple[object, ...], said: str):
    with pytest.raises(OptionError, match=said):
        sw.plan(*given)


@pytest.mark.parametrize(
    "wrong",
    [{"market": "Segmented"}, {"years": (2026, 2030)}, {"assumptions": {"discount_rate": 5}}, {"lang": "fr"}],
)
def test_a_wrong_option_of_a_plan_is_never_taken_for_another(wrong: dict[str, object]):
    with pytest.raises(OptionError):
        sw.plan(part(), **{"k": 5, **wrong})


def test_a_plan_takes_the_matches_it_is_given():
    matches = sw.match(part(), k=2)
    assert sw.plan(part(), matches).matches.frame.height == matches["matches"].height
