"""The language of prepaid money: outcomes under conditions over named facts, and the table of all that can happen.

A condition is CEL (Common Expression Language) cut down to what is closed and typed: the contract's facts, each true or
false; ``phase == 'open'``, ``'late'`` or ``'expired'``; ``&&``, ``||``, ``!``, brackets, ``true`` and ``false``. It
calls nothing and always ends. A contract is sound where in every phase and for all facts at most one outcome of a part
holds, and once it has expired exactly one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, cast

import cel

from sanwang.exchange.clock import iso_day

PHASES = ("open", "late", "expired")
FACTS_AT_MOST, PARTS_AT_MOST, OUTCOMES_AT_MOST, LONGEST = 6, 20, 12, 500
KINDS = ("milestone", "evidence", "purpose", "class")
"""What a fact is about: work accepted, a kind of evidence, the use of the money, the class of the payee."""
SIDES = ("funder", "provider")

Words = tuple[str, str]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_TOKEN = re.compile(r"\s*(phase\s*[!=]=\s*'(?:open|late|expired)'|&&|\|\||!|\(|\)|[a-z][a-z0-9_]*)")
_PLAIN = ("true", "false", "&&", "||", "!", "(", ")")


@dataclass(frozen=True)
class Line:
    """One line of the table: in this phase, with these facts true and no others, a part ends so, or waits (None)."""

    part: int
    phase: str
    facts: tuple[str, ...]
    outcome: str | None
    to_provider: int | None
    to_funder: int | None


def fault(contract: Mapping[str, Any]) -> Words | None:
    """The first thing wrong with a contract, in Chinese and English; None where it may be signed."""
    return _form(contract) or _parts(contract) or _sound(contract)


def _form(contract: Mapping[str, Any]) -> Words | None:
    if set(contract) != {"facts", "due_on", "expires_on", "purpose", "parts"}:
        return (
            "须有 facts、due_on、expires_on、purpose、parts",
            "facts, due_on, expires_on, purpose and parts are wanted",
        )
    due, end = iso_day(contract["due_on"]), iso_day(contract["expires_on"])
    if due is None or end is None or due >= end:
        return "到期日须早于失效日", "due_on must be before expires_on"
    facts = contract["facts"]
    if not isinstance(facts, Mapping) or not len(cast("Mapping[str, Any]", facts)) <= FACTS_AT_MOST:
        return f"事实至多 {FACTS_AT_MOST} 项", f"at most {FACTS_AT_MOST} facts"
    for name, said in cast("Mapping[str, Any]", facts).items():
        if not _NAME.fullmatch(name) or name in ("phase", "true", "false") or not _fact(said):
            return f"事实 {name} 有误：须写明 kind、by、zh、en", f"the fact {name} wants kind, by, zh and en"
    return None


def _fact(said: object) -> bool:
    if not isinstance(said, Mapping):
        return False
    it = cast("Mapping[str, object]", said)
    known = set(it) == {"kind", "by", "zh", "en"} and it["kind"] in KINDS and it["by"] in SIDES
    return known and all(isinstance(it[n], str) and it[n] for n in ("zh", "en"))


def _parts(contract: Mapping[str, Any]) -> Words | None:
    parts = contract["parts"]
    if not isinstance(parts, list) or not 1 <= len(cast("list[Any]", parts)) <= PARTS_AT_MOST:
        return f"须有 1 至 {PARTS_AT_MOST} 个部分", f"one to {PARTS_AT_MOST} parts are wanted"
    for part in cast("list[Any]", parts):
        if wrong := _part(part, set(contract["facts"])):
            return wrong
    return None


def _part(part: Any, facts: set[str]) -> Words | None:  # noqa: ANN401 - any JSON
    if not isinstance(part, Mapping) or set(cast("Mapping[str, Any]", part)) != {
        "name",
        "amount",
        "outcomes",
    }:
        return "每个部分须有 name、amount、outcomes", "a part wants name, amount and outcomes"
    it = cast("Mapping[str, Any]", part)
    if not _fen(it["amount"]) or not it["amount"]:
        return "每个部分的金额须大于零", "a part's amount must be above zero"
    outcomes = it["outcomes"]
    if not isinstance(outcomes, list) or not 1 <= len(cast("list[Any]", outcomes)) <= OUTCOMES_AT_MOST:
        return f"须有 1 至 {OUTCOMES_AT_MOST} 种结果", f"one to {OUTCOMES_AT_MOST} outcomes are wanted"
    named: set[str] = set()
    for one in cast("list[Any]", outcomes):
        if not isinstance(one, Mapping) or set(cast("Mapping[str, Any]", one)) != {
            "name",
            "when",
            "to_provider",
        }:
            return "每种结果须有 name、when、to_provider", "an outcome wants name, when and to_provider"
        said = cast("Mapping[str, Any]", one)
        if (
            said["name"] in named
            or said["name"] in ("refunded", "settled", "")
            or not isinstance(said["name"], str)
        ):
            return "结果名称重复或不可用", "an outcome's name is taken or cannot be used"
        named.add(said["name"])
        if not _fen(said["to_provider"]) or said["to_provider"] > it["amount"]:
            return "to_provider 须为不超过该部分的金额", "to_provider must be an amount of at most the part"
        if wrong := _condition(said["when"], facts):
            return wrong
    return None


def _fen(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _condition(text: object, facts: set[str]) -> Words | None:
    """What is wrong with a condition: it must be made of the closed language's words, and compile."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        return "条件须为文字", "a condition must be text"
    if re.search(r"[a-z0-9_']\s*\(", text):
        return "条件不能调用函数", "a condition calls nothing"
    spot = 0
    while text[spot:].strip():
        token = _TOKEN.match(text, spot)
        if token is None:
            return (
                f"条件中不能有 {text[spot:].strip()[:20]!r}",
                f"{text[spot:].strip()[:20]!r} is no part of the language",
            )
        word = token[1]
        if (
            not word.startswith("phase ")
            and not re.match(r"phase\s*[!=]", word)
            and word not in {*_PLAIN, *facts}
        ):
            return f"条件中的 {word} 不是所列事实", f"{word} is none of the facts"
        spot = token.end()
    try:
        answer: object = _program(text).execute({**dict.fromkeys(facts, False), "phase": "open"})
    except Exception:
        return f"条件无法读懂：{text[:60]}", f"the condition cannot be read: {text[:60]}"
    return (
        None
        if isinstance(answer, bool)
        else (f"条件不是真假：{text[:60]}", f"not true or false: {text[:60]}")
    )


