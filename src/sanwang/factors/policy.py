"""Usage policies in ODRL 2.2: may this firm use these data for this, here, on this day? What is not understood: no."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sanwang.factors.policy_terms import (
    DUTIES,
    compared,
    counted,
    covers,
    known_action,
    place_code,
    same_party,
    same_place,
    same_purpose,
    span,
    touches,
)
from sanwang.standards import places as gb2260

ODRL = "http://www.w3.org/ns/odrl/2/"
DCT = "http://purl.org/dc/terms/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

_REMARKS = {DCT + w for w in ("title", "description", "issued", "modified", "creator")} | {TYPE, ODRL + "uid"}
_POLICY = {ODRL + w for w in ("permission", "prohibition", "conflict", "target", "assigner", "assignee")}
_RULE = {ODRL + w for w in ("target", "assigner", "assignee", "action", "constraint", "duty")}
_CONSTRAINT = {ODRL + w for w in ("leftOperand", "operator", "rightOperand")}
_TYPES = {
    "policy": ("Policy", "Set", "Offer", "Agreement"),
    "permission": ("Permission", "Rule"),
    "prohibition": ("Prohibition", "Rule"),
    "duty": ("Duty", "Rule"),
    "constraint": ("Constraint",),
}
"""What each part of a policy may call itself: a permission that says it is a prohibition is not understood."""

_WORDS = {"policy": "政策", "permission": "许可", "prohibition": "禁令", "duty": "义务", "constraint": "限制"}
LEFT = ("purpose", "dateTime", "spatial", "recipient", "count")

Reason = tuple[str, str]
Value = tuple[str, str]
"""An RDF object: its text, and iri, literal or blank."""

Node = Mapping[str, Sequence[Value]]
Lookup = Callable[[str], Node]
"""Properties of a node by its name."""


@dataclass(frozen=True)
class Ask:
    """A use asked for: who (ids of the firm), what for, where (codes, from the nearest outwards), when, what is to be
    done, which duties are done already, and how often each action was exercised before (None: nobody counted). What is
    not said counts against access."""

    who: tuple[str, ...] = ()
    purpose: str | None = None
    place: tuple[str, ...] = ()
    date: dt.date | None = None
    action: str = "use"
    fulfilled: frozenset[str] = field(default_factory=frozenset[str])
    done: tuple[tuple[str, int], ...] | None = None


@dataclass(frozen=True)
class Decision:
    """Whether the use is allowed, why (Chinese, English), duties that still stand in the way, and the clauses that
    decided: a rule as it stands, with the name of its policy."""

    allowed: bool
    reasons: tuple[Reason, ...]
    duties: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule of a policy: permission or prohibition, what it says, and the name of its policy."""

    kind: str
    body: Node
    policy: str


def decide(policies: Iterable[str], node: Lookup, assets: Sequence[str], ask: Ask) -> Decision:
    """The decision over every policy of an asset and of all that it is part of; prohibitions win over permissions.

    ``assets``: the asset, then its collections and catalogues. One thing not understood in any of the policies (a
    property, operator, operand, action, profile, type, a rule for something that is not described, a date that is none,
    a circle) closes the asset. A rule for another asset that is described says nothing of this one.
    """
    named = list(dict.fromkeys(policies))
    if not named:
        return Decision(False, (("没有使用政策", "it has no usage policy"),))
    rules, puzzles = rules_of(named, node, assets)
    if puzzles:
        return Decision(False, puzzles)
    for rule in rules:
        if (
            rule.kind == "prohibition"
            and touches(_action(rule.body), ask.action)
            and _met(rule.body, node, ask, unknown=True)
        ):
            what = _action(rule.body)
            said = (f"政策禁止 {what}", f"the policy prohibits {what}")
            return Decision(False, (said,), clauses=(clause_of(rule, node),))
    return _permitted([r for r in rules if r.kind == "permission"], node, ask)


