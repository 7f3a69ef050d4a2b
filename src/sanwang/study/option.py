"""Options that know how to be read from text or a Python value, and what they are called in both languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanwang.errors import OptionError

Reader = Callable[[object], object]


class Unreadable(ValueError):
    """A value an option cannot be; says what is wanted, in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


@dataclass(frozen=True)
class OptionType:
    """One way of reading a value: its name in the API, the placeholder in help, and the reader."""

    name: str
    metavar: str
    read: Reader


@dataclass(frozen=True)
class Option:
    """What an option is called and how it is read; stands in a study's signature as ``Annotated[type, Option(…)]``.

    ``many`` takes several values (repeated on the command line, a sequence in Python). ``names`` are further spellings
    on the command line.
    """

    zh: str
    en: str
    type: OptionType | None = None
    many: bool = False
    names: tuple[str, ...] = ()
    argument: bool = False


def value_of(name: str, option: Option, given: object) -> Any:  # noqa: ANN401 - the type is the option's own
    """The value an option stands for. Raises OptionError naming the option, what was met and what was wanted."""
    kind = option.type
    assert kind is not None
    try:
        if not option.many:
            return kind.read(given)
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise Unreadable("several values are wanted: a list", "应为多个值（列表）")
        return tuple(kind.read(one) for one in given)
    except Unreadable as error:
        spelled = "--" + name.replace("_", "-")
        raise OptionError(f"{spelled} {given!r}: {error.en}", f"{spelled} {given!r}：{error.zh}") from error


def money(low: int = 0) -> OptionType:
    """An amount as people type it (``300万``, ``5万元``, ``1,200元``, ``1.5亿``); in Python also whole fen."""

    def read(given: object) -> int:
        from sanwang.sources.cells import money_of

        if isinstance(given, bool | float):
            raise Unreadable(
                "write the amount with its unit, such as '300万' or '50000元'; a whole number is taken as fen",
                "请写明金额单位，如 '300万' 或 '50000元'；整数按分理解",
            )
        fen = given if isinstance(given, int) else _typed_money(str(given), money_of)
        if fen < low:
            raise Unreadable(f"at least {low} fen is wanted", f"不得小于 {low} 分")
        return fen

    return OptionType("money", "300万", read)


def _typed_money(text: str, money_of: Callable[[Any], Any]) -> int:
    if re.fullmatch(r"\s*[\d,.]+\s*", text):
        raise Unreadable(
            f"the unit is missing: {text}万 or {text}元?", f"缺少单位：是 {text}万 还是 {text}元？"
        )
    value, fault = money_of(text)
    if not isinstance(value, int) or (fault is not None and fault.severity == "error"):
        raise Unreadable("an amount such as 300万 or 50000元 is wanted", "应为金额，如 300万、50000元")
    return value


def share(low: float = 0.0, high: float = 1.0) -> OptionType:
    """A share of one: ``0.3`` or ``30%``."""

    def read(given: object) -> float:
        text = str(given).strip()
        try:
            value = float(text.rstrip("%％")) / (100 if text[-1:] in "%％" and text else 1)
        except ValueError:
            value = float("nan")
        if isinstance(given, bool) or not low <= value <= high:
            raise Unreadable(
                f"a share between {low:g} and {high:g} is wanted, such as 0.3 or 30%",
                f"应为 {low:g} 到 {high:g} 之间的份额，如 0.3 或 30%",
            )
        return value

    return OptionType("share", "30%", read)


def whole(low: int | None = None, high: int | None = None) -> OptionType:
    """A whole number within bounds."""

    def read(given: object) -> int:
        try:
            value = int(given) if isinstance(given, str) else given
        except ValueError:
            value = None
        if isinstance(value, bool) or not isinstance(value, int) or not _within(value, low, high):
            raise Unreadable(*_range_words("a whole number", "整数", low, high))
        return value

    return OptionType("whole", "N", read)


