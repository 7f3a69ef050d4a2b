"""Prepaid money: a closed language, a table of all that can happen, money that ends at exactly one named outcome."""

import uuid

import pytest
import sqlalchemy as sa
from conftest_exchange import fresh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests_money import gets, has, money_market

from sanwang.errors import SanwangError
from sanwang.exchange.clock import SetClock
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.outcomes_table import evaluate, fault, states, table
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.prepaid import prepaid_parts

FACTS = {
    "tested": {"kind": "evidence", "by": "funder", "zh": "检测合格", "en": "the test is passed"},
    "delivered": {"kind": "milestone", "by": "provider", "zh": "已交付", "en": "delivered"},
}
FIRST = {"name": "首期", "amount": 600_000, "outcomes": [
    {"name": "合格放款", "when": "tested && delivered && phase != 'expired'", "to_provider": 600_000},
    {"name": "只交付", "when": "phase == 'expired' && delivered && !tested", "to_provider": 200_000},
    {"name": "期满合格", "when": "phase == 'expired' && delivered && tested", "to_provider": 600_000},
    {"name": "退款", "when": "phase == 'expired' && !delivered", "to_provider": 0},
]}  # fmt: skip
SECOND = {"name": "尾款", "amount": 400_001, "outcomes": [
    {"name": "按期", "when": "phase == 'open' && tested", "to_provider": 400_001},
    {"name": "逾期扣减", "when": "phase == 'late' && tested", "to_provider": 300_000},
    {"name": "期满", "when": "phase == 'expired' && tested", "to_provider": 300_000},
    {"name": "退款", "when": "phase == 'expired' && !tested", "to_provider": 0},
]}  # fmt: skip
CONTRACT = {
    "facts": FACTS,
    "due_on": "2026-12-20",
    "expires_on": "2027-01-20",
    "purpose": "样机检测",
    "parts": [FIRST, SECOND],
}


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def drafted(m, contract=CONTRACT):
    return m.x.take(m["firm_member"], "prepaid", None, "draft", funder=m.party["firm"], provider=m.party["maker"],
                    contract=contract)  # fmt: skip


def funded(m, contract=CONTRACT, money=1_000_001):
    made = drafted(m, contract)
    digest = m.x.show(m["firm_member"], "prepaid", made)["text_digest"]
    m.x.take(m["maker_signer"], "prepaid", made, "sign", digest=digest)
    gets(m, "firm", money)
    m.x.take(m["firm_signer"], "prepaid", made, "fund", digest=digest)
    return made


def state(m, made):
    return m.x.show(m["firm_member"], "prepaid", made)["state"]


def ended(m, made):
    with m.x.store.read() as tx:
        rows = tx.all(
            sa.select(prepaid_parts).where(prepaid_parts.c.prepaid == made).order_by(prepaid_parts.c.no)
        )
    return [(r["outcome"], r["to_provider"]) for r in rows]


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_the_table_names_all_that_can_happen_before_anybody_signs(m):
    made = drafted(m)
    lines = m.x.outcomes(m["maker_member"], made)
    assert len(lines) == 2 * 3 * 4
    for one in lines:
        if one.phase == "expired":
            assert one.outcome is not None
        if one.outcome is not None:
            assert one.to_provider + one.to_funder == (600_000, 400_001)[one.part - 1]
    late = next(x for x in lines if (x.part, x.phase, x.facts) == (2, "late", ("tested",)))
    assert (late.outcome, late.to_provider, late.to_funder) == ("逾期扣减", 300_000, 100_001)
    with pytest.raises(NotFound):
        m.x.outcomes(m["supplier_member"], made)


@pytest.mark.parametrize(
    ("when", "said"),
    [("size(tested) > 0", "calls nothing"), ("tested && paid", "none of the facts"), ("tested (true)", "calls nothing"),
     ("phase == 'never'", "none of the facts"), ("tested &&", "cannot be read"), ("tested == true", "no part"),
     ("[1].exists(x, true)", "calls nothing"), ("", "must be text"), ("phase", "none of the facts"),
     ("tested ? true : false", "no part"), ("1 < 2", "no part"), ("delivered tested", "cannot be read")],
)  # fmt: skip
def test_the_language_is_closed(when, said):
    part = dict(FIRST, outcomes=[dict(FIRST["outcomes"][0], when=when)])
    assert said in fault(dict(CONTRACT, parts=[part]))[1]


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [([("a", "tested", 1), ("b", "!tested", 0)], None),
     ([("a", "tested", 1)], "part 1 in phase expired with –: no outcome"),
     ([("a", "tested", 1), ("b", "!tested", 0), ("c", "delivered", 0)], "open with delivered: two outcomes (b, c)"),
     ([("a", "true", 1), ("a", "false", 1)], "taken"), ([("a", "true", 11)], "at most the part"),
     ([("refunded", "true", 1)], "cannot be used")],
)  # fmt: skip
def test_a_table_with_holes_or_overlaps_cannot_be_signed(outcomes, said):
    part = {
        "name": "x",
        "amount": 10,
        "outcomes": [dict(zip(("name", "when", "to_provider"), o, strict=True)) for o in outcomes],
    }
    found = fault(dict(CONTRACT, parts=[part]))
    assert found is None if said is None else said in found[1]


