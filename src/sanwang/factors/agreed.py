"""A usage policy cut out of its catalogue, so that two can agree to one text: frozen, told in words, decided again.

The frozen terms hold every rule that binds a dataset and nothing else. Things without a name get one from what they
say, so that the same policy has the same digest whenever and from wherever it is read. Deciding needs no RDF library.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from sanwang.errors import InputError, OptionError
from sanwang.factors.policy import ODRL, TYPE, Ask, Decision, Node, Reason, Rule, clause_of, decide, rules_of
from sanwang.factors.policy_terms import place_code
from sanwang.standards import places as gb2260

if TYPE_CHECKING:
    from sanwang.factors.catalogue import Catalogue, Dataset

_PARTS = ("permission", "prohibition", "constraint", "duty")
_UNNAMED = "b-"


@dataclass(frozen=True)
class Clause:
    """A clause of frozen terms: its number (P1, F1), what it is (permission, prohibition), as decisions name it, and in
    words."""

    number: str
    kind: str
    said: str
    zh: str
    en: str


def frozen(found: Catalogue, dataset: Dataset) -> dict[str, Any]:
    """The policies that bind a dataset, with those of all that it is in, as one value of plain JSON.

    Raises InputError where the catalogue has a problem that closes the dataset, or a policy refers to itself.
    """
    if wrong := [(zh, en) for _, entry, zh, en in found.problems if entry in (dataset.id, "")]:
        raise InputError(f"{dataset.id}: {wrong[0][1]}", f"{dataset.id}：{wrong[0][0]}")
    assets, policies = found.bound(dataset)
    names = _Names(found.nodes)
    return {
        "dataset": dataset.id,
        "title": dataset.title,
        "assets": [names.of(a) for a in assets],
        "policies": sorted({names.of(p) for p in policies}),
        "nodes": names.reached(policies, assets),
    }


class _Names:
    """Names of things: their own, or for those without one the digest of what they say."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self._known: dict[str, str] = {}
        self._open: set[str] = set()

    def of(self, name: str) -> str:
        """A thing's name."""
        if "\0" not in name:
            return name
        if name in self._open:
            raise InputError("a policy refers to itself", "政策循环引用自身")
        if name not in self._known:
            self._open.add(name)
            text = json.dumps(self.body(name), ensure_ascii=False, sort_keys=True)
            self._open.discard(name)
            self._known[name] = _UNNAMED + hashlib.sha256(text.encode()).hexdigest()[:16]
        return self._known[name]

    def body(self, name: str) -> dict[str, list[list[str]]]:
        """What is said of a thing, in the names of here."""
        return {
            prop: sorted([self.of(v) if sort != "literal" else v, sort] for v, sort in values)
            for prop, values in self.nodes.get(name, {}).items()
        }

    def reached(
        self, policies: Sequence[str], assets: Sequence[str]
    ) -> dict[str, dict[str, list[list[str]]]]:
        """Every part of the policies; of things that rules are for elsewhere only that they are described."""
        made: dict[str, dict[str, list[list[str]]]] = {}
        waiting = list(policies)
        while waiting:
            name = waiting.pop()
            if self.of(name) in made:
                continue
            made[self.of(name)] = self.body(name)
            body = self.nodes.get(name, {})
            waiting += [v for p in _PARTS for v, sort in body.get(ODRL + p, ()) if sort != "literal"]
            waiting += [v for values in body.values() for v, sort in values if sort == "blank"]
            for target, sort in body.get(ODRL + "target", ()):
                if sort == "iri" and target not in assets and self.nodes.get(target):
                    made.setdefault(target, {TYPE: self.body(target).get(TYPE) or [["described", "literal"]]})
        return made


@dataclass(frozen=True)
class _Terms:
    assets: tuple[str, ...]
    policies: tuple[str, ...]
    nodes: Mapping[str, Node]

    def node(self, name: str) -> Node:
        return self.nodes.get(name, {})


