"""The unit of a column, decided once from its heading, its values, the other columns and the notes, or left
to be asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sanwang.schema import Field
from sanwang.sources.cells import amounts, figures
from sanwang.sources.cells.numerals import plain, says_nothing
from sanwang.sources.cells.parse import Unit
from sanwang.sources.raw import Cell

_MONEY = (
    (
        re.compile(
            r"(?:10k|10,000|10 000|ten thousand|万)\s*(?:rmb|cny|yuan)|(?:rmb|cny|yuan)\s*(?:10k|"
            r"10,000|10 000|in 10k|×?\s*10\^?4)|万元|(?<![百千十亿])万(?!美|欧|港|日|卡|人|件|个|"
            r"家|户|次|吨|台|套|平)"
        ),
        10**4,
    ),
    (
        re.compile(
            r"百万元|百万|(?:rmb|cny|yuan)\s*(?:m|mn|mio|million)\b|(?:m|mn|million)\s*(?:rmb|cny|yuan)"
        ),
        10**6,
    ),
    (re.compile(r"千万元"), 10**7),
    (re.compile(r"亿元|亿(?!美)|100 ?million (?:yuan|rmb|cny)"), 10**8),
    (
        re.compile(
            r"千元|(?:rmb|cny|yuan)\s*(?:k|thousand|'000|000s|1,000)\b|(?:k|thousand)\s*(?:rmb|cny|yuan)"
        ),
        10**3,
    ),
)
_YUAN = re.compile(r"元|(?<![a-z])(?:yuan|rmb|cny)(?![a-z])|[¥￥]|\brmb\b")
_FEN = re.compile(r"[(\[]?\s*(?:分|fen)\s*[)\]]?$")
_NOTE_UNIT = re.compile(
    r"(?:金额|资金|货币|计价|价格|收费|费用)?\s*(?:计量)?单位\s*(?:均)?(?:[::为是]|\s)\s*(?:人民币)?[(\[]?\s*(?P<u1>百万元|千万元|万元|千元|亿元|元)|"
    r"以\s*(?:人民币)?\s*(?P<u2>百万元|千万元|万元|千元|亿元|元)\s*(?:为|计|作)|"
    r"(?:金额|资金|价格|费用|投入|报价|额度|数字|钱)[^。;；,，]{0,12}?(?:均|都|按|用|是|为|以)\s*(?:人民币)?\s*(?P<u3>百万元|千万元|万元|千元|亿元|元|万)(?!\d)|"
    r"(?P<u4>(?:all\s+)?(?:money|amounts?|figures|prices?|budgets?|values?|"
    r"costs?)\b[^.;]{0,30}?\b(?:in|are)\s+[^.;]{2,28})",
    re.I,
)
_SPAN_NOTE = re.compile(
    r"(?:lead ?time|duration|term|周期|期限|交期|工期|时间)[^。.;；]{0,16}?(?:in|以|按|"
    r"单位[::为]?)\s*(?P<u>months?|weeks?|days?|years?|个月|月|天|日|周|年)",
    re.I,
)
_ROW_UNIT = re.compile(r"单位\s*[::为]?\s*(?P<u>百万元|千万元|万元|千元|亿元|元)")
_PERCENT_NOTE = re.compile(
    r"(?:费率|利率|比例|rate)[^。.;；]{0,14}(?:均为|都是|按|为|in)\s*(?:百分数|百分比|%|per ?cent)", re.I
)
_UNIT_WORDS = {
    "元": 1,
    "千元": 10**3,
    "万元": 10**4,
    "万": 10**4,
    "百万元": 10**6,
    "千万元": 10**7,
    "亿元": 10**8,
    "亿": 10**8,
}
PLAUSIBLE = {
    "budget": (20_000, 10**8),
    "value": (20_000, 10**10),
    "ask": (20_000, 10**9),
    "price": (20_000, 10**8),
    "setup": (20_000, 10**9),
    "ticket_min": (20_000, 10**9),
    "ticket_max": (20_000, 10**10),
}
"""Field → a median in yuan that bare numbers may have where no unit is given: below the first it is as likely 万元."""

JUMP = 500
"""A bare number this many times the middle of its column makes no sense in the column's unit."""


@dataclass(frozen=True)
class Decided:
    """A column's unit, where it was taken from, and what must be asked."""

    unit: Unit
    source: str = ""
    asks: tuple[str, ...] = ()


def heading_money(heading: str) -> int | None:
    """The yuan of one unit that a heading names; None where it names none."""
    text = re.sub(r"(?<![a-z])wan(?![a-z])", "万元", plain(heading).casefold())
    without_foreign = amounts.FOREIGN.sub(
        " ", re.sub(r"(?:万|亿|百万|千)?(?:美元|美金|欧元|港币|港元|日元|英镑)", " ", text)
    )
    for pattern, yuan in _MONEY:
        if pattern.search(without_foreign):
            return yuan
    return 1 if _YUAN.search(without_foreign) else None


