"""Usage policies in ODRL 2.2: may this firm use these data for this, here, on this day? What is not understood: no."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sanwang.standards import places as gb2260

ODRL = "http://www.w3.org/ns/odrl/2/"
DCT = "http://purl.org/dc/terms/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

_REMARKS = {DCT + w for w in ("title", "description", "issued", "modified", "creator")} | {TYPE, ODRL + "uid"}
_POLICY = {ODRL + w for w in ("permission", "prohibition", "conflict", "target", "assigner", "assignee")}
_RULE = {ODRL + w for w in ("target", "assigner", "assignee", "action", "constraint", "duty")}
_CONSTRAINT = {ODRL + w for w in ("leftOperand", "operator", "rightOperand")}
_TYPES = {
    ODRL + w
    for w in ("Policy", "Set", "Offer", "Agreement", "Permission", "Prohibition", "Duty", "Constraint")
}
OWN_USE = (
    "use",
    "read",
    "aggregate",
    "analyze",
    "derive",
    "extract",
    "index",
    "modify",
    "reproduce",
    "display",
)
PASSING_ON = ("distribute", "transfer", "sell", "give", "share")
DUTIES = ("compensate", "attribute", "inform", "obtainConsent", "delete", "acceptTracking", "reviewPolicy")
LEFT = ("purpose", "dateTime", "spatial", "recipient")

Reason = tuple[str, str]
Value = tuple[str, str]
"""An RDF object: its text, and iri, literal or blank."""

Node = Mapping[str, Sequence[Value]]
Lookup = Callable[[str], Node]
"""Properties of a node by its name."""


@dataclass(frozen=True)
class Ask:
    """A use asked for: who (ids of the firm), what for, where (codes, from the nearest outwards), when, what is to be
    done, and which duties are done already. What is not said counts against access."""

    who: tuple[str, ...] = ()
    purpose: str | None = None
    place: tuple[str, ...] = ()
    date: dt.date | None = None
    action: str = "use"
    fulfilled: frozenset[str] = field(default_factory=frozenset[str])


@dataclass(frozen=True)
class Decision:
    """Whether the use is allowed, why (Chinese, English), and duties that still stand in the way."""

    allowed: bool
    reasons: tuple[Reason, ...]
    duties: tuple[str, ...] = ()


def decide(policies: Iterable[str], node: Lookup, asset: str, ask: Ask) -> Decision:
    """The decision over every policy of an asset; prohibitions win over permissions.

    One thing not understood in any of the policies (a property, operator, operand, action, profile, a rule for another
    asset, a date that is none, a circle) closes the asset.
    """
    puzzles: list[Reason] = []
    rules: list[tuple[str, Node]] = []
    named = list(dict.fromkeys(policies))
    if not named:
        return Decision(False, (("没有使用政策", "it has no usage policy"),))
    for policy in named:
        body = node(policy)
        puzzles += _strangers(body, _POLICY, "政策", "policy")
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
                rules.append((kind, rule))
    for kind, rule in rules:
        puzzles += _puzzles(kind, rule, node, asset)
    if puzzles:
        return Decision(False, tuple(dict.fromkeys(puzzles)))
    for kind, rule in rules:
        if kind == "prohibition" and _touches(rule, ask) and _met(rule, node, ask, unknown=True):
            what = _short(rule[ODRL + "action"][0][0])
            return Decision(False, ((f"政策禁止 {what}", f"the policy prohibits {what}"),))
    return _permitted([r for kind, r in rules if kind == "permission"], node, ask)


def _permitted(rules: Sequence[Node], node: Lookup, ask: Ask) -> Decision:
    reasons: list[Reason] = []
    waiting: tuple[str, ...] = ()
    for rule in rules:
        if not _covers(rule, ask):
            reasons.append((f"许可不含 {ask.action}", f"no permission covers {ask.action}"))
        elif not _met(rule, node, ask, unknown=False):
            reasons += _unmet(rule, node, ask)
        else:
            owed = {_short(node(d)[ODRL + "action"][0][0]) for d, _ in rule.get(ODRL + "duty", ())}
            waiting = tuple(sorted(owed - ask.fulfilled))
            if not waiting:
                return Decision(True, (("政策许可", "the policy permits it"),))
            reasons.append((f"须先履行 {'、'.join(waiting)}", f"duties first: {', '.join(waiting)}"))
    return Decision(False, tuple(dict.fromkeys(reasons)) or (("没有许可", "nothing is permitted"),), waiting)


def _short(name: str) -> str:
    return name.removeprefix(ODRL)


def _strangers(body: Node, known: set[str], zh: str, en: str) -> list[Reason]:
    found = [
        (f"{zh}中不识 {_short(p)}", f"{_short(p)} is not understood in a {en}")
        for p in body
        if p not in known | _REMARKS
    ]
    found += [
        (f"{zh}类型不识 {_short(t)}", f"a {en} of unknown type {_short(t)}")
        for t, _ in body.get(TYPE, ())
        if t not in _TYPES
    ]
    return found


def _puzzles(kind: str, rule: Node, node: Lookup, asset: str) -> list[Reason]:
    found = _strangers(rule, _RULE, "规则", "rule")
    if any(v != (asset, "iri") for v in rule.get(ODRL + "target", ())):
        found.append(("规则针对别的对象", "a rule is for another asset"))
    actions = rule.get(ODRL + "action", ())
    known = {ODRL + a for a in (*OWN_USE, *PASSING_ON)}
    if len(actions) != 1 or actions[0][1] != "iri" or actions[0][0] not in known:
        said = ", ".join(_short(a) for a, _ in actions) or "-"
        found.append((f"行为不识：{said}", f"action not understood: {said}"))
    for name, _ in rule.get(ODRL + "constraint", ()):
        found += _constraint_puzzles(node(name))
    for name, _ in rule.get(ODRL + "duty", ()):
        duty = node(name)
        found += _strangers(duty, {ODRL + "action"}, "义务", "duty")
        done = duty.get(ODRL + "action", ())
        if kind != "permission" or len(done) != 1 or _short(done[0][0]) not in DUTIES:
            found.append(("义务不识", "a duty is not understood"))
    return found


def _constraint_puzzles(body: Node) -> list[Reason]:
    found = _strangers(body, _CONSTRAINT, "限制", "constraint")
    left, operator, right = (body.get(ODRL + w, ()) for w in ("leftOperand", "operator", "rightOperand"))
    if len(left) != 1 or len(operator) != 1 or not right:
        return [*found, ("限制不完整", "a constraint is incomplete")]
    what, how = _short(left[0][0]), _short(operator[0][0])
    if left[0] != (ODRL + what, "iri") or what not in LEFT:
        return [*found, (f"左操作数不识：{what}", f"left operand not understood: {what}")]
    fit = ("eq", "lt", "lteq", "gt", "gteq") if what == "dateTime" else ("eq", "neq", "isAnyOf", "isNoneOf")
    fit = (*fit, "isPartOf") if what == "spatial" else fit
    if operator[0] != (ODRL + how, "iri") or how not in fit:
        found.append((f"运算符不识：{what} {how}", f"operator not understood: {what} {how}"))
    if len(right) > 1 and how not in ("isAnyOf", "isNoneOf"):
        found.append((f"{what} 有多个值", f"{what} has several values"))
    for value, sort in right:
        if sort == "blank" or not value.strip():
            found.append((f"{what} 的值不识", f"value of {what} not understood"))
        elif what == "dateTime" and _moment(value) is None:
            found.append((f"不是日期：{value}", f"not a date: {value}"))
        elif what == "spatial" and gb2260.place(_code(value)) is None:
            found.append((f"地点不识：{value}", f"place not understood: {value}"))
    return found


def _code(value: str) -> str:
    return value.removeprefix("urn:gb2260:")


def _moment(text: str) -> tuple[dt.date, bool] | None:
    """The day, and whether the text means all of it."""
    try:
        if len(text) == 10:
            return dt.date.fromisoformat(text), True
        return dt.datetime.fromisoformat(text).date(), False
    except ValueError:
        return None


def _within(action: str) -> bool:
    return action in OWN_USE


def _covers(rule: Node, ask: Ask) -> bool:
    action = _short(rule[ODRL + "action"][0][0])
    return action == ask.action or (action == "use" and _within(ask.action))


def _touches(rule: Node, ask: Ask) -> bool:
    """To use is to do any of the things of one's own use, so that a prohibition of one of them touches it."""
    action = _short(rule[ODRL + "action"][0][0])
    return action == ask.action or (action == "use") or (ask.action == "use" and _within(action))


