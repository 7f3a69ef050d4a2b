import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.standards import industries, places, roids
from sanwang.standards.ipc import parse_ipc
from sanwang.standards.trl import LEVELS
from sanwang.standards.uscc import ALPHABET, check_uscc, complete

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"

bodies = st.text(alphabet=ALPHABET, min_size=8, max_size=8)


@pytest.mark.parametrize("code", ["91110000802100433B", "914403001922038216", "91110108551385082Q"])
def test_published_codes_pass(code):
    assert check_uscc(code).ok


@given(bodies)
def test_completed_codes_pass(body):
    assert check_uscc(complete("91110108", body)).ok


@given(bodies, st.integers(8, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_in_the_organisation_part_is_seen(body, at, character):
    code = complete("91110108", body)
    forged = code[:at] + character + code[at + 1 :]
    assert check_uscc(forged).ok == (forged == code)


def test_which_check_failed_is_said():
    code = complete("91110108", "12345678")
    last = next(c for c in ALPHABET if c != code[17])
    assert check_uscc(code[:17] + last).failures == ("uscc_check",)
    inner = code[:16] + ("0" if code[16] != "0" else "1")
    assert check_uscc(inner + code[17]).failure == "organisation_check"
    assert check_uscc("123").failure == "length"
    assert check_uscc("O" * 18).failure == "alphabet"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("北京", "110000"),
        ("天津市滨海新区", "120116"),
        ("河北石家庄市裕华区", "130108"),
        ("Shijiazhuang", "130100"),
        ("130638", "130638"),
        ("13", "130000"),
        ("130100000000", "130100"),
    ],
)
def test_places_resolve(text, code):
    assert places.resolve(text).code == code


def test_former_places_are_followed_and_shared_names_are_ambiguous():
    assert (places.resolve("襄樊").status, places.resolve("襄樊").code) == ("renamed", "420600")
    assert places.resolve("130182").code == "130109"
    assert places.resolve("桥西区").status == "ambiguous"
    assert places.resolve("桥西区", within="130700").code == "130703"
    assert places.resolve("魔都城").status == "unknown"


def test_lineage():
    assert places.ancestors("130108") == ("130100", "130000")
    assert places.city_of("110108") == "110000"
    assert places.city_of("130108") == "130100"
    assert places.province_of("120116") == "120000"
    frame = places.all_places()
    assert set(frame["parent"].drop_nulls()) <= set(frame["code"])
    assert frame.filter(frame["lat"].is_null()).is_empty()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("34", "C34"),
        ("C34", "C34"),
        ("3425", "C3425"),
        ("c3425", "C3425"),
        ("制造业", "C"),
        ("D34", None),
        ("99", None),
    ],
)
def test_industries(text, code):
    assert industries.normalise_industry(text) == code


def test_industry_titles_agree_with_a_second_copy_of_the_standard():
    path = SHARED / "classifications" / "gbt4754.csv"
    if not path.exists():
        pytest.skip("the second copy of GB/T 4754 is not here")
    with path.open(encoding="utf-8") as file:
        other = {row["code"]: row["name"] for row in csv.DictReader(file)}
    differing = [
        c
        for c in (f"{n:02d}" for n in range(1, 98))
        if other[c] not in industries.division_name(industries.normalise_industry(c))
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("h01m8/0267", "H01M 8/0267"),
        ("Ｈ０１Ｍ　８／１０", "H01M 8/10"),
        ("H01M", "H01M"),
        ("A61", "A61"),
        ("Z99", None),
    ],
)
def test_patent_symbols(text, symbol):
    found = parse_ipc(text)
    assert (found.text if found else None) == symbol
    assert found is None or parse_ipc(found.text) == found


def test_ror_identifiers():
    assert roids.canonical_ror("02n7p8p77") == "https://ror.org/02n7p8p77"
    assert roids.canonical_ror("https://ror.org/02n7p8p78") is None


def test_levels():
    assert list(LEVELS) == list(range(1, 10))
