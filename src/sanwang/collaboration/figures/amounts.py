"""Amounts in a text: numbers with their unit and bounds, exactly where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sanwang.collaboration.figures.units import GIVEN, UNIT, either, same_dimension

_FULL = "０１２３４５６７８９．，％／（）：；＝＋－＜＞～∼﹣–—―−‑‐﹤﹥Ф"
_PLAIN = "0123456789.,%/():;=+-<>~~------<>Φ"
_NARROW = str.maketrans(_FULL[: len(_PLAIN)], _PLAIN)

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"": 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8}

_LATIN = (
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?![\d])(?:\.\d+)?(?:\s?[×xX*]\s?10\^?-?\d+)?|\d+\.\d+"
)
_HAN = r"[零〇一二两三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?"
_BOUND = GIVEN["bound"]
_LEAST = either(_BOUND["least_before"])
_MOST = either(_BOUND["most_before"])
_REACHED = either([*_BOUND["reached_up"], *_BOUND["reached_down"]])
_CHANGE = either([*_BOUND["change_up"], *_BOUND["change_down"]])
_AFTER = either([*_BOUND["least_after"], *_BOUND["most_after"]])
_ABOUT = (
    r"(?:约为|大约|大概|约|近|将近|接近|为|是|在|至|到|了|仅|仅为|只有|高达|每|[:： ,\t=]"
    r"|φ|Φ|Ф|ф|Ra|pH|PH|HRC|HRB|HRA|HB|HV)"
)

_NUMBER = re.compile(
    rf"(?P<sign>±|(?<![A-Za-z\d)%℃°年月日])-|零下|负)?(?P<value>{_LATIN}|{_HAN})"
    rf"(?P<scale>十万|百万|千万|亿|万|千(?!米|克|瓦|帕|伏|牛|焦|卡|分)|百(?!分))?"
    rf"[ ]?(?P<more>余|多|几)?[ ]?(?P<scale2>万|亿)?[ ]?(?P<unit>{UNIT})?(?P<more2>余|多)?"
)
_RANGE = re.compile(
    r"\s*(?:-{1,3}|~|至|到|－|—|或更大但小于|[≤<]\s*(?P<scale>HB|HRC|HV|HRA)?\s*[≤<])"
    r"\s*(?=[±φΦФ\-]{0,3}[\d一二三四五六七八九十])"
)
_PLUSMINUS = re.compile(r"\s*±\s*(?=\d)")
_SAME = re.compile(
    r"(?:\s*±\s*\d+(?:\.\d+)?)?\)?"
    rf"\s*(?:(?:[、,，和与及或/]|\s)\s*\(?[\d.±\s、,，和与及或()~\-]*?\d[ ]?|(?<=\)))\)?(?P<unit>{UNIT})"
)
_FRACTION = re.compile(rf"(?P<parts>[百千万])分之(?P<share>{_HAN}|{_LATIN})")
_TENTHS = re.compile(
    r"(?P<tenth>[一二两三四五六七八九])成(?P<half>[一二三四五六七八九半])?(?=[，,。；;、\s以左多]|$)"
)
YEAR = re.compile(r"(?:19|20)\d\d$")


@dataclass(frozen=True)
class Amount:
    """Bounds in a written unit, and where the words stand: number at ``at``, all that belongs to it ``start``–``end``.

    ``side`` is "up" or "down" where the words say which way is wanted or reached (达到, 降至), ``change`` "up by",
    "down by" or "to" where they state a change; ``marked`` where a word or sign of a bound stands beside it.
    """

    low: float | None
    high: float | None
    unit: str
    at: int
    start: int
    end: int
    side: str = ""
    change: str = ""
    marked: bool = False


def plain(text: str) -> str:
    """The text with full-width signs made narrow, character for character."""
    return text.translate(_NARROW)


def amounts(text: str) -> list[Amount]:
    """The amounts of a text in order; a number with neither unit nor bound is none."""
    said = plain(text)
    found: list[Amount] = []
    at = 0
    while (match := _next(said, at)) is not None:
        one, at = _read(said, match)
        if one is not None:
            found.append(one)
    return found


def _next(said: str, at: int) -> re.Match[str] | None:
    """The next number, fraction or tenth from a position."""
    hits = [m for p in (_NUMBER, _FRACTION, _TENTHS) if (m := p.search(said, at))]
    return min(hits, key=lambda m: (m.start(), -m.end()), default=None)


def _read(said: str, match: re.Match[str]) -> tuple[Amount | None, int]:
    if match.re is _FRACTION:
        value = number(match["share"])
        share = {"百": "%", "千": "‰", "万": "%"}[match["parts"]]
        scale = 0.01 if match["parts"] == "万" else 1.0
        return _bounded(said, match.start(), match.end(), value, None, share, scale), match.end()
    if match.re is _TENTHS:
        half = {"半": 5}.get(match["half"] or "", _DIGITS.get(match["half"] or "零", 0))
        value = float(10 * _DIGITS[match["tenth"]] + half)
        return _bounded(said, match.start(), match.end(), value, None, "%", 1.0), match.end()
    return _number(said, match)


def _number(said: str, match: re.Match[str]) -> tuple[Amount | None, int]:
    first, unit, end = _value(match), _unit(said, match), match.end()
    if _is_code(said, match) or first is None:
        return None, max(match.start("value") + len(match["value"]), match.start() + 1)
    if unit == "" and match["unit"]:
        end = match.start("unit")
    span = _RANGE.match(said, end)
    other = _NUMBER.match(said, _skip(said, span.end())) if span else None
    last = _value(other) if other else None
    wide = _unit(said, other) if other else ""
    if other and span and last is not None and _one_range(match, other, unit, wide):
        wide = wide or span["scale"] or ""
        end = other.end() if wide or not other["unit"] else other.start("unit")
        first, last = _scaled(first, last, match, other)
        return _bounded(said, match.start(), end, first, last, wide or unit or _later(said, end), 1.0), end
    spread = _PLUSMINUS.match(said, end)
    if spread and (other := _NUMBER.match(said, spread.end())) and (half := _value(other)) is not None:
        wide = _unit(said, other)
        unit = wide or unit or _later(said, other.end())
        if unit:
            made = _bounded(said, match.start(), other.end(), first - half, first + half, unit, 1.0)
            return made, other.end()
    unit = unit or _later(said, end)
    made = _bounded(said, match.start(), end, first, None, unit, 1.0)
    if made and (match["more"] or match["more2"]):
        made = replace(made, high=None)
    if made and match["sign"] == "±":
        made = replace(made, low=-abs(first), high=abs(first))
    return made, end


def _skip(said: str, at: int) -> int:
    while at < len(said) and said[at] in "φΦФф":
        at += 1
    return at


def _one_range(one: re.Match[str], other: re.Match[str], unit: str, wide: str) -> bool:
    """Whether two numbers are the ends of one range: of one dimension, and no sign that turns up in between."""
    if other["sign"] and not one["sign"]:
        return False
    return not (unit and wide) or same_dimension(unit.rstrip("?"), wide.rstrip("?"))


def _scaled(first: float, last: float, one: re.Match[str], other: re.Match[str]) -> tuple[float, float]:
    """1-3万: both ends take the scale of the last; ±3-±4: the wider of both."""
    scale = _SCALES[other["scale"] or ""] * _SCALES[other["scale2"] or ""]
    if scale > 1 and not one["scale"] and not one["scale2"] and abs(first) < abs(last):
        first = first * scale
    if one["sign"] == "±":
        wide = max(abs(first), abs(last))
        return -wide, wide
    return min(first, last), max(first, last)


def _value(match: re.Match[str]) -> float | None:
    value = number(match["value"])
    if value is None:
        return None
    value *= _SCALES[match["scale"] or ""] * _SCALES[match["scale2"] or ""]
    return -value if match["sign"] in ("-", "零下", "负") else value


def _unit(said: str, match: re.Match[str]) -> str:
    """The unit as written; none where a Latin word goes on, or where Chinese numerals make no amount (一种)."""
    unit = match["unit"] or ""
    end = match.end("unit")
    if unit and unit[-1].isascii() and unit[-1].isalpha() and re.match(r"[A-Za-z]", said[end : end + 1]):
        return ""
    if unit == "度":
        return _degrees(said, match.start(), end)
    if not unit and (match["scale"] or match["scale2"]) in ("万", "亿"):
        return (
            "" if re.match(r"[\w]", said[end : end + 1]) and said[end : end + 1] not in "左以元的" else "元?"
        )
    return unit


_DEGREES = (
    ("kWh", re.compile(r"电|能耗|耗能|用能")),
    ("℃", re.compile(r"温|热|冷|冻|烧|火|煮|烘|烤|炉|熔")),
    ("°", re.compile(r"角|倾|旋|弯|偏|转|坡|视场|方位")),
)


def _degrees(said: str, start: int, end: int) -> str:
    """What 度 is of, by the words of its clause; 度 itself where they do not say."""
    clause = re.split(r"[。；;\n]", said[max(0, start - 30) : start])[-1] + said[end : end + 3]
    hits = [(max(m.start() for m in p.finditer(clause)), unit) for unit, p in _DEGREES if p.search(clause)]
    return max(hits)[1] if hits else "度"


def _later(said: str, end: int) -> str:
    """The unit that a list gives once, at its end: 10、20和30℃."""
    found = _SAME.match(said, end)
    return found["unit"] if found else ""


def _is_code(said: str, match: re.Match[str]) -> bool:
    """Digits inside a name (PA66, 2-甲基, GB/T 4754), a date, an article (一种) or a numbered heading."""
    start, end = match.start("value"), match.end()
    value, unit = match["value"], match["unit"] or ""
    before, after = said[max(0, start - 12) : start], said[end : end + 8]
    if not value[0].isdigit():
        return _is_word(said, match)
    if re.search(r"[A-Za-z_.]$", before) and not re.search(
        r"(?:^|[^A-Za-z])(?:Ra|Rz|pH|PH|HRC|HB|HV|HRA|T|D|d)$", before
    ):
        return True
    if re.search(r"(?:GB|ISO|IATF|JB|DB|T|No\.?|第|专利号|编号|ZL|[A-Za-z]-)\s?[/\dA-Z.-]*-?$", before):
        return True
    if YEAR.match(value) and unit in ("年", "") and not match["scale"]:
        return True
    if unit in ("月", "日") or (unit == "分" and re.match(r"之|析|散|离|子|布|类|级|别|钟", after)):
        return True
    if (
        unit == ""
        and not match["scale"]
        and re.match(r"[-,']?\d?['′]?[-‐]?[\u4e00-\u9fff]{0,3}(?:基|烯|醇|酸|酮|醛)", after)
    ):
        return True
    return bool(
        re.match(r"[、.)）](?!\d)", after) and not unit and re.search(r"(?:^|[\s。;；,，:：(（])$", before)
    )


_LOOSE = re.compile(r"[一二两三四五六七八九]{2}")
_ARTICLES = frozenset("种个些般定次起样直切步旦方面体点类项条部级层道对代级元位分米天日年月周")


def _is_word(said: str, match: re.Match[str]) -> bool:
    """Chinese numerals that are words: 一种, 第三, 统一, 十分."""
    value, unit = match["value"], match["unit"] or ""
    before = said[max(0, match.start("value") - 2) : match.start("value")]
    if before[-1:] in ("第", "统", "唯", "单", "同", "任", "某", "每", "周", "之") or not (
        unit or match["scale"] or match["scale2"]
    ):
        return True
    if value == "零" or (unit in GIVEN["opaque"]["count"] and len(value) == 1 and not match["scale"]):
        return True
    if value in ("一", "百", "千", "十") and (unit == "" or unit in _ARTICLES) and not match["scale"]:
        return not re.search(r"[每达约近]$", before)
    return unit in ("分", "月", "日", "方", "点", "级", "代", "次", "位", "元", "周") and len(value) == 1


def number(said: str) -> float | None:
    """The value of a figure in digits or Chinese numerals (九点五, 一百二十); None for what is no figure."""
    bare = said.replace(",", "").replace(" ", "")
    power = re.fullmatch(r"(\d+(?:\.\d+)?)[×xX*]10\^?(-?\d+)", bare)
    if power:
        return float(power[1]) * 10.0 ** int(power[2])
    if re.fullmatch(r"\d+(\.\d+)?", bare):
        return float(bare)
    if _LOOSE.search(bare.partition("点")[0]):
        return None  # 三四十, 两三: between two figures, said loosely
    whole, _, rest = bare.partition("点")
    total, digit = 0, 0
    for sign in whole:
        if sign in _TENS:
            total, digit = total + max(digit, 1) * _TENS[sign], 0
        elif sign in _DIGITS:
            digit = digit * 10 + _DIGITS[sign] if total == 0 else _DIGITS[sign]
        else:
            return None
    return float(f"{total + digit}.{''.join(str(_DIGITS[c]) for c in rest) or 0}")


_PRE = re.compile(
    rf"(?:(?P<reached>{_REACHED})|(?P<change>{_CHANGE}))?(?:了|约|至|到)?{_ABOUT}*"
    rf"(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))?{_ABOUT}*$"
)
_POST = re.compile(rf"\s*(?:左右)?\s*(?P<after>{_AFTER})(?![外])")
_PREFIX = re.compile(r"(?P<scale>HRC|HRB|HRA|HB|HV)[≥≤<>= ]*$")
_MONEY = re.compile(r"(?:资|经费|费用|预算|投入|收入|产值|利税|利润|成本|销售额|价|元)[^，,。；;]*$")


def _bounded(
    said: str, start: int, end: int, first: float | None, last: float | None, unit: str, scale: float
) -> Amount | None:
    if first is None:
        return None
    first, last = first * scale, None if last is None else last * scale
    head = said[max(0, start - 24) : start]
    pre = _PRE.search(head)
    words = pre.groupdict() if pre else {}
    begin = start - (len(head) - pre.start()) if pre else start
    post = _POST.match(said, end)
    after = post["after"] if post else ""
    prefix = _PREFIX.search(head)
    if not unit and prefix:
        unit = prefix["scale"]
    if unit == "元?":
        unit = "元" if _MONEY.search(head) else ""
    marked = bool(words.get("least") or words.get("most") or after)
    if not unit and not marked and not _stated(said, start, end):
        return None
    low: float | None = first
    high: float | None = first if last is None else last
    if (last is None and unit) or last is None:
        low, high = _sides(first, words, after)
    reached = words.get("reached") or ""
    change = "to" if reached.endswith(("到", "至")) and reached != "达到" else ""
    change = change or _changed(words.get("change") or "")
    side = "up" if reached in _BOUND["reached_up"] else "down" if reached in _BOUND["reached_down"] else ""
    return Amount(low, high, unit, start, begin, post.end() if post else end, side, change, marked)


def _stated(said: str, start: int, end: int) -> bool:
    """A bare number that is stated of something: 系数为6.35, pH在8."""
    before = re.search(r"(?:为|是|达|达到|=|:|在|pH|PH)\s?$", said[max(0, start - 4) : start])
    return bool(
        before
        and re.match(r"[，,。；;、)和]|\s|$", said[end : end + 1])
        and said[start].isdigit()
        and not re.search(r"(?:19|20)\d\d$", said[start:end])
    )


def _sides(first: float, words: dict[str, str | None], after: str) -> tuple[float | None, float | None]:
    if after in _BOUND["least_after"] or words.get("least"):
        return first, None
    if after in _BOUND["most_after"] or words.get("most"):
        return None, first
    return first, first


def _changed(word: str) -> str:
    if word in _BOUND["change_up"]:
        return "up by"
    return "down by" if word in _BOUND["change_down"] else ""