def _read(terms: Mapping[str, Any]) -> _Terms:
    """Frozen terms as they were given by whomever. Raises OptionError where they are none."""
    try:
        assets, policies = (_texts(terms[n]) for n in ("assets", "policies"))
        nodes = {
            str(name): {str(p): [_value(v) for v in _list(values)] for p, values in _map(body).items()}
            for name, body in _map(terms["nodes"]).items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise OptionError("these are no terms of a data product", "不是数据产品的条款") from error
    return _Terms(assets, policies, nodes)


def _map(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return cast("Mapping[str, Any]", value)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return cast("list[Any]", value)


def _texts(value: object) -> tuple[str, ...]:
    if not all(isinstance(v, str) for v in _list(value)):
        raise TypeError
    return tuple(_list(value))


def _value(value: object) -> tuple[str, str]:
    text, sort = _texts(value)
    if sort not in ("iri", "literal", "blank"):
        raise ValueError
    return text, sort


def faults(terms: Mapping[str, Any]) -> tuple[Reason, ...]:
    """What of frozen terms is not understood (Chinese, English); nothing may be used by what is not understood."""
    read = _read(terms)
    if not read.policies or not read.assets:
        return (("没有使用政策", "it has no usage policy"),)
    rules, puzzles = rules_of(read.policies, read.node, read.assets)
    if not puzzles and not any(r.kind == "permission" for r in rules):
        return (("没有一项许可", "it permits nothing"),)
    return puzzles


def judged(terms: Mapping[str, Any], ask: Ask) -> Decision:
    """The decision on a use under frozen terms. Raises OptionError where they are none."""
    read = _read(terms)
    return decide(read.policies, read.node, read.assets, ask)


def clauses(terms: Mapping[str, Any]) -> tuple[Clause, ...]:
    """The clauses of frozen terms in words, permissions (P1 …) and prohibitions (F1 …) numbered each.

    Raises OptionError where they are no terms or something in them is not understood.
    """
    if wrong := faults(terms):
        raise OptionError(wrong[0][1], wrong[0][0])
    read, made = _read(terms), list[Clause]()
    rules, _ = rules_of(read.policies, read.node, read.assets)
    for kind, letter in (("permission", "P"), ("prohibition", "F")):
        for no, rule in enumerate((r for r in rules if r.kind == kind), 1):
            zh, en = (_said(rule, read, lang) for lang in ("zh", "en"))
            made.append(Clause(f"{letter}{no}", kind, clause_of(rule, read.node), zh, en))
    return tuple(made)


@cache
def _words() -> Mapping[str, tuple[str, str]]:
    text = (files("sanwang.factors") / "policy_words.csv").read_text(encoding="utf-8")
    return {r["word"]: (r["zh"], r["en"]) for r in csv.DictReader(text.splitlines())}


def word(name: str, lang: str) -> str:
    """An action, operand or operator of a policy in words; the name where there are none."""
    short = name.removeprefix(ODRL)
    return _words().get(short, (short, short))[0 if lang == "zh" else 1]


def _said(rule: Rule, read: _Terms, lang: str) -> str:
    def parts(name: str) -> list[Node]:
        return [read.node(n) for n, _ in rule.body.get(ODRL + name, ())]

    said = [
        f"{word(rule.kind, lang)}{'' if lang == 'zh' else ' '}{word(rule.body[ODRL + 'action'][0][0], lang)}"
    ]
    said += [_limit(one, lang) for one in parts("constraint")]
    gap = "：" if lang == "zh" else " "
    said += [f"{word('assignee', lang)}{gap}{who}" for who, _ in rule.body.get(ODRL + "assignee", ())]
    said += [f"{word('duty', lang)}{gap}{word(one[ODRL + 'action'][0][0], lang)}" for one in parts("duty")]
    return ("；" if lang == "zh" else "; ").join(said)


def _limit(body: Node, lang: str) -> str:
    left, how = (body[ODRL + n][0][0].removeprefix(ODRL) for n in ("leftOperand", "operator"))
    values = [_shown(left, v) for v, _ in body[ODRL + "rightOperand"]]
    sign = word(f"{left}.{how}" if left == "count" else how, lang)
    return f"{word(left, lang)} {sign} {('、' if lang == 'zh' else ', ').join(values)}"


def _shown(left: str, value: str) -> str:
    found = gb2260.place(place_code(value)) if left == "spatial" else None
    return value if found is None else f"{found.name} {found.code}"
