"""Catalogues are checked on the way in; a policy lets in whom it names and nobody where it is not understood."""

import copy
import datetime as dt
import json

import polars as pl
import pytest

from sanwang.errors import DataError, InputError
from sanwang.factors.policy import Ask
from sanwang.region import Region
from sanwang.region.sample import sample_region

pytest.importorskip("rdflib", reason="the extra catalogue is not installed")
pytest.importorskip("pyshacl", reason="the extra catalogue is not installed")

from sanwang.factors import catalogue
from sanwang.factors.catalogue import offers_of, read_catalogue, write_catalogue

DAY = dt.date(2026, 5, 1)
FIRM = Ask(("A1",), "research", ("130100", "130000"), DAY)


def ref(name: str) -> dict[str, str]:
    return {"@id": f"odrl:{name}"}


def limit(left: str, operator: str, right: object) -> dict[str, object]:
    return {"odrl:leftOperand": ref(left), "odrl:operator": ref(operator), "odrl:rightOperand": right}


def permission(*constraints: object, **more: object) -> dict[str, object]:
    made: dict[str, object] = {"odrl:action": ref("use"), "odrl:constraint": list(constraints)}
    return made | {f"odrl:{k}": v for k, v in more.items()}


def entry(**policy: object) -> dict[str, object]:
    return {
        "@context": {
            "odrl": "http://www.w3.org/ns/odrl/2/",
            "dct": "http://purl.org/dc/terms/",
            "dcat": "http://www.w3.org/ns/dcat#",
        },
        "@id": "urn:d:1",
        "@type": "dcat:Dataset",
        "dct:title": "振动数据",
        "dct:description": "轴承振动",
        "dcat:distribution": {
            "@type": "dcat:Distribution",
            "dcat:accessURL": {"@id": "https://example.org/d"},
        },
        "odrl:hasPolicy": {"@type": "odrl:Set"} | {f"odrl:{k}": v for k, v in policy.items()},
    }


def read(tmp_path, data: object):
    file = tmp_path / "c.jsonld"
    file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return read_catalogue([file])


def ask(tmp_path, data: object, wanted: Ask = FIRM):
    found = read(tmp_path, data)
    assert found.problems == ()
    return found.decide(found.datasets[0], wanted)


def test_a_plain_permission_lets_in(tmp_path):
    assert ask(tmp_path, entry(permission=permission())).allowed


def test_without_a_policy_nobody_gets_in(tmp_path):
    data = entry()
    del data["odrl:hasPolicy"]
    assert ask(tmp_path, data).reasons[0][1] == "it has no usage policy"


@pytest.mark.parametrize(
    ("constraint", "inside"),
    [
        (limit("purpose", "eq", "research"), True),
        (limit("purpose", "isAnyOf", ["teaching", "research"]), True),
        (limit("purpose", "eq", "advertising"), False),
        (limit("purpose", "neq", "research"), False),
        (limit("spatial", "isPartOf", "130000"), True),
        (limit("spatial", "eq", {"@id": "urn:gb2260:110000"}), False),
        (
            limit(
                "dateTime", "lteq", {"@value": "2026-05-01", "@type": "http://www.w3.org/2001/XMLSchema#date"}
            ),
            True,
        ),
        (limit("dateTime", "lt", "2026-05-01"), False),
        (limit("dateTime", "lteq", "2026-05-01T12:00:00+08:00"), False),
        (limit("recipient", "isAnyOf", [{"@id": "urn:sanwang:actor:A1"}]), True),
        (limit("recipient", "isNoneOf", ["A1"]), False),
    ],
)
def test_constraints(tmp_path, constraint, inside):
    decision = ask(tmp_path, entry(permission=permission(constraint)))
    assert decision.allowed == inside
    assert inside or "not met" in decision.reasons[0][1]


def test_what_the_ask_does_not_say_counts_against_it(tmp_path):
    lets = entry(permission=permission(limit("purpose", "eq", "research")))
    bars = entry(permission=permission(), prohibition=permission(limit("purpose", "eq", "advertising")))
    assert not ask(tmp_path, lets, Ask(("A1",), date=DAY)).allowed
    assert ask(tmp_path, bars).allowed
    assert not ask(tmp_path, bars, Ask(("A1",), date=DAY)).allowed


def test_prohibitions_win_over_contradictory_permissions(tmp_path):
    decision = ask(tmp_path, entry(permission=permission(), prohibition=permission()))
    assert decision.reasons == (("政策禁止 use", "the policy prohibits use"),)


def test_a_ban_on_passing_on_leaves_own_use(tmp_path):
    banned = {"odrl:action": ref("distribute")}
    data = entry(permission=permission(), prohibition=banned)
    assert ask(tmp_path, data).allowed
    assert not ask(tmp_path, data, Ask(("A1",), date=DAY, action="distribute")).allowed


def test_duties_come_first(tmp_path):
    data = entry(permission=permission(duty={"odrl:action": ref("compensate")}))
    decision = ask(tmp_path, data)
    assert (decision.allowed, decision.duties) == (False, ("compensate",))
    assert ask(tmp_path, data, Ask(("A1",), fulfilled=frozenset({"compensate"}))).allowed