def test_both_agree_to_one_text(m):
    made = drafted(m)
    digest = m.x.show(m["firm_member"], "prepaid", made)["text_digest"]
    m.x.take(m["maker_signer"], "prepaid", made, "sign", digest=digest)
    m.x.take(m["firm_member"], "prepaid", made, "revise", contract=dict(CONTRACT, parts=[SECOND]))
    row = m.x.show(m["firm_member"], "prepaid", made)
    assert (row["state"], row["edition"], row["amount"]) == ("draft", 2, 400_001)
    with pytest.raises(Refused, match="another one"):
        m.x.take(m["maker_signer"], "prepaid", made, "sign", digest=digest)


def test_accepted_in_time_everything_is_paid(m):
    made = funded(m)
    assert has(m, "firm") == 0
    m.x.take(m["maker_signer"], "prepaid", made, "say", fact="delivered")
    assert ended(m, made) == [(None, None), (None, None)]
    with pytest.raises(Refused, match="facts that this side may say"):
        m.x.take(m["maker_signer"], "prepaid", made, "say", fact="tested")
    m.x.take(m["firm_signer"], "prepaid", made, "say", fact="tested")
    assert ended(m, made) == [("合格放款", 600_000), ("按期", 400_001)]
    assert (state(m, made), has(m, "maker"), has(m, "firm")) == ("done", 1_000_001, 0)
    holds(m)


def test_late_pays_less_and_expiry_ends_everything(m, clock):
    made = funded(m)
    clock.move(days=20)
    m.x.work()
    assert state(m, made) == "late"
    m.x.take(m["firm_signer"], "prepaid", made, "say", fact="tested")
    assert ended(m, made) == [(None, None), ("逾期扣减", 300_000)]
    holds(m)
    clock.move(days=40)
    m.x.work()
    assert ended(m, made) == [("退款", 0), ("逾期扣减", 300_000)]
    assert (state(m, made), has(m, "maker"), has(m, "firm")) == ("done", 300_000, 700_001)
    holds(m)


def test_a_dispute_stops_the_clock_until_both_settle(m, clock):
    made = funded(m)
    m.x.take(m["maker_signer"], "prepaid", made, "dispute", words="虚构：已交付未确认")
    clock.move(days=60)
    m.x.work()
    assert state(m, made) == "disputed"
    with pytest.raises(Refused, match=r"10,000\.01"):
        m.x.take(m["maker_signer"], "prepaid", made, "settle", to_provider=1, to_funder=1)
    for who in ("maker_signer", "firm_signer"):
        m.x.take(m[who], "prepaid", made, "settle", to_provider=500_000, to_funder=500_001)
    assert (state(m, made), has(m, "maker"), has(m, "firm")) == ("done", 500_000, 500_001)
    assert [o for o, _ in ended(m, made)] == ["settled", "settled"]
    holds(m)


def test_the_provider_may_give_it_back(m):
    made = funded(m)
    m.x.take(m["maker_signer"], "prepaid", made, "give_back")
    assert (state(m, made), has(m, "firm")) == ("done", 1_000_001)
    holds(m)


def conditions(draw, names):
    atoms = [*names, "phase == 'open'", "phase == 'late'", "true", "false"]
    text = draw(st.sampled_from(atoms))
    for _ in range(draw(st.integers(0, 3))):
        other = draw(st.sampled_from(atoms))
        text = f"({text} {draw(st.sampled_from(['&&', '||']))} {'!' if draw(st.booleans()) else ''}({other}))"
    return text


@st.composite
def contracts(draw):
    """Sound by construction: each outcome holds where none before it does; the last takes what is left at expiry."""
    names = [f"f{n}" for n in range(draw(st.integers(0, 3)))]
    facts = {
        n: {"kind": "milestone", "by": draw(st.sampled_from(["funder", "provider"])), "zh": n, "en": n}
        for n in names
    }
    parts = []
    for number in range(draw(st.integers(1, 3))):
        amount, before, outcomes = draw(st.integers(1, 1000)), "false", []
        for n in range(draw(st.integers(0, 2))):
            when = conditions(draw, names)
            outcomes.append(
                {
                    "name": f"o{n}",
                    "when": f"({when}) && !({before})",
                    "to_provider": draw(st.integers(0, amount)),
                }
            )
            before = f"({before}) || ({when})"
        rest = {
            "name": "rest",
            "when": f"phase == 'expired' && !({before})",
            "to_provider": draw(st.integers(0, amount)),
        }
        parts.append({"name": str(number), "amount": amount, "outcomes": [*outcomes, rest]})
    return {
        "facts": facts,
        "due_on": "2026-12-20",
        "expires_on": "2027-01-20",
        "purpose": "x",
        "parts": parts,
    }


