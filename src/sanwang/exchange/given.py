"""What is given with a step: its fields read by their types, and what of it the event may tell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, cast

from sanwang.errors import OptionError
from sanwang.exchange.clock import iso_day
from sanwang.exchange.process import Transition, spoken, words
from sanwang.exchange.tables.base import canonical
from sanwang.exchange.tiers import TIERS

LONGEST = 20_000
"""Characters of one text."""

ROWS = 200_000
"""Rows of one table."""


def read(t: Transition, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a step, checked. Raises OptionError for a field that is unknown, missing or of another type."""
    known = {f.name for f in t.data}
    for name in data:
        if name not in known:
            raise OptionError(
                f"{t.en} does not ask for {name}; it asks for {', '.join(known) or 'nothing'}",
                f"“{t.zh}”不需要 {name}；需要 {'、'.join(known) or '无'}",
            )
    found: dict[str, Any] = {}
    for asked in t.data:
        value = data.get(asked.name)
        if value is None or value == "":
            if asked.required:
                raise _wrong(asked.name, "is missing", "未填写")
            continue
        found[asked.name] = _TYPES[words("fields")[asked.name]["type"]](asked.name, value)
    return found


def told(t: Transition, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the event says of the data: values declared open, of all others only the digest."""
    open_ = {f.name for f in t.data if f.open}
    return {n: v if n in open_ else {"sha256": digest(v)} for n, v in data.items()}


def digest(value: object) -> str:
    """SHA-256 of a value's canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _wrong(name: str, en: str, zh: str) -> OptionError:
    return OptionError(
        f"{spoken('fields', name, 'en')} ({name}) {en}", f"{spoken('fields', name, 'zh')}（{name}）{zh}"
    )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise _wrong(name, f"must be text of at most {LONGEST} characters", f"须为不超过 {LONGEST} 字的文字")
    return value.strip()


def _short(name: str, value: object) -> str:
    text = _text(name, value)
    if len(text) > 200:
        raise _wrong(name, "is too long", "过长")
    return text


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise _wrong(name, "must be a whole number, not negative", "须为非负整数")
    return value


def _day(name: str, value: object) -> str:
    read = iso_day(value)
    if read is None:
        raise _wrong(name, f"is {value!r}, which is no date", f"为 {value!r}，不是日期")
    return read.isoformat()


def _map(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or len(canonical(value)) > 20 * LONGEST:
        raise _wrong(name, "must be names with values", "须为名称与值")
    return dict(cast("Mapping[str, Any]", value))


def _list(name: str, value: object) -> list[str]:
    if not isinstance(value, list | tuple) or len(cast("list[object]", value)) > 200:
        raise _wrong(name, "must be a list", "须为列表")
    return [_short(name, one) for one in cast("list[object]", value)]


def _table(name: str, value: object) -> list[dict[str, Any]]:
    """Rows of a table: names with plain values or lists of texts; what each must hold its own step says."""
    rows = cast("list[object]", value) if isinstance(value, list) else []
    if not 1 <= len(rows) <= ROWS or not all(isinstance(one, Mapping) for one in rows):
        raise _wrong(name, f"must be 1 to {ROWS} rows of names with values", f"须为 1 至 {ROWS} 行名称与值")
    return [dict(cast("Mapping[str, Any]", one)) for one in rows]


def _amounts(name: str, value: object) -> list[int]:
    """Amounts, two at least."""
    if not isinstance(value, list | tuple) or not 2 <= len(cast("list[object]", value)) <= 200:
        raise _wrong(name, "must be two to two hundred amounts", "须为 2 至 200 个金额")
    return [_whole(name, one) for one in cast("list[object]", value)]


def _code(name: str, value: object) -> str:
    if value not in words("reasons"):
        known = ", ".join(words("reasons"))
        raise _wrong(name, f"is {value!r}; one of {known}", f"为 {value!r}，应为 {known} 之一")
    return str(value)


def _tier(name: str, value: object) -> str:
    if value not in TIERS:
        raise _wrong(
            name, f"is {value!r}; one of {', '.join(TIERS)}", f"为 {value!r}，应为 {'、'.join(TIERS)} 之一"
        )
    return str(value)


def _yes(name: str, value: object) -> bool:
    if value is not True:
        raise _wrong(name, "must be confirmed", "须确认")
    return True


def _yesno(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "must be yes or no", "须为是或否")
    return value


_TYPES: Mapping[str, Callable[[str, object], Any]] = {
    "text": _text,
    "id": _short,
    "digest": _short,
    "int": _whole,
    "money": _whole,
    "day": _day,
    "row": _map,
    "map": _map,
    "list": _list,
    "amounts": _amounts,
    "table": _table,
    "code": _code,
    "tier": _tier,
    "yes": _yes,
    "yesno": _yesno,
}