@lru_cache(maxsize=4096)
def _program(text: str) -> Any:  # noqa: ANN401 - the library's own
    return cel.compile(text)


def evaluate(text: str, phase: str, facts: Mapping[str, bool]) -> bool:
    """Whether a condition holds in a phase, with every fact true or false."""
    return _program(text).execute({**facts, "phase": phase})


def holding(part: Mapping[str, Any], phase: str, facts: Mapping[str, bool]) -> list[Mapping[str, Any]]:
    """The outcomes of a part whose conditions hold: none or one in a sound contract, one once it has expired."""
    return [one for one in part["outcomes"] if evaluate(one["when"], phase, facts)]


def states(names: Sequence[str]) -> Iterator[tuple[str, dict[str, bool]]]:
    """Every phase with every assignment of the facts."""
    for phase in PHASES:
        for values in product((False, True), repeat=len(names)):
            yield phase, dict(zip(names, values, strict=True))


def _sound(contract: Mapping[str, Any]) -> Words | None:
    for number, part in enumerate(contract["parts"], 1):
        for phase, facts in states(sorted(contract["facts"])):
            found = [one["name"] for one in holding(part, phase, facts)]
            if len(found) > 1 or (phase == "expired" and not found):
                so = ", ".join(n for n, v in facts.items() if v) or "–"
                named = ", ".join(found) or "–"
                return (
                    f"第 {number} 部分在 {phase}、成立事实 {so} 时{'有两种结果' if found else '没有结果'}：{named}",
                    f"part {number} in phase {phase} with {so}: {'two outcomes' if found else 'no outcome'} ({named})",
                )
    return None


def table(contract: Mapping[str, Any]) -> list[Line]:
    """All that can happen: for every part, phase and set of facts the outcome with both amounts, or that it waits."""
    lines: list[Line] = []
    for number, part in enumerate(contract["parts"], 1):
        for phase, facts in states(sorted(contract["facts"])):
            found = holding(part, phase, facts)
            so = tuple(n for n, v in facts.items() if v)
            if found:
                got = int(found[0]["to_provider"])
                lines.append(Line(number, phase, so, found[0]["name"], got, part["amount"] - got))
            else:
                lines.append(Line(number, phase, so, None, None, None))
    return lines