def test_a_permission_for_another_firm_is_none(tmp_path):
    assert not ask(tmp_path, entry(permission=permission(assignee={"@id": "urn:sanwang:actor:A2"}))).allowed
    assert ask(tmp_path, entry(permission=permission(assignee={"@id": "urn:sanwang:actor:A1"}))).allowed


@pytest.mark.parametrize(
    "policy",
    [
        {"permission": permission(limit("purpose", "near", "research"))},
        {"permission": permission(limit("count", "lteq", 3))},
        {"permission": permission(limit("dateTime", "lteq", "2026-02-30"))},
        {"permission": permission(limit("dateTime", "lteq", "someday"))},
        {"permission": permission(limit("spatial", "eq", "Atlantis"))},
        {"permission": permission({"odrl:leftOperand": ref("purpose")})},
        {"permission": permission({"odrl:or": [limit("purpose", "eq", "research")]})},
        {"permission": {"odrl:action": ref("teleport")}},
        {"permission": {"odrl:action": "odrl:use"}},
        {"permission": permission(target={"@id": "urn:d:2"})},
        {"permission": permission(duty={"odrl:action": ref("dance")})},
        {"permission": permission() | {"constraints": limit("purpose", "eq", "advertising")}},
        {"permission": permission(), "profile": {"@id": "urn:p"}},
        {"permission": permission(), "conflict": ref("perm")},
        {"permission": permission(), "obligation": {"odrl:action": ref("inform")}},
        {"permission": permission(), "inheritFrom": {"@id": "urn:q"}},
        {"permission": "odrl:use"},
    ],
)  # fmt: skip
def test_what_is_not_understood_closes_the_data(tmp_path, policy):
    decision = ask(tmp_path, entry(**policy))
    assert not decision.allowed
    assert all(zh and en for zh, en in decision.reasons)


def test_a_policy_that_names_the_dataset_from_outside_counts_too(tmp_path):
    data = entry(permission=permission())
    ban = {"@id": "urn:p:9", "@type": "odrl:Set", "odrl:prohibition": permission(target={"@id": "urn:d:1"})}
    both = {"@context": data.pop("@context"), "@graph": [data, ban]}
    assert not ask(tmp_path, both).allowed


def test_a_policy_that_points_to_itself_is_closed_not_endless(tmp_path):
    data = entry(permission={"@id": "urn:r", "odrl:action": ref("use"), "odrl:constraint": {"@id": "urn:r"}})
    assert not ask(tmp_path, data).allowed


def without(key: str) -> dict[str, object]:
    data = copy.deepcopy(entry(permission=permission()))
    del data[key]
    return data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{", "not JSON"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[]", "no dcat:Dataset"),
        ({"@context": "https://www.w3.org/ns/odrl.jsonld"}, "remote @context"),
        ({"@context": [{}, {"x": {"@id": "urn:x", "@context": "https://a.b/c"}}]}, "remote @context"),
        ({"@context": {"@import": "https://a.b"}}, "@import"),
        (entry(permission=None), "null"),
        ({"@context": {"odrl:constraint": "@nest"}}, "@nest"),
        ({"@context": {"a": "b:x", "b": "a:x"}, "a:y": 1}, "circular"),
        ({"@context": {"@vocab": ""}}, "@vocab in a @context"),
        ({"@context": {"odrl:constraint": {"@id": "dct:title"}}}, "odrl:constraint in a @context"),
        ("[" * 90 + "]" * 90, "nested"),
        ("[" * 100_000 + "]" * 100_000, "nested"),
        (without("dct:title"), "dct:title is missing"),
        (without("dct:description"), "dct:description is missing"),
        (entry() | {"dcat:distribution": {"@type": "dcat:Distribution"}}, "dcat:accessURL is missing"),
        (entry() | {"dcat:distribution": {"dcat:accessURL": "x"}}, "dcat:distribution has a wrong value"),
    ],
)
def test_bad_files_are_refused_with_the_reason(tmp_path, data, said):
    found = read(tmp_path, data)
    assert any(said in en for _, _, _, en in found.problems)
    assert not any(found.decide(d, FIRM).allowed for d in found.datasets)


def test_a_huge_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "MOST_BYTES", 100)
    assert "larger than" in read(tmp_path, " " * 200).problems[0][3]


def test_all_problems_of_all_files_come_at_once(tmp_path):
    (tmp_path / "a.jsonld").write_text("{", encoding="utf-8")
    (tmp_path / "b.jsonld").write_text(json.dumps(without("dct:title")), encoding="utf-8")
    found = read_catalogue([tmp_path / "b.jsonld", tmp_path / "a.jsonld", tmp_path / "none.jsonld"])
    assert [p[0].rsplit("/", 1)[1] for p in found.problems] == ["a.jsonld", "b.jsonld", "none.jsonld"]
    assert found.problems[1][1] == "urn:d:1"
    with pytest.raises(InputError):
        read_catalogue([])


def test_the_offers_of_data_come_back_equal(tmp_path):
    region = sample_region()
    assert write_catalogue(region, tmp_path / "c.jsonld") == 5
    found = read_catalogue([tmp_path / "c.jsonld"])
    assert found.problems == ()
    back = offers_of(found)
    sent = region["factors"].filter(pl.col("factor") == "data").select(back.columns).sort("id")
    assert back.equals(sent)
    with pytest.raises(DataError):
        write_catalogue(Region.of(), tmp_path / "d.jsonld")
