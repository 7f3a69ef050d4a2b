"""A policy cut out of its catalogue: the same text whenever it is read, in words, decided as the catalogue decides."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rdflib", reason="the extra catalogue is not installed")
pytest.importorskip("pyshacl", reason="the extra catalogue is not installed")

from test_policy import CONTEXT, DAY, data, policy, ref, rule

from sanwang.errors import InputError, OptionError
from sanwang.factors.agreed import clauses, faults, frozen, judged, word
from sanwang.factors.catalogue import read_catalogue
from sanwang.factors.policy import Ask
from sanwang.factors.policy_terms import known_action


def read(folder, *graphs):
    for n, graph in enumerate(graphs):
        text = json.dumps({"@context": CONTEXT, "@graph": graph})
        (folder / f"{n}.jsonld").write_text(text, encoding="utf-8")
    found = read_catalogue(sorted(folder.glob("*.jsonld")))
    return found, next(d for d in found.datasets if d.id == "urn:d:1")


PLAIN = policy(
    permission=[
        rule("use", ("purpose", "eq", "科研"), ("count", "lteq", "3"))
        | {"odrl:duty": {"odrl:action": ref("attribute")}},
        rule("read", ("spatial", "isPartOf", "110000")),
    ],
    prohibition=rule("sell"),
)
ASKS = [
    Ask(("A1",), "科研", ("130100", "130000"), DAY, "use", frozenset({"attribute"}), ()),
    Ask(("A1",), "科研", ("130100", "130000"), DAY, "use", frozenset(), ()),
    Ask(("A1",), "科研", ("130100", "130000"), DAY, "use", frozenset({"attribute"}), (("read", 3),)),
    Ask(("A1",), "广告", ("110108", "110000"), DAY, "read"),
    Ask(("A1",), "科研", (), DAY, "sell"),
]


def test_the_same_policy_is_the_same_text(tmp_path):
    """Names that a reader makes up for unnamed parts are another every time; the frozen terms are not."""
    texts = set()
    for name in ("a", "b"):
        (folder := tmp_path / name).mkdir()
        texts.add(json.dumps(frozen(*read(folder, [data(**{"odrl:hasPolicy": PLAIN})])), sort_keys=True))
    (folder := tmp_path / "c").mkdir()
    other = json.dumps(frozen(*read(folder, [data(**{"odrl:hasPolicy": policy(permission=rule("use"))})])))
    assert len(texts) == 1 and other not in texts


@pytest.mark.parametrize("ask", ASKS)
def test_it_decides_as_the_catalogue_does(tmp_path, ask):
    found, dataset = read(tmp_path, [data(**{"odrl:hasPolicy": PLAIN})])
    one, other = judged(json.loads(json.dumps(frozen(found, dataset))), ask), found.decide(dataset, ask)
    assert (one.allowed, one.duties, parts(one)) == (other.allowed, other.duties, parts(other))


def parts(decision):
    """The clauses of a decision, whatever the order of their limits."""
    return {frozenset(c.split("; ")) for c in decision.clauses}


def test_its_clauses_in_words(tmp_path):
    found = clauses(frozen(*read(tmp_path, [data(**{"odrl:hasPolicy": PLAIN})])))
    assert sorted(c.number for c in found) == ["F1", "P1", "P2"]
    zh, en = ({frozenset(getattr(c, n).split(gap)) for c in found} for n, gap in (("zh", "；"), ("en", "; ")))
    assert zh == {
        frozenset({"许可使用", "用途 为 科研", "次数 不超过 3", "须先：注明来源"}),
        frozenset({"许可读取", "使用地 在其范围内 北京市 110000"}),
        frozenset({"禁止出售"}),
    }
    assert en == {
        frozenset({"may use", "purpose is 科研", "times up to 3", "first attribute"}),
        frozenset({"may read", "place lies in 北京市 110000"}),
        frozenset({"may not sell"}),
    }


def test_policies_of_what_it_is_in_come_along(tmp_path):
    graphs = [[data(**{"odrl:hasPolicy": policy(permission=rule("use")), "odrl:partOf": ref("urn:c")})],
              [{"@id": "urn:c", "odrl:hasPolicy": policy(prohibition=rule("read"))}]]  # fmt: skip
    found, dataset = read(tmp_path, *graphs)
    terms = frozen(found, dataset)
    assert terms["assets"] == ["urn:d:1", "urn:c"]
    assert [c.number for c in clauses(terms)] == ["P1", "F1"]
    assert not judged(terms, Ask(action="read")).allowed


def test_a_rule_for_another_described_dataset_stays_out(tmp_path):
    shared = {"@id": "urn:p", "@type": "odrl:Set", "odrl:permission": rule("use", target=ref("urn:d:1")),
              "odrl:prohibition": rule("use", target=ref("urn:d:2"))}  # fmt: skip
    terms = frozen(*read(tmp_path, [data(), data() | {"@id": "urn:d:2"}, shared]))
    assert [c.number for c in clauses(terms)] == ["P1"] and judged(terms, Ask()).allowed


def test_what_closes_the_dataset_is_said(tmp_path):
    found, dataset = read(tmp_path, [data(**{"odrl:hasPolicy": PLAIN})])
    (tmp_path / "bad.jsonld").write_text("{", encoding="utf-8")
    broken = read_catalogue(sorted(tmp_path.glob("*.jsonld")))
    with pytest.raises(InputError, match="JSON"):
        frozen(broken, dataset)
    assert faults(frozen(found, dataset)) == ()
    with pytest.raises(OptionError, match="permits nothing"):
        clauses(frozen(found, dataset) | {"nodes": {}})


_TEXTS = st.sampled_from(
    ["urn:d:1", "urn:p", "b-1", "http://www.w3.org/ns/odrl/2/permission", "iri", "blank", "x"]
)
_VALUES = st.recursive(
    st.none() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["assets", "policies", "nodes", "title"]), _VALUES, max_size=4))
def test_whatever_is_given_as_terms_is_refused_in_words_or_denied(terms):
    try:
        assert faults(terms) or not judged(terms, Ask()).allowed
    except OptionError as error:
        assert error.said("zh") and error.said("en")


def test_every_action_has_words():
    from sanwang.factors.policy_terms import _actions

    assert all(known_action(a) and word(a, "zh") != a for a in _actions())