def real(low: float | None = None, high: float | None = None) -> OptionType:
    """A number within bounds."""

    def read(given: object) -> float:
        try:
            value = float(given) if isinstance(given, str | int | float) else float("nan")
        except ValueError:
            value = float("nan")
        if isinstance(given, bool) or value != value or not _within(value, low, high):
            raise Unreadable(*_range_words("a number", "数", low, high))
        return value

    return OptionType("number", "X", read)


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _range_words(en: str, zh: str, low: float | None, high: float | None) -> tuple[str, str]:
    if low is None and high is None:
        return f"{en} is wanted", f"应为{zh}"
    if high is None:
        return f"{en} of at least {low:g} is wanted", f"应为不小于 {low:g} 的{zh}"
    return f"{en} from {low or 0:g} to {high:g} is wanted", f"应为 {low or 0:g} 到 {high:g} 的{zh}"


def choice(*words: str) -> OptionType:
    """One of a closed list of words, exactly: an unknown word is never taken for a known one."""

    def read(given: object) -> str:
        if not isinstance(given, str) or given not in words:
            raise Unreadable(f"one of {', '.join(words)} is wanted", f"应为 {'、'.join(words)} 之一")
        return given

    return OptionType("choice", "|".join(words), read)


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise Unreadable("a text is wanted", "应为文字")
    return given


def _flag(given: object) -> bool:
    if not isinstance(given, bool):
        raise Unreadable("True or False is wanted", "应为 True 或 False")
    return given


def _path(given: object) -> Path:
    if not isinstance(given, str | Path):
        raise Unreadable("the path of a file is wanted", "应为文件路径")
    return Path(given)


def _day(given: object) -> dt.date:
    if isinstance(given, dt.datetime):
        return given.date()
    if isinstance(given, dt.date):
        return given
    try:
        return dt.date.fromisoformat(str(given).strip())
    except ValueError as error:
        raise Unreadable("a day such as 2026-03-01 is wanted", "应为日期，如 2026-03-01") from error


def _month(given: object) -> str:
    """A month as 2026-12, from that, from 2026年12月, or from a date."""
    match = re.fullmatch(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*月?\s*|-\d{1,2})", str(given))
    if not match or not 1 <= int(match[2]) <= 12:
        raise Unreadable("a month such as 2026-12 is wanted", "应为月份，如 2026-12")
    return f"{match[1]}-{int(match[2]):02d}"


def _years(given: object) -> range:
    """Consecutive years: ``2026-2030``, ``2026``, or a range."""
    if isinstance(given, range) and given.step == 1 and len(given):
        return given
    match = re.fullmatch(r"\s*(\d{4})(?:\s*[-–—~至到]\s*(\d{4}))?\s*", str(given))
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if isinstance(given, tuple | list) or first > last:
        raise Unreadable(
            "consecutive years such as '2026-2030' or range(2026, 2031) are wanted",
            "应为连续年份，如 '2026-2030' 或 range(2026, 2031)",
        )
    return range(first, last + 1)


def _place(given: object) -> str:
    """The GB/T 2260 code of a place given by name or code (two digits stand for a province)."""
    from sanwang.standards import places

    text = str(given).strip()
    if re.fullmatch(r"\d{2}|\d{4}", text):
        text = text.ljust(6, "0")
    if places.place(text) is not None:
        return text
    found = places.resolve(text)
    if found.code is not None:
        return found.code
    names = [p.name for c in found.candidates[:5] if (p := places.place(c))]
    raise Unreadable(
        f"no place of this name or code is known{'; did you mean ' + ', '.join(names) if names else ''}",
        f"没有这个地名或代码{'；是否指 ' + '、'.join(names) if names else ''}",
    )


TEXT = OptionType("text", "TEXT", _text)
FLAG = OptionType("flag", "", _flag)
FILE = OptionType("file", "FILE", _path)
DAY = OptionType("day", "2026-03-01", _day)
MONTH = OptionType("month", "2026-12", _month)
YEARS = OptionType("years", "2026-2030", _years)
PLACE = OptionType("place", "PLACE", _place)