def foreign_heading(heading: str) -> str:
    """The code of another currency in which a heading says that the whole column is; empty where it does not."""
    text = plain(heading).casefold()
    found = amounts.FOREIGN.search(re.sub(r"带.{0,6}", " ", text))
    return found.lastgroup or "" if found and heading_money(heading) is None else ""


def note_money(notes: Iterable[str]) -> int | None:
    """The unit that a note above or below the table gives for all amounts; None where none or several do."""
    found: set[int] = set()
    for note in notes:
        for match in _NOTE_UNIT.finditer(plain(note).casefold()):
            said = next(filter(None, match.groups()))
            unit = _UNIT_WORDS.get(said) or heading_money(said)
            found |= {unit} if unit else set()
    return found.pop() if len(found) == 1 else None


def money(
    field: Field, heading: str, cells: Sequence[Cell], notes: Sequence[str], own: bool, by_row: bool = False
) -> Decided:
    """The unit of a column of amounts. ``own`` tells that the heading is the schema's own (yuan by its definition);
    ``by_row`` that another column gives the unit of each row."""
    stated = [
        s for c in cells if (s := amounts.amount(c)) is not None and s.kind not in ("blank", "open", "free")
    ]
    asks: list[str] = []
    if any(s.currency or s.kind == "marked" for s in stated):
        asks.append("currency")
    if currency := foreign_heading(heading):
        return Decided(Unit(yuan=None), f"currency:{currency}", ("currency",))
    tops = [s.high if s.high is not None else s.low for s in stated if not s.written and not s.currency]
    numbers = sorted(abs(top) for top in tops if top is not None)
    yuan, source = _declared(field, heading, notes, own)
    if yuan is None and not by_row and numbers:
        yuan, source = _inferred(field, numbers, stated)
        if source == "column":
            return _by_others(yuan or 1, numbers, stated, asks)
    if yuan is None and (by_row or not numbers):
        yuan, source = (1, "row" if by_row else "")
    if yuan is None:
        return Decided(Unit(yuan=None), "", (*asks, "unit"))
    odd = _odd(numbers, yuan) if not by_row else None
    return Decided(Unit(yuan=yuan, odd=odd), source, (*asks, *(["size"] if odd is not None else [])))


def _declared(field: Field, heading: str, notes: Sequence[str], own: bool) -> tuple[int | None, str]:
    said = heading_money(heading)
    if said is not None:
        return said, "heading"
    noted = note_money(notes)
    if noted is not None:
        return noted, "note"
    return (1, "schema") if own else (None, "")