def _met(rule: Node, node: Lookup, ask: Ask, unknown: bool) -> bool:
    """Whether the rule holds for the ask; what the ask does not say counts as ``unknown``."""
    holders = rule.get(ODRL + "assignee", ())
    if holders:
        one = unknown if not ask.who else any(_is(v, ask.who) for v, _ in holders)
        if not one:
            return False
    tests = [_holds(node(name), ask) for name, _ in rule.get(ODRL + "constraint", ())]
    return all(unknown if t is None else t for t in tests)


def _unmet(rule: Node, node: Lookup, ask: Ask) -> list[Reason]:
    found: list[Reason] = []
    holders = rule.get(ODRL + "assignee", ())
    if holders and not any(_is(v, ask.who) for v, _ in holders):
        found.append(("许可给了别人", "the permission is for others"))
    for name, _ in rule.get(ODRL + "constraint", ()):
        body = node(name)
        if not _holds(body, ask):
            what, how = (_short(body[ODRL + w][0][0]) for w in ("leftOperand", "operator"))
            values = "、".join(v for v, _ in body[ODRL + "rightOperand"])
            found.append((f"不符合：{what} {how} {values}", f"not met: {what} {how} {values}"))
    return found


def _is(value: str, who: Iterable[str]) -> bool:
    return value in who or value.removeprefix("urn:sanwang:actor:") in who


def _holds(body: Node, ask: Ask) -> bool | None:
    what, how = (_short(body[ODRL + w][0][0]) for w in ("leftOperand", "operator"))
    values = [v for v, _ in body[ODRL + "rightOperand"]]
    match what:
        case "dateTime":
            return None if ask.date is None else _when(how, values[0], ask.date)
        case "spatial":
            known, same = bool(ask.place), any(_code(v) in ask.place for v in values)
        case "recipient":
            known, same = bool(ask.who), any(_is(v, ask.who) for v in values)
        case _:
            known, same = ask.purpose is not None, ask.purpose in values
    if not known:
        return None
    return not same if how in ("neq", "isNoneOf") else same


def _when(how: str, value: str, day: dt.date) -> bool | None:
    moment = _moment(value)
    if moment is None or (day == moment[0] and not moment[1]):
        return None
    limit = moment[0]
    tests: dict[str, Any] = {
        "eq": day == limit,
        "lt": day < limit,
        "lteq": day <= limit,
        "gt": day > limit,
        "gteq": day >= limit,
    }
    return bool(tests[how])
