"""Features against a second computation: row after row in plain Python, on random chains; and what no rule may read."""

import random
from dataclasses import replace

import cel
import numpy as np
import polars as pl
import pytest
from chains import WAN, Chain, slow
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.errors import OptionError
from sanwang.exchange.oversight import features as made
from sanwang.exchange.oversight import grammar, rules
from sanwang.exchange.oversight.features import compute, features, of_kinds


def random_chain(seed, steps=160):
    draw, c = random.Random(seed), Chain()
    parties, stages, deals, parts = "ABCDE", [], [], []
    for _ in range(steps):
        c.day += draw.choice((0, 0.3, 1, 1, 4, 30)) - (2 if draw.random() < 0.05 else 0)
        a, b = draw.sample(parties, 2)
        what = draw.randrange(11)
        if what <= 1:
            deal, stage = c.contract(
                a, b, draw.randint(1, 400) * WAN, type=draw.choice(("licence", "service"))
            )
            deals.append(deal), stages.append(stage)
        elif what == 2 and stages:
            c.evidence(draw.choice(stages), draw.choice("abc"))
        elif what == 3 and stages:
            c.add("milestone", "accept", draw.choice(stages), user=draw.choice("xyz"), party=a)
        elif what == 4:
            c.payout(a, draw.randint(1, 300) * WAN, draw.choice("12"), user=draw.choice("xyz"))
        elif what == 5:
            c.comes(draw.randint(1, 99) * WAN, draw.choice(deals) if deals else None, a)
        elif what == 6:
            made_ = c.related(draw.choice((a, "x")), b)
            if draw.random() < 0.3:
                c.add("relation", "end", made_)
        elif what == 7 and deals:
            c.register(draw.choice(deals), draw.randint(1, 300) * WAN)
        elif what == 8:
            parts.append(c.voucher(a, b, draw.randint(1, 300) * WAN, draw.choice("123")))
        elif what == 9 and parts:
            voucher, part = draw.choice(parts)
            parts.append((voucher, c.passes(voucher, part, a)))
        else:
            c.add("statement", "text", f"L{c.day}", text=draw.choice("tu"))
            c.events[-1]["data"]["party"] = a
            c.add("pilot", "use", "T", account=draw.choice("abcdef"), amount=draw.randint(60, 100), limit=100)
            if stages:
                c.add("milestone", "settle", draw.choice(stages), to_seller=0, to_buyer=draw.randint(0, 2))
            if deals:
                c.add("deal", "inquire", draw.choice(deals))
    return c


@pytest.mark.parametrize("seed", range(4))
def test_set_wise_and_row_by_row_agree(seed):
    frame = random_chain(seed).facts()
    told = 0
    for name, feature in features().items():
        for kind in feature.on:
            asked = of_kinds(frame, (kind,))
            fast = compute(frame, asked, name).tolist()
            assert fast == slow(frame, asked, name), (name, kind)
            told += sum(v > 0 for v in fast)
    assert told > 250


def test_a_window_that_lets_the_event_in_is_caught(monkeypatch):
    frame = random_chain(1).facts()
    plain = made.window

    def broken(frame, asked, feature):
        seen = plain(frame, asked, feature)
        return replace(seen, end=np.minimum(seen.end + 1, len(seen.order)))

    monkeypatch.setattr(made, "window", broken)
    asked = of_kinds(frame, ("payout",))
    assert compute(frame, asked, "payouts_before").tolist() != slow(frame, asked, "payouts_before")