def _inferred(
    field: Field, numbers: Sequence[Decimal], stated: Sequence[amounts.Amount]
) -> tuple[int | None, str]:
    """The unit that other cells of the column are written in, where it fits the bare numbers; else plain yuan
    where large."""
    middle = numbers[len(numbers) // 2]
    written = [s for s in stated if s.written and not s.currency]
    scales = Counter(s.scale for s in written if s.scale > 1)
    if scales and (best := scales.most_common(1)[0])[1] >= max(2, 0.6 * len(written)):
        usual = sorted((s.high or s.low or Decimal(1)) for s in written)[len(written) // 2]
        fits = [n for n in numbers if _fits(n, best[0], usual)]
        if len(fits) >= 0.5 * len(numbers):
            return best[0], "column"
    floor = PLAUSIBLE.get(field.name, (None, None))[0]
    if floor is not None:
        return (1, "size") if numbers[0] >= 1000 and middle >= floor else (None, "")
    return (
        (1, "size")
        if field.name == "price"
        or numbers[0] >= 1000
        or (
            any(n != n.to_integral_value() and -int(n.as_tuple().exponent) == 2 for n in numbers)
            and middle > 500
        )
        else (None, "")
    )


def _fits(bare: Decimal, scale: int, usual: Decimal) -> bool:
    """Whether a bare number is of the column's size in its unit, and is not as plain yuan."""
    return usual / 100 <= bare * scale <= usual * 100 and bare < usual / 50


def _by_others(
    yuan: int, numbers: Sequence[Decimal], stated: Sequence[amounts.Amount], asks: Sequence[str]
) -> Decided:
    """The unit the other cells are written in; bare numbers that do not suit it stay unknown and are asked about."""
    written = sorted((s.high or s.low or Decimal(1)) for s in stated if s.written and not s.currency)
    usual = written[len(written) // 2]
    strange = [n for n in numbers if not _fits(n, yuan, usual)]
    small = [n for n in strange if n <= max((x for x in numbers if x not in strange), default=Decimal(0))]
    if small:
        return Decided(Unit(yuan=None), "", (*asks, "unit"))
    odd = min(strange) if strange else None
    return Decided(
        Unit(yuan=yuan, odd=odd, odd_is_yuan=False), "column", (*asks, *(["unit"] if strange else []))
    )


def _odd(numbers: Sequence[Decimal], yuan: int) -> Decimal | None:
    """From which bare number on a column makes no sense in its unit (450,000 among 40 and 80 万元)."""
    if len(numbers) < 2 or yuan == 1:
        return None
    middle = numbers[(len(numbers) - 1) // 2]
    far = [n for n in numbers if middle and n >= middle * JUMP and n >= 1000]
    return min(far) if far and len(far) < 0.5 * len(numbers) else None


def row_unit(cells: Iterable[Cell]) -> bool:
    """Whether a column holds the unit of money of each row (元, 万元)."""
    words = [plain(c) for c in cells if not says_nothing(c)]
    return bool(words) and all(
        w in _UNIT_WORDS or w in ("RMB", "CNY", "USD", "美元", "万美元", "欧元") for w in words
    )


def unit_word(cell: Cell) -> int | None:
    """The yuan of a unit written in a cell of its own; None where it is none."""
    return None if says_nothing(cell) else _UNIT_WORDS.get(plain(cell))


def remark_unit(cell: Cell) -> int | None:
    """The yuan of a unit that a remark names (单位：元/卡时); None where it names none."""
    match = _ROW_UNIT.search(plain(cell)) if isinstance(cell, str) else None
    return _UNIT_WORDS[match["u"]] if match else None


def span(field: Field, heading: str, cells: Sequence[Cell], notes: Sequence[str], own: bool) -> Decided:
    """The unit of time of bare numbers: the heading's, a note's, that of other cells of the column, or to be asked."""
    if match := re.search(r"(?:几|多少)个?(年|月|天|周)", plain(heading)):
        return Decided(Unit(days=figures.DAYS[match[1]]), "heading")
    inside = re.findall(r"[(\[]([^)\]]*)[)\]]", plain(heading)) or [plain(heading)]
    for word, days in sorted(figures.DAYS.items(), key=lambda item: -len(item[0])):
        if (len(word) > 1 and any(re.search(rf"(?<![a-z]){word}(?![a-z])", t, re.I) for t in inside)) or any(
            t.strip() == word for t in inside
        ):
            return Decided(Unit(days=days), "heading")
    for note in notes:
        if match := _SPAN_NOTE.search(plain(note)):
            return Decided(Unit(days=figures.DAYS[match["u"].casefold()]), "note")
    usual = figures.DAYS["天" if field.unit == "days" else "个月"]
    texts = [plain(c).casefold() for c in cells if not says_nothing(c)]
    bare = [t for t in texts if re.fullmatch(r"[\d.]+(?:\s*(?:-|~|～|–|—|至|到|to)\s*[\d.]+)?", t)]
    if own or not bare:
        return Decided(Unit(days=usual), "schema" if own else "")
    months = sum(bool(re.search(r"个?月|month", t)) for t in texts)
    other = sum(bool(re.search(r"年|周|天|日|week|year|day|季", t)) for t in texts)
    largest = max((float(x) for t in bare for x in re.findall(r"[\d.]+", t)), default=0.0)
    if months and (months >= other or largest > 10):
        return Decided(Unit(days=usual), "column")
    return Decided(Unit(days=None), "", ("unit",))


def share(field: Field, heading: str, cells: Sequence[Cell], notes: Sequence[str]) -> Decided:
    """Whether bare numbers of a column of shares are per cent."""
    said = plain(heading)
    bare = [
        abs(float(t)) for c in cells if not says_nothing(c) and re.fullmatch(r"[+-]?\d*\.?\d+", t := plain(c))
    ]
    if "%" in said or "百分" in said:
        # Excel shows 0.15 as 15%: where every number is small, the heading's % may already be in them.
        if bare and max(bare) <= 1 and len(bare) > 1:
            return Decided(Unit(percent=None), "heading", ("unit",))
        return Decided(Unit(percent=True), "heading")
    noted = any(_PERCENT_NOTE.search(plain(n)) for n in notes)
    return Decided(Unit(percent=None), "note" if noted else "")


def count(field: Field, heading: str) -> Decided:
    """The factor of bare counts: 项/月 in a column that is meant per year is twelve times as much."""
    said = plain(heading).casefold()
    per_year = field.unit.endswith("/year")
    times = 12 if per_year and re.search(r"/\s*月|每月|per month|monthly|月(?:均|产|承接|服务)", said) else 1
    times = 4 if per_year and re.search(r"/\s*季|每季|per quarter|quarterly", said) else times
    times *= 10**4 if re.search(r"[(\[]\s*万(?!元)", said) else 1
    return Decided(Unit(times=times), "heading" if times > 1 else "")