def rules_of(
    policies: Sequence[str], node: Lookup, assets: Sequence[str]
) -> tuple[list[Rule], tuple[Reason, ...]]:
    """The rules of policies that are for an asset or what it is in, in their order, and all that is not understood."""
    puzzles: list[Reason] = []
    rules: list[Rule] = []
    for policy in policies:
        body = node(policy)
        puzzles += _strangers(body, _POLICY, "policy")
        if any(v != (ODRL + "prohibit", "iri") for v in body.get(ODRL + "conflict", ())):
            puzzles.append(
                ("冲突策略只认“禁止优先”", "the only conflict strategy understood is that prohibitions win")
            )
        shared = {k: body[k] for k in (ODRL + "target", ODRL + "assignee") if k in body}
        for kind in ("permission", "prohibition"):
            for name, sort in body.get(ODRL + kind, ()):
                rule = {**shared, **node(name)}
                if sort == "literal" or not node(name):
                    puzzles.append((f"{kind} 不是一条规则", f"a {kind} is no rule"))
                elsewhere, unknown = _targets(rule, node, assets)
                puzzles += unknown
                if not elsewhere:
                    rules.append(Rule(kind, rule, policy))
    for rule in rules:
        puzzles += _puzzles(rule.kind, rule.body, node)
    return rules, tuple(dict.fromkeys(puzzles))


def _targets(rule: Node, node: Lookup, assets: Sequence[str]) -> tuple[bool, list[Reason]]:
    """Whether a rule is for another asset that is described, and what is puzzling about its target."""
    named = rule.get(ODRL + "target", ())
    if not named or any(v in assets and sort == "iri" for v, sort in named):
        return False, []
    if all(sort == "iri" and node(v) for v, sort in named):
        return True, []
    return False, [("规则针对未说明的对象", "a rule is for an asset that is not described")]


def _permitted(rules: Sequence[Rule], node: Lookup, ask: Ask) -> Decision:
    reasons: list[Reason] = []
    waiting: tuple[str, ...] = ()
    clauses: list[str] = []
    for rule in rules:
        body = rule.body
        clauses.append(clause_of(rule, node))
        if not covers(_action(body), ask.action):
            reasons.append((f"许可不含 {ask.action}", f"no permission covers {ask.action}"))
            continue
        if not _met(body, node, ask, unknown=False):
            reasons += _unmet(body, node, ask)
        else:
            owed = {_short(node(d)[ODRL + "action"][0][0]) for d, _ in body.get(ODRL + "duty", ())}
            waiting = tuple(sorted(owed - ask.fulfilled))
            if not waiting:
                return Decision(True, (("政策许可", "the policy permits it"),), clauses=(clauses[-1],))
            reasons.append((f"须先履行 {'、'.join(waiting)}", f"duties first: {', '.join(waiting)}"))
    return Decision(
        False,
        tuple(dict.fromkeys(reasons)) or (("没有许可", "nothing is permitted"),),
        waiting,
        tuple(clauses),
    )


def _action(rule: Node) -> str:
    return _short(rule[ODRL + "action"][0][0])


def clause_of(rule: Rule, node: Lookup) -> str:
    """A rule as it stands: its policy, kind, action, and what limits it."""
    limits = [_said(node(n)) for n, _ in rule.body.get(ODRL + "constraint", ())]
    limits += [f"assignee {v}" for v, _ in rule.body.get(ODRL + "assignee", ())]
    owed = [f"duty {_short(node(d)[ODRL + 'action'][0][0])}" for d, _ in rule.body.get(ODRL + "duty", ())]
    name = f"{rule.policy}: " if ":" in rule.policy else ""
    return f"{name}{rule.kind} {_action(rule.body)}" + "".join(f"; {x}" for x in (*limits, *owed))


def _said(constraint: Node) -> str:
    what, how = (_short(constraint[ODRL + w][0][0]) for w in ("leftOperand", "operator"))
    return f"{what} {how} {'、'.join(v for v, _ in constraint[ODRL + 'rightOperand'])}"


def _short(name: str) -> str:
    return name.removeprefix(ODRL)


def _strangers(body: Node, known: set[str], part: str) -> list[Reason]:
    zh = _WORDS[part]
    found = [
        (f"{zh}中不识 {_short(p)}", f"{_short(p)} is not understood in a {part}")
        for p in body
        if p not in known | _REMARKS
    ]
    found += [
        (f"{zh}类型不识 {_short(t)}", f"a {part} of unknown type {_short(t)}")
        for t, _ in body.get(TYPE, ())
        if _short(t) not in _TYPES[part] or not t.startswith(ODRL)
    ]
    return found


def _puzzles(kind: str, rule: Node, node: Lookup) -> list[Reason]:
    found = _strangers(rule, _RULE, kind)
    actions = rule.get(ODRL + "action", ())
    if len(actions) != 1 or not _is_action(*actions[0]):
        said = ", ".join(_short(a) for a, _ in actions) or "-"
        found.append((f"行为不识：{said}", f"action not understood: {said}"))
    for name, _ in rule.get(ODRL + "constraint", ()):
        found += _constraint_puzzles(node(name), kind)
    for name, _ in rule.get(ODRL + "duty", ()):
        duty = node(name)
        found += _strangers(duty, {ODRL + "action"}, "duty")
        done = duty.get(ODRL + "action", ())
        if kind != "permission" or len(done) != 1 or _short(done[0][0]) not in DUTIES:
            found.append(("义务不识", "a duty is not understood"))
    return found