def test_later_events_change_no_earlier_value():
    whole = random_chain(2)
    frame = whole.facts()
    half = Chain()
    half.events = whole.events[: len(whole.events) // 2]
    early = half.facts()
    for name, feature in features().items():
        for kind in feature.on:
            asked = of_kinds(early, (kind,))
            assert compute(early, asked, name).tolist() == compute(frame, asked, name).tolist()


def test_a_clock_put_back_moves_nothing():
    frame = random_chain(3).facts()
    assert frame["known"].is_sorted() and frame["link"].is_sorted()


NAMES = ("a", "b", "amount")


def expressions():
    number = st.integers(0, 999).map(str) | st.sampled_from(NAMES)
    product = st.tuples(st.sampled_from(NAMES), st.integers(0, 1000)).map(lambda t: f"{t[0]} * {t[1]}")
    total = st.lists(number | product, min_size=1, max_size=3).map(" + ".join) | st.tuples(
        number, number
    ).map(" - ".join)
    compared = st.tuples(total, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), total).map(" ".join)
    return st.recursive(compared, lambda e: st.tuples(e, st.sampled_from(["&&", "||"]), e).map(" ".join).map("({})".format)
                        | e.map("!({})".format), max_leaves=6)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(expressions(), st.tuples(*[st.integers(0, 1200)] * 3))
def test_the_language_means_what_cel_means(text, numbers):
    values = dict(zip(NAMES, numbers, strict=True))
    tree = grammar.parse(text)
    mine = bool(grammar.truths(tree, {k: np.asarray(v, np.int64) for k, v in values.items()}))
    assert mine == cel.evaluate(text, values)
    turned = grammar.truths(grammar.denied(tree), {k: np.asarray(v, np.int64) for k, v in values.items()})
    assert bool(turned) != mine


@pytest.mark.parametrize(
    "text", ["", "a", "a + 1", "a < b < 1", "f(a) > 1", "a / 2 > 1", "a > 1.5", "a == 'x'", "(a > 1", "a > 1)",
             "!a > 1", "!a == b",
             "a > 1 && b", "5000 * 5000 > a", "__import__ > 1", "a > 1;b", "1" * 17 + " > a"],
)  # fmt: skip
def test_nothing_else_is_of_the_language(text):
    with pytest.raises(OptionError):
        grammar.parse(text)


def row(**more):
    first = next(r for r in rules.pack() if r.code == "split_payouts")
    return first.written() | more


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"when": "gender == 1"}, "trait"), ({"when": "owner_age > 60"}, "trait"), ({"when": "ethnic_group == 3"}, "trait"),
        ({"when": "mood > 1"}, "no feature"), ({"when": "usual_low > amount"}, "no feature of payout"),
        ({"when": "amount * small_sum > limit"}, "product"), ({"severity": "dire"}, "severity"),
        ({"read": "heard"}, "read"), ({"until": "2020-01-01"}, "ends"), ({"source": ""}, "missing"),
        ({"colour": 1}, "no field"), ({"limits": {"limit": "x", "times": 2, "share": 1}}, "limit"),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_sound_is_refused(more, said):
    with pytest.raises(OptionError, match=said):
        rules.rule(row(**more))


def test_no_feature_and_no_column_is_a_trait():
    from sanwang.exchange.oversight.facts import COLUMNS

    assert not [n for n in (*features(), *COLUMNS) if made.protected(n)]
    assert made.protected("gender") and made.protected("owner_birth_year")


def test_a_rule_reads_back_as_written():
    for one in rules.pack():
        assert rules.rule(one.written()) == one
        assert one.read != "own" or "own" in one.basis("en")


def test_rules_speak_only_while_in_force():
    from chains import START

    c = Chain()
    for n in range(3):
        c.on(n).payout("A", 90 * WAN)
    day = START // 86_400_000_000
    from datetime import date, timedelta

    last = date(1970, 1, 1) + timedelta(days=day + 2)
    frame = c.facts()
    from sanwang.exchange.oversight.watching import run

    assert run(frame, [rules.rule(row(**{"from": last.isoformat(), "until": last.isoformat()}))])
    assert not run(frame, [rules.rule(row(until=(last - timedelta(days=1)).isoformat()))])
    assert not run(frame, [rules.rule(row(**{"from": (last + timedelta(days=1)).isoformat()}))])
    assert isinstance(frame, pl.DataFrame)
