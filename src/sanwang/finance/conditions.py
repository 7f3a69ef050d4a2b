"""Conditions of eligibility: words for people, and after ``cel:`` an expression for machines.

``注册地京津冀，成立满两年 cel: place_region == '京津冀' && age_years >= 2``. The expression is CEL without function
calls or comprehensions, so it always ends; a field the firm does not state keeps the firm out, and so does any error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from sanwang.errors import OptionError

Fact = bool | int | float | str | list[str]
MARK = "cel:"
LONGEST = 1000
DEEPEST = 20

_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_CALL = re.compile(r"[A-Za-z_]\w*\s*\(")
_LIMIT = re.compile(r"^\s*([A-Za-z_]\w*)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True)
class _Rule:
    source: str
    program: Any
    fields: tuple[str, ...]


def split(conditions: str | None) -> tuple[str, str]:
    """The words for people and the expression (empty where there is none)."""
    words, _, expression = (conditions or "").partition(MARK)
    return words.strip(), expression.strip()


def check_conditions(conditions: str | None) -> None:
    """Compile the expression, for use when products are loaded. Raises OptionError that says what is wrong."""
    _rules(split(conditions)[1])


def eligible(conditions: str | None, facts: Mapping[str, Fact | None]) -> tuple[bool, str]:
    """Whether a firm with these facts is let in, and why, in Chinese and English.

    Pure; compiled expressions are kept. Conditions without an expression let the firm in and say that a person must
    read them. An expression that is unsound, meets an unknown field or fails keeps the firm out.
    """
    words, expression = split(conditions)
    if not expression:
        return True, f"须人工核对：{words} / to be read by a person" if words else "无条件 / no conditions"
    try:
        rules = _rules(expression)
    except OptionError as error:
        return False, str(error)
    failed = [why for rule in rules if (why := _fails(rule, facts))]
    return (False, "；".join(failed)) if failed else (True, f"满足 / meets {expression}")


def _fails(rule: _Rule, facts: Mapping[str, Fact | None]) -> str:
    """Why the rule keeps the firm out and how far off it is; empty where it lets the firm in."""
    unknown = [f for f in rule.fields if facts.get(f) is None]
    if unknown:
        return f"缺少信息 / unknown {', '.join(unknown)}: {rule.source}"
    try:
        answer = rule.program.execute({f: facts[f] for f in rule.fields})
    except Exception as error:  # whatever the expression runs into, the firm stays out
        return f"无法判断 / cannot be decided: {rule.source} ({type(error).__name__})"
    if answer is True:
        return ""
    limit = _LIMIT.match(rule.source)
    value = facts[limit.group(1)] if limit else None
    if limit is None or not isinstance(value, (int, float)):
        return f"不满足 / not met: {rule.source}"
    gap = abs(float(limit.group(3)) - value)
    return f"不满足 / not met: {rule.source}（现值 {value:g}，差 {gap:g} / off by {gap:g}）"


@lru_cache(maxsize=4096)
def _rules(expression: str) -> tuple[_Rule, ...]:
    if not expression:
        return ()
    bare = _TEXT.sub("''", expression)
    if len(expression) > LONGEST or _depth(bare) > DEEPEST:
        raise OptionError(
            f"the condition is longer than {LONGEST} or nested deeper than {DEEPEST} / 条件过长或嵌套过深"
        )
    call = next((c for c in _CALL.findall(bare) if not re.match(r"in\s*\(", c)), None)
    if call:
        raise OptionError(
            f"the condition calls {call.rstrip('( ')}; only comparisons are allowed / 条件中不能调用函数"
        )
    _compile(expression)  # the whole must be sound before its parts are looked at
    return tuple(_compile(part) for part in _conjuncts(expression))


def _compile(source: str) -> _Rule:
    try:
        program: Any = cel.compile(source)
        names: list[str] = program.variables()
    except Exception as error:
        raise OptionError(f"the condition cannot be read / 条件无法解析: {source[:80]}") from error
    return _Rule(source.strip(), program, tuple(sorted(names)))


def _depth(bare: str) -> int:
    deepest = depth = 0
    for mark in bare:
        depth += (mark in "([{") - (mark in ")]}")
        deepest = max(deepest, depth)
    return max(deepest, bare.count("!") // 2, bare.count("?"))


def _conjuncts(expression: str) -> list[str]:
    """The parts joined by && at the top, so that the one that fails can be named; the whole where || or ? is there."""
    masked = _TEXT.sub(lambda m: "x" * len(m.group()), expression)
    cuts, depth, start = list[str](), 0, 0
    for i, mark in enumerate(masked):
        depth += (mark in "([{") - (mark in ")]}")
        if depth == 0 and (masked.startswith("||", i) or mark == "?"):
            return [expression]
        if depth == 0 and masked.startswith("&&", i):
            cuts.append(expression[start:i])
            start = i + 2
    return [*cuts, expression[start:]]