def python(text):
    text = text.replace("&&", " and ").replace("||", " or ").replace("!=", "≠").replace("!", " not ")
    return text.replace("≠", "!=").replace("true", "True").replace("false", "False")


@settings(max_examples=150, deadline=None)
@given(contracts())
def test_every_table_is_complete_and_exclusive_and_python_reads_the_same(contract):
    if any(len(o["when"]) > 500 for p in contract["parts"] for o in p["outcomes"]):
        return
    assert fault(contract) is None
    for part in contract["parts"]:
        for phase, facts in states(sorted(contract["facts"])):
            by_python = [
                bool(eval(python(o["when"]), {}, {**facts, "phase": phase})) for o in part["outcomes"]
            ]
            assert by_python == [evaluate(o["when"], phase, facts) for o in part["outcomes"]]
            assert sum(by_python) == 1 if phase == "expired" else sum(by_python) <= 1
    ends = [line for line in table(contract) if line.phase == "expired"]
    assert all(line.outcome for line in ends)


EVENTS = st.lists(
    st.tuples(st.sampled_from(["say", "say", "say", "clock", "dispute", "settle", "rule", "resume", "give_back"]),
              st.integers(0, 2), st.integers(0, 30)),
    max_size=10,
)  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_for_every_sequence_money_ends_at_one_named_outcome_and_nothing_stays(kind, request, tmp_path):
    make = fresh(kind, request)

    @settings(max_examples=25 if kind == "sqlite" else 12, deadline=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(contracts().filter(lambda c: fault(c) is None), EVENTS)
    def run(contract, events):
        clock = SetClock(1_796_086_800_000_000)
        m = money_market(make(tmp_path / f"{uuid.uuid4()}.db", clock), clock)
        whole = sum(p["amount"] for p in contract["parts"])
        made = funded(m, contract, whole)
        for event, which, number in events:
            happen(m, clock, contract, made, event, which, number)
            holds(m)
        clock.move(days=120)
        m.x.work()
        m.x.work()
        if state(m, made) == "disputed":
            settle(m, made, 0)
        assert state(m, made) == "done"
        holds(m)
        endings = ended(m, made)
        for part, (name, got) in zip(contract["parts"], endings, strict=True):
            named = {o["name"]: o["to_provider"] for o in part["outcomes"]}
            assert name in ("refunded", "settled") or named[name] == got
        assert has(m, "maker") == sum(got for _, got in endings)
        assert has(m, "firm") == whole - has(m, "maker")
        with m.x.store.read() as tx:
            assert tx.value(sa.select(sa.func.sum(accounts.c.dr_held + accounts.c.cr_held))) == 0
        m.x.store.close()

    run()


def happen(m, clock, contract, made, event, which, number):
    """Something happens; what the exchange refuses does not."""
    try:
        if event == "clock":
            clock.move(days=number)
            m.x.work()
        elif event == "say" and contract["facts"]:
            name = sorted(contract["facts"])[which % len(contract["facts"])]
            who = "firm_signer" if contract["facts"][name]["by"] == "funder" else "maker_signer"
            m.x.take(m[who], "prepaid", made, "say", fact=name)
        elif event == "dispute":
            m.x.take(m["firm_signer"], "prepaid", made, "dispute", words="虚构")
        elif event == "settle":
            settle(m, made, number)
        elif event == "rule":
            settle(m, made, number, ("operator", "operator_b"), "rule", words="虚构裁定")
        elif event == "resume":
            for who in ("firm_signer", "maker_signer"):
                m.x.take(m[who], "prepaid", made, "resume")
        elif event == "give_back" and number > 25:
            m.x.take(m["maker_signer"], "prepaid", made, "give_back")
    except SanwangError:
        return


def settle(m, made, number, people=("firm_signer", "maker_signer"), event="settle", **more):
    with m.x.store.read() as tx:
        rows = tx.all(
            sa.select(prepaid_parts).where(prepaid_parts.c.prepaid == made, prepaid_parts.c.outcome.is_(None))
        )
    held = sum(r["amount"] for r in rows)
    got = min(held, number * held // 30)
    for who in people:
        m.x.take(m[who], "prepaid", made, event, to_provider=got, to_funder=held - got, **more)
