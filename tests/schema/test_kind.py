import polars as pl
import pytest

from sanwang.schema import KINDS, VOCABULARIES, code_of, word_for

TYPES = {
    "id",
    "text",
    "place",
    "real",
    "int",
    "year",
    "trl",
    "money",
    "share",
    "date",
    "uscc",
    "ror",
    "ipc",
    "industry",
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_every_kind_has_a_key_labels_and_known_types(kind):
    assert kind.key
    for field in kind.fields.values():
        assert field.item in TYPES or field.vocabulary in VOCABULARIES, field
        assert field.zh and field.en and field.about_zh and field.about_en
        assert field.ref is None or field.ref in KINDS
        assert field.unit == "fen" or not field.unit.startswith("fen") or field.item == "money"


def test_types_follow_from_the_declaration():
    types = KINDS["achievements"].dtypes
    assert types["ask"] == pl.Int64
    assert types["keywords"] == pl.List(pl.String)
    assert KINDS["needs"].dtypes["deadline"] == pl.Date
    assert list(types)[-3:] == ["_file", "_sheet", "_row"]


def test_headings_are_not_claimed_by_two_fields_of_a_kind():
    for kind in KINDS.values():
        claimed = [w for f in kind.fields.values() for w in {f.name, f.zh, f.en, *f.headers}]
        assert len(claimed) == len(set(claimed)), kind.name


def test_words_of_closed_lists():
    assert code_of("product_kind", "融资租赁") == "lease"
    assert code_of("openness", " PUBLIC ") == "public"
    assert code_of("factor", "魔法") is None
    assert word_for("stage", "pilot") == "中试"
    for entries in VOCABULARIES.values():
        words = [w.casefold() for ws in entries.values() for w in ws]
        assert len(words) == len(set(words))
