"""One table says what the constraints are: the program, the words, the page and the policies follow it."""

from pathlib import Path

import numpy as np
import pytest
from regions import all_pairs, region

from sanwang.errors import OptionError
from sanwang.planning.assumptions import assumptions
from sanwang.planning.columns import KINDS, rows
from sanwang.planning.constraints import policies, with_tables, words
from sanwang.planning.constraints import rows as families
from sanwang.planning.instance import instance
from sanwang.planning.policies import checked, rows_of
from sanwang.planning.verify_policies import policy_problems

PAGE = Path(__file__).parents[2] / "docs" / "plan.md"
YEARS = range(2026, 2029)


def test_the_page_says_what_the_table_says():
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page)
    for one in (*families().values(), *policies().values()):
        assert one.inequality in page and one.reference in page


def test_every_family_of_rows_is_in_the_program_in_its_order():
    reg = region(3)
    given = instance(reg, all_pairs(reg).frame, YEARS, assumptions())
    held = rows(given, np.zeros(0))
    assert tuple(held.offset) == KINDS == tuple(families())
    for kind, one in families().items():
        found = [held.key(given, r) for r in range(held.capacity.size)]
        assert all((year is not None) == one.by_year for k, _, _, year in found if k == kind)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_constraint_has_words_and_no_two_the_same(lang):
    told = [words(k, lang) for k in (*families(), *policies())]
    assert len(set(told)) == len(told) and all(told)
    assert words("nothing", lang) == "nothing"


def test_a_policy_takes_what_the_table_says_and_nothing_else():
    values = {"place": "130000", "share": 0.5, "count": 2, "fen": 100, "tonnes": 5.0, "square_metres": 9.0}
    for kind, rule in policies().items():
        good = {"kind": kind} | {a: values[a] for a in rule.takes}
        assert checked([good]) == (good,)
        with pytest.raises(OptionError):
            checked([good | {"surprise": 1}])
        with pytest.raises(OptionError):
            checked([{a: v for a, v in good.items() if a != rule.bound}])
        with pytest.raises(OptionError):
            checked([good | {rule.bound: -1}])


def test_the_verifier_counts_every_policy_by_itself():
    """It knows each kind, and does not read the table."""
    reg = region(3)
    values = {"place": "130000", "share": 0.5, "count": 2, "fen": 100, "tonnes": 5.0, "square_metres": 9.0}
    for kind, rule in policies().items():
        asked = {"kind": kind} | {a: values[a] for a in rule.takes}
        told = list(policy_problems(reg, [], [asked]))
        assert bool(told) == (kind == "least_routes")


def test_weights_of_a_share_are_those_of_its_inequality():
    reg = region(3)
    given = instance(reg, all_pairs(reg).frame, YEARS, assumptions())
    share = rows_of(reg, given, [{"kind": "least_share", "place": "130000", "share": 0.4}])
    where = [given.places[p] for p in given.layers.maker_place]
    assert share.maker[0].tolist() == [0.4 - (1.0 if p and p.startswith("13") else 0.0) for p in where]
    assert share.limit.tolist() == [0.0] and not share.need.any()
    each = rows_of(reg, given, [{"kind": "most_maker_share", "share": 0.4}])
    assert np.allclose(each.maker, np.eye(len(given.makers)) - 0.4)
