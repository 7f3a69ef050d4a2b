"""A table of uses asked for under policies, with what must come out; and what their words mean."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.factors.policy import Ask
from sanwang.factors.policy_terms import HOME, compared, covers, same_party, same_place, same_purpose, touches

pytest.importorskip("rdflib", reason="the extra catalogue is not installed")
pytest.importorskip("pyshacl", reason="the extra catalogue is not installed")

from sanwang.factors.catalogue import read_catalogue

DAY = dt.date(2026, 5, 1)
CONTEXT = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dct": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
}


def ref(name):
    return {"@id": name if ":" in name else f"odrl:{name}"}


def rule(action, *limits, **more):
    made = {
        "odrl:leftOperand": ref,
        "odrl:operator": ref,
        "odrl:rightOperand": lambda v: v,
    }
    parts = [{k: f(v) for (k, f), v in zip(made.items(), one, strict=True)} for one in limits]
    return {"odrl:action": ref(action), "odrl:constraint": parts} | {
        k if ":" in k or k.startswith("@") else f"odrl:{k}": v for k, v in more.items()
    }


def data(**more):
    return {
        "@id": "urn:d:1",
        "@type": "dcat:Dataset",
        "dct:title": "振动数据",
        "dct:description": "轴承",
    } | more


def policy(**rules):
    return {"@type": "odrl:Set"} | {f"odrl:{k}": v for k, v in rules.items()}


def asked(tmp_path, *graphs, **wanted):
    """The decision on urn:d:1 where each graph stands in a file of its own."""
    for n, graph in enumerate(graphs):
        text = json.dumps({"@context": CONTEXT, "@graph": graph})
        (tmp_path / f"{n}.jsonld").write_text(text, encoding="utf-8")
    found = read_catalogue(sorted(tmp_path.glob("*.jsonld")))
    assert found.problems == ()
    say = {"who": ("A1",), "purpose": "research", "place": ("130100", "130000"), "date": DAY} | wanted
    answers = {found.decide(d, Ask(**say)) for d in found.datasets if d.id == "urn:d:1"}
    assert len(answers) == 1
    return answers.pop()


USE, SELL = rule("use"), rule("sell")
LATER = rule("use", ("dateTime", "gteq", "2026-05-01T20:00:00-04:00"))


@pytest.mark.parametrize(
    ("permission", "prohibition", "ask", "allowed"),
    [
        # Actions: a prohibition of the whole forbids the part, one of a part forbids the whole.
        (SELL, rule("transfer"), {"action": "sell"}, False),
        (rule("give"), rule("transfer"), {"action": "give"}, False),
        (rule("transfer"), SELL, {"action": "transfer"}, False),
        (rule("transfer"), SELL, {"action": "give"}, True),
        (rule("extract"), rule("reproduce"), {"action": "extract"}, False),
        (rule("reproduce"), rule("extract"), {"action": "reproduce"}, False),
        (rule("transfer"), None, {"action": "sell"}, True),
        (rule("reproduce"), None, {"action": "extract"}, True),
        (USE, None, {"action": "display"}, True),
        (USE, rule("play"), {"action": "display"}, False),
        (USE, None, {"action": "distribute"}, False),
        (USE, None, {"action": "sell"}, False),
        (USE, rule("distribute"), {"action": "use"}, True),
        (rule("read"), None, {"action": "use"}, False),
        (rule("distribute"), rule("use"), {"action": "distribute"}, False),
        # Places: a coarser place does not evade, and cannot be shown to be elsewhere.
        (USE, rule("use", ("spatial", "eq", "110108")), {"place": ("110000",)}, False),
        (USE, rule("use", ("spatial", "eq", "110108")), {"place": ("110108", "110000")}, False),
        (USE, rule("use", ("spatial", "eq", "110108")), {"place": ("110105", "110000")}, True),
        (rule("use", ("spatial", "isNoneOf", ["110108"])), None, {"place": ("110000",)}, False),
        (rule("use", ("spatial", "isNoneOf", ["110108"])), None, {"place": ("110105", "110000")}, True),
        (rule("use", ("spatial", "isPartOf", "110000")), None, {"place": ("110108", "110000")}, True),
        (rule("use", ("spatial", "eq", "110108")), None, {"place": ("110000",)}, False),
        # Purposes: one word in several spellings; what is not known is not known to be another.
        (USE, rule("use", ("purpose", "eq", "军事")), {"purpose": "军事用途"}, False),
        (USE, rule("use", ("purpose", "eq", "Commercial")), {"purpose": "commercial"}, False),
        (USE, rule("use", ("purpose", "eq", ref("https://w3id.org/dpv#Marketing"))), {"purpose": "marketing"}, False),
        (USE, rule("use", ("purpose", "eq", "商业")), {"purpose": "广告"}, False),
        (USE, rule("use", ("purpose", "eq", "军事")), {"purpose": "航天"}, False),
        (USE, rule("use", ("purpose", "eq", "军事")), {"purpose": "科研"}, True),
        (rule("use", ("purpose", "isNoneOf", ["军事", "commercial"])), None, {"purpose": "商用"}, False),
        (rule("use", ("purpose", "isNoneOf", ["军事"])), None, {"purpose": "教学"}, True),
        (rule("use", ("purpose", "eq", "research")), None, {"purpose": "科学研究"}, True),
        (rule("use", ("purpose", "eq", "research")), None, {"purpose": "学术"}, False),
        # Time: a moment has a zone; part of the day is not all of it.
        (LATER, None, {}, False),
        (LATER, None, {"date": dt.date(2026, 5, 2)}, False),
        (LATER, None, {"date": dt.date(2026, 5, 3)}, True),
        (rule("use", ("dateTime", "lt", "2026-05-01T00:00:00+08:00")), None, {"date": dt.date(2026, 4, 30)}, True),
        (rule("use", ("dateTime", "lt", "2026-05-01T00:00:00+09:00")), None, {"date": dt.date(2026, 4, 30)}, False),
        (rule("use", ("dateTime", "gteq", "2026-05-01T00:00:00")), None, {}, False),
        (rule("use", ("dateTime", "gteq", "2026-05-01T00:00:00")), None, {"date": dt.date(2026, 5, 3)}, True),
        # Whom: another kind of number says nothing.
        (USE, rule("use", assignee=ref("urn:uscc:91110108MA01ABCD0X")), {}, False),
        (USE, rule("use", assignee=ref("urn:sanwang:actor:A2")), {}, True),
        (rule("use", ("recipient", "isNoneOf", ["91110108MA01ABCD0X"])), None, {}, False),
        # How often: this use is one more; nobody counted is no permission; a number that is none closes.
        (rule("use", ("count", "lteq", "3")), None, {"done": (("display", 2),)}, True),
        (rule("use", ("count", "lteq", "3")), None, {"done": (("display", 2), ("read", 1))}, False),
        (rule("use", ("count", "lt", "3")), None, {"done": (("read", 2),)}, False),
        (rule("use", ("count", "lteq", "3")), None, {"done": (("distribute", 3),)}, False),
        (rule("use", ("count", "gt", "0")), None, {"done": (("read", 1),)}, False),
        (rule("use", ("count", "lteq", "3")), None, {}, False),
        (USE, rule("use", ("count", "gt", "2")), {"done": (("read", 2),)}, False),
        (USE, rule("use", ("count", "gt", "2")), {"done": (("read", 1),)}, True),
        (USE, rule("use", ("count", "gt", "2")), {}, False),
        # A permission that calls itself a prohibition is not understood.
        (rule("use", **{"@type": "odrl:Prohibition"}), None, {}, False),
        (rule("use", **{"@type": "odrl:Permission"}), None, {}, True),
        (USE, rule("sell", **{"@type": "odrl:Permission"}), {}, False),
    ],
)  # fmt: skip
def test_uses_under_policies(tmp_path, permission, prohibition, ask, allowed):
    rules = {"permission": permission} | ({"prohibition": prohibition} if prohibition else {})
    decision = asked(tmp_path, [data(**{"odrl:hasPolicy": policy(**rules)})], **ask)
    assert decision.allowed == allowed
    assert decision.clauses or any("unknown type" in en or "operator not" in en for _, en in decision.reasons)


OPEN = data(**{"odrl:hasPolicy": policy(permission=USE)})
BAN = policy(prohibition=USE)


@pytest.mark.parametrize(
    "graphs",
    [
        [[OPEN | {"odrl:partOf": ref("urn:c")}, {"@id": "urn:c", "odrl:hasPolicy": BAN}]],
        [[OPEN | {"odrl:partOf": ref("urn:c")}], [{"@id": "urn:c", "odrl:hasPolicy": BAN}]],
        [[OPEN, {"@id": "urn:c", "dct:hasPart": ref("urn:d:1")}, {"@id": "urn:p", "odrl:target": ref("urn:c")} | BAN]],
        [[OPEN, {"@id": "urn:k", "@type": "dcat:Catalog", "dct:title": "目录", "dct:description": "目录",
                 "dct:publisher": ref("urn:x"), "dcat:dataset": ref("urn:d:1"), "odrl:hasPolicy": BAN}]],
        [[OPEN], [data(**{"odrl:hasPolicy": BAN})]],
        [[OPEN], [data(), {"@id": "urn:p", "odrl:target": ref("urn:d:1")} | BAN]],
        [[OPEN], [data(), policy(prohibition=rule("use", target=ref("urn:d:1")))]],
    ],
)  # fmt: skip
def test_policies_of_collections_catalogues_and_other_files_bind(tmp_path, graphs):
    assert not asked(tmp_path, *graphs).allowed


def test_a_rule_for_another_described_dataset_says_nothing_of_this_one(tmp_path):
    other = data() | {"@id": "urn:d:2"}
    shared = {"@id": "urn:p", "@type": "odrl:Set", "odrl:permission": rule("use", target=ref("urn:d:1")),
              "odrl:prohibition": rule("use", target=ref("urn:d:2"))}  # fmt: skip
    assert asked(tmp_path, [data(), other, shared]).allowed
    unknown = shared | {"odrl:prohibition": rule("use", target=ref("urn:d:3"))}
    assert not asked(tmp_path, [data(), other, unknown]).allowed


def test_a_file_that_cannot_be_read_closes_all(tmp_path):
    (tmp_path / "a.jsonld").write_text(json.dumps({"@context": CONTEXT, "@graph": [OPEN]}), encoding="utf-8")
    (tmp_path / "b.jsonld").write_text("{", encoding="utf-8")
    found = read_catalogue(sorted(tmp_path.glob("*.jsonld")))
    assert not found.decide(found.datasets[0], Ask(("A1",), "research", ("130000",), DAY)).allowed


def test_a_decision_names_its_clause(tmp_path):
    named = {"@id": "urn:p:7", "odrl:target": ref("urn:d:1")} | policy(
        permission=USE, prohibition=rule("sell", ("purpose", "eq", "商业"))
    )
    decision = asked(tmp_path, [data(), named], action="sell", purpose="广告")
    assert decision.clauses == ("urn:p:7: prohibition sell; purpose eq 商业",)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(-400, 400), st.integers(0, 86_399),
       st.integers(-12, 14), st.sampled_from(["lt", "lteq", "gt", "gteq", "eq"]))  # fmt: skip
def test_days_stand_to_moments_as_each_of_their_seconds_does(day, days, seconds, hours, how):
    zone = dt.timezone(dt.timedelta(hours=hours))
    moment = dt.datetime.combine(day, dt.time(), zone) + dt.timedelta(hours=days // 8, seconds=seconds)
    start = dt.datetime.combine(day, dt.time(), HOME)
    edge = min(max(moment, start), start + dt.timedelta(days=1))
    near = [start, start + dt.timedelta(days=1, microseconds=-1)]
    near += [
        t
        for d in (-1, 0, 1)
        if start <= (t := edge + dt.timedelta(microseconds=d)) < start + dt.timedelta(days=1)
    ]
    tests = {
        "lt": moment.__gt__,
        "lteq": moment.__ge__,
        "gt": moment.__lt__,
        "gteq": moment.__le__,
        "eq": moment.__eq__,
    }
    each = {bool(tests[how](t)) for t in near}
    assert compared(how, moment.isoformat(), day) == (each.pop() if len(each) == 1 else None)


def test_words_and_numbers():
    assert covers("transfer", "give") and not covers("give", "transfer") and not covers("use", "distribute")
    assert touches("give", "transfer") and not touches("distribute", "use") and not touches("sell", "give")
    assert [same_purpose("军工", p) for p in ("ＭＩＬＩＴＡＲＹ purpose", "教育", "?")] == [True, False, None]
    assert same_purpose("商业", "广告") is None and same_purpose("https://x.org/p/Research", "研究") is True
    assert same_place("110108", ()) is None
    askers = ("A1",), ("urn:sanwang:actor:A1",), ("A2",), ("https://ror.org/02mhbdp94",)
    assert [same_party("A1", w) for w in askers] == [True, True, False, None]