def _is_action(name: str, sort: str) -> bool:
    return sort == "iri" and name.startswith(ODRL) and known_action(_short(name))


def _constraint_puzzles(body: Node, kind: str) -> list[Reason]:
    found = _strangers(body, _CONSTRAINT, "constraint")
    left, operator, right = (body.get(ODRL + w, ()) for w in ("leftOperand", "operator", "rightOperand"))
    if len(left) != 1 or len(operator) != 1 or not right:
        return [*found, ("限制不完整", "a constraint is incomplete")]
    what, how = _short(left[0][0]), _short(operator[0][0])
    if left[0] != (ODRL + what, "iri") or what not in LEFT:
        return [*found, (f"左操作数不识：{what}", f"left operand not understood: {what}")]
    fit = ("eq", "neq", "isAnyOf", "isNoneOf")
    times = (
        ("lt", "lteq") if kind == "permission" else ("gt", "gteq")
    )  # allowed up to, forbidden from: nothing else
    fit = {"dateTime": ("eq", "lt", "lteq", "gt", "gteq"), "count": times}.get(what, fit)
    fit = (*fit, "isPartOf") if what == "spatial" else fit
    if operator[0] != (ODRL + how, "iri") or how not in fit:
        found.append((f"运算符不识：{what} {how}", f"operator not understood: {what} {how}"))
    if len(right) > 1 and how not in ("isAnyOf", "isNoneOf"):
        found.append((f"{what} 有多个值", f"{what} has several values"))
    for value, sort in right:
        if sort == "blank" or not value.strip():
            found.append((f"{what} 的值不识", f"value of {what} not understood"))
        elif what == "count" and not re.fullmatch(r"[0-9]{1,9}", value):
            found.append((f"不是次数：{value}", f"not a number of times: {value}"))
        elif what == "dateTime" and span(value) is None:
            found.append((f"不是日期：{value}", f"not a date: {value}"))
        elif what == "spatial" and gb2260.place(place_code(value)) is None:
            found.append((f"地点不识：{value}", f"place not understood: {value}"))
    return found


def _met(rule: Node, node: Lookup, ask: Ask, unknown: bool) -> bool:
    """Whether the rule holds for the ask; what cannot be told counts as ``unknown``."""
    tests = [
        _any(same_party(v, ask.who) for v, _ in holders)
        for holders in (rule.get(ODRL + "assignee", ()),)
        if holders
    ]
    tests += [_holds(node(name), ask, _action(rule)) for name, _ in rule.get(ODRL + "constraint", ())]
    return all(unknown if t is None else t for t in tests)


def _any(answers: Iterable[bool | None]) -> bool | None:
    """True where one is; None where none is and one cannot be told."""
    told = list(answers)
    return True if any(told) else None if None in told else False


def _unmet(rule: Node, node: Lookup, ask: Ask) -> list[Reason]:
    found: list[Reason] = []
    holders = rule.get(ODRL + "assignee", ())
    if holders and not any(same_party(v, ask.who) for v, _ in holders):
        found.append(("许可给了别人", "the permission is for others"))
    for name, _ in rule.get(ODRL + "constraint", ()):
        if not _holds(node(name), ask, _action(rule)):
            said = _said(node(name))
            found.append((f"不符合：{said}", f"not met: {said}"))
    return found


def _holds(body: Node, ask: Ask, action: str) -> bool | None:
    what, how = (_short(body[ODRL + w][0][0]) for w in ("leftOperand", "operator"))
    values = [v for v, _ in body[ODRL + "rightOperand"]]
    match what:
        case "dateTime":
            return None if ask.date is None else compared(how, values[0], ask.date)
        case "count":
            return None if ask.done is None else counted(how, values[0], action, ask.done)
        case "spatial":
            same = _any(same_place(v, ask.place) for v in values)
        case "recipient":
            same = _any(same_party(v, ask.who) for v in values)
        case _:
            same = None if ask.purpose is None else _any(same_purpose(v, ask.purpose) for v in values)
    if same is None:
        return None
    return not same if how in ("neq", "isNoneOf") else same
