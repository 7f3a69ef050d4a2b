"""A case as one file: it verifies without the exchange, and whatever is changed in it is found."""

import copy
import json

import pytest
from conftest_exchange import fresh
from tests_watch import resold, rows, the_case, watch, watched_market

from sanwang.exchange.clock import SetClock
from sanwang.exchange.errors import NotFound
from sanwang.exchange.given import digest
from sanwang.exchange.oversight import casefile
from sanwang.exchange.tables.casework import cases


@pytest.fixture
def m(store, clock):
    return watched_market(store, clock)


@pytest.fixture
def body(m):
    return json.loads(followed(m))


@pytest.fixture(scope="module")
def kept(request, tmp_path_factory):
    """The file of one case, for the tests that look at nothing else."""
    clock = SetClock(1_796_086_800_000_000)
    store = fresh("sqlite", request)(tmp_path_factory.mktemp("case") / "case.db", clock)
    yield followed(watched_market(store, clock))
    store.close()


def followed(m):
    case = the_case(m)
    resold(m)
    watch(m)
    take = m.x.take
    take(m["analyst_1"], "case", case, "hold")
    take(m["analyst_1"], "case", case, "ask", party=m.party["other"], question="来源为何？")
    take(m["other_member"], "case", case, "answer", words="自拟")
    take(m["analyst_1"], "case", case, "confirm", words="逐字相同")
    take(
        m["analyst_2"],
        "case",
        case,
        "act",
        party=m.party["other"],
        case_measure="notice",
        article="第三条",
        words="请改正",
    )
    m.x.seal()
    return json.dumps(m.x.case_file(m["analyst_2"], case))


def resealed(body):
    rest = {n: x for n, x in body.items() if n != "digest"}
    return rest | {"digest": digest(rest)}


def test_it_verifies_without_the_exchange_and_against_it(m, body):
    assert casefile.verify(body) == []
    with m.x.store.read() as tx:
        assert casefile.verify(body, tx) == []
    assert len(body["alerts"]) == 2 and all(a["recomputes"] for a in body["alerts"])
    assert {e["process"] for e in body["events"]} >= {"case", "statement"}


def _event(b, **more):
    b["events"][0] |= more


def _last_of_case(b):
    return next(e for e in reversed(b["events"]) if e["process"] == "case")


CHANGES = {
    "an event's moment": lambda b: _event(b, at=b["events"][0]["at"] + 1),
    "an event's data": lambda b: b["events"][0]["data"].update(x=1),
    "an event's digest": lambda b: _event(b, digest="0" * 64),
    "a step left out": lambda b: b["events"].remove(_last_of_case(b)),
    "the state": lambda b: b["case"].update(state="cleared"),
    "the finding's words": lambda b: b["case"].update(found_words="并无不妥"),
    "the measure's words": lambda b: b["case"].update(measure_words="已撤销"),
    "the answer": lambda b: b["case"].update(answer="承认"),
    "the question": lambda b: b["case"].update(question="别的问题"),
    "a value": lambda b: b["alerts"][0]["values"].update(same_text=0),
    "a larger value": lambda b: b["alerts"][0]["values"].update(same_text=9),
    "what it said": lambda b: b["alerts"][0]["zh"].update(said="无事"),
    "the rule": lambda b: next(iter(b["rules"].values())).update(severity="low"),
    "the alert left out": lambda b: b["alerts"].clear(),
    "a field left out": lambda b: b.pop("events"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_is_found_even_where_the_files_own_digest_was_made_anew(kept, what):
    body = json.loads(kept)
    changed = copy.deepcopy(body)
    CHANGES[what](changed)
    assert casefile.verify(changed) != []
    assert casefile.verify(resealed(changed)) != []


def test_a_whole_invented_event_is_found_against_the_chain(m, body):
    from sanwang.exchange.events import digest as sealed

    one = body["events"][0]
    one["at"] += 1
    one["digest"] = sealed(one["before"], one)
    with m.x.store.read() as tx:
        assert any("does not stand" in f.en for f in casefile.verify(resealed(body), tx))


def test_nobody_but_its_analysts_takes_it_away(m, body):
    [case] = rows(m, cases)
    for who in ("other_member", "firm_member", "operator", "stranger"):
        with pytest.raises(NotFound):
            m.x.case_file(m[who], case["id"])
        with pytest.raises(NotFound):
            m.x.cases(m[who])


def test_the_queue_is_by_severity_then_age(m, body, clock):
    assert [c["number"] for c in m.x.cases(m["analyst_1"])] == ["W-2026-00001"]
    seen = m.x.case(m["analyst_1"], rows(m, cases)[0]["id"])
    assert len(seen.alerts) == 2 and {f["kind"] for f in seen.facts} == {"listed"}
    assert set(seen.names.values()) == {"虚构firm", "虚构other"}
