"""Whether a wanted and an offered figure may be compared at all, and if so what comes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sanwang.collaboration.figures.names import head, is_verb, qualifier
from sanwang.collaboration.figures.reading import Figure
from sanwang.collaboration.figures.units import in_unit, measured, same_dimension
from sanwang.collaboration.tokenise import words

Verdict = Literal["agree", "conflict", "unsure", "missing"]

_GENERAL = frozenset(
    [
        "实测",
        "实际",
        "测得",
        "要求",
        "最大",
        "最小",
        "最高",
        "最低",
        "平均",
        "总",
        "整体",
        "综合",
        "实际",
        "额定",
        "产品",
        "系统",
        "技术",
        "设备",
        "装置",
        "材料",
        "研究",
        "开发",
        "应用",
        "方法",
        "工艺",
        "性能",
        "关键",
        "一种",
        "制备",
        "及其",
    ]
)
"""Words that do not tell one property or object from another."""

_EVERYWHERE = frozenset(
    ["成功率", "识别率", "转化率", "回收率", "合格率", "准确率", "直线度", "使用寿命", "利用率", "检出率"]
)


@dataclass(frozen=True)
class Comparison:
    """One wanted figure beside the offered one, if there is one, and what may be said of the two."""

    wanted: Figure
    offered: Figure | None
    verdict: Verdict
    hard: bool = False
    """Whether the wish states a bound: a contradiction of it is a conflict and not a matter of taste."""


def comparisons(
    need: Sequence[Figure], result: Sequence[Figure], need_title: str, result_title: str
) -> list[Comparison]:
    """Each wish of a need beside the nearest offer of a result. Other roles are never compared.

    A wish for which the result only holds amounts of its dimension that may or may not be of the same thing is left
    out: neither a comparison nor "missing" would be true.
    """
    wishes = [f for f in need if f.role == "wish" and f.property]
    offers = [f for f in result if f.role == "offer" and f.property]
    found = (_one(w, offers, need, result, need_title, result_title) for w in wishes)
    return [f for f in found if f is not None]


def _one(
    wanted: Figure,
    offers: Sequence[Figure],
    need: Sequence[Figure],
    result: Sequence[Figure],
    need_title: str,
    result_title: str,
) -> Comparison | None:
    near = [(_nearness(wanted, o), -place) for place, o in enumerate(offers) if _of_one_kind(wanted, o)]
    best = max(near, default=(0, 0))
    hard = wanted.low is None or wanted.high is None or wanted.low != wanted.high or bool(wanted.side)
    if best[0] == 0:
        beside = [f for f in result if f.role != "offer" and _of_one_kind(wanted, f) and _nearness(wanted, f)]
        general = _is_general(head(wanted.property))
        beside = [f for f in beside if not general or _one_object(wanted, f, need_title, result_title)]
        if beside:
            return Comparison(wanted, beside[0], "unsure", hard)
        alike = [
            f
            for f in result
            if f.role in ("offer", "condition")
            and _of_one_kind(wanted, f)
            and head(f.property) != head(wanted.property)
        ]  # 跟踪误差 is not 建图误差: with the same head it is another property for sure
        return _otherwise_named(
            wanted, [o for o in alike if _one_object(wanted, o, need_title, result_title)], hard
        )
    offered = offers[-best[1]]
    together = _one_object(wanted, offered, need_title, result_title)
    if not together and _is_general(head(wanted.property)):
        return Comparison(wanted, None, "missing", hard)
    sure = best[0] == 2 and together and _same_terms(wanted, offered, need, result)
    verdict = judge(wanted, offered) if sure else "unsure"
    if verdict == "conflict" and is_verb(wanted.property):
        verdict = "unsure"  # 检出≥0.1 mm: whether a smaller one is less or more is not in the words
    return Comparison(wanted, offered, "unsure" if verdict == "missing" else verdict, hard)


def _otherwise_named(wanted: Figure, offers: Sequence[Figure], hard: bool) -> Comparison | None:
    """An offer of the same thing and unit in a clause that names it: to be checked (单包≤15 min, 单包拆解 11 min).

    None where of the same thing the unit alone is shared. Shares and counts are of everything: their unit says nothing.
    """
    missing = Comparison(wanted, None, "missing", hard)
    if (said := measured(wanted.unit)) in (None, "", "percent") or said.startswith("own_count"):
        return missing
    named = _pairs(wanted.property) | _pairs(wanted.object)
    for offer in offers:
        if named & (_pairs(offer.clause) | _pairs(offer.object)):
            return Comparison(wanted, offer, "unsure", hard)
    return None if offers else missing


def _is_general(name: str) -> bool:
    """误差, 时间, 成功率: a head that everything has, so that one object's figure says nothing of another's."""
    return len(name) <= 2 or name in _EVERYWHERE


def _of_one_kind(wanted: Figure, offered: Figure) -> bool:
    return (
        same_dimension(wanted.unit, offered.unit)
        and _by(wanted) == _by(offered)
        and wanted.negated == offered.negated
    )


def _by(one: Figure) -> bool:
    return one.change in ("up by", "down by")


def _nearness(wanted: Figure, offered: Figure) -> int:
    """2: the same head noun and property words; 1: the same head noun or most of the words; 0: another property."""
    if head(wanted.property) != head(offered.property):
        return 0
    left, right = qualifier(wanted.property), qualifier(offered.property)
    if left and right and not set(left) & set(right):
        return 0  # 跟踪误差, 建图误差
    extra_left = _said(left) - _said(offered.property) - _said(offered.object) - _said(offered.clause)
    extra_right = _said(right) - _said(wanted.property) - _said(wanted.object) - _said(wanted.clause)
    return 1 if extra_left or extra_right else 2


def _one_object(wanted: Figure, offered: Figure, need_title: str, result_title: str) -> bool:
    """Whether both figures are of one thing: their objects share a word, or stand in the other's title."""
    left, right = _pairs(wanted.object), _pairs(offered.object)
    need, result = _pairs(need_title), _pairs(result_title)
    if left and right and left & right:
        return True
    if left or right:
        met = (left & result) or (right & need) or (need & result)
        return bool(met) or not (need or result)
    return bool(need & result) or not (need and result)


def _same_terms(wanted: Figure, offered: Figure, need: Sequence[Figure], result: Sequence[Figure]) -> bool:
    """Whether the conditions a wish is under are not other ones than the offer's."""
    asked = [f for f in need if f.role == "condition" and _beside(f, wanted)]
    given = [f for f in result if f.role == "condition" and _beside(f, offered)]
    for one in asked:
        like = [f for f in given if same_dimension(one.unit, f.unit)]
        if like and not any(_overlap(one, f) for f in like):
            return False
        if not like:
            return False
    return True


def _beside(one: Figure, other: Figure) -> bool:
    return abs(one.end - other.start) < 30 or abs(other.end - one.start) < 30


def _overlap(one: Figure, other: Figure) -> bool:
    low, high = in_unit(other.low, other.unit, one.unit), in_unit(other.high, other.unit, one.unit)
    above = one.low is None or high is None or high >= one.low
    return above and (one.high is None or low is None or low <= one.high)


@lru_cache(maxsize=50_000)
def _said(text: str) -> frozenset[str]:
    return frozenset(w for w in words(text) if len(w) > 1 and w not in _GENERAL and not re.search(r"\d", w))


@lru_cache(maxsize=50_000)
def _pairs(name: str) -> frozenset[str]:
    """The pairs of neighbouring Chinese characters of a name and its Latin words, less those of general words."""
    parts = re.split("|".join(sorted(_GENERAL, key=len, reverse=True)), name)
    found = {
        p[i : i + 2]
        for part in parts
        for p in re.findall(r"[\u3400-\u9fff]+", part)
        for i in range(len(p) - 1)
    }
    return frozenset(found) | {w.casefold() for w in re.findall(r"[A-Za-z]{3,}", name)}


def judge(wanted: Figure, offered: Figure) -> Verdict:
    """Whether what is offered keeps within what is wanted; both of one dimension and one property.

    A bare level with a word of direction (达到, 降至) is a bound on that side. Without one, whether more or less
    would be better is not in the words: a different level is ``missing``, that is, not told.
    """
    low = in_unit(offered.low, offered.unit, wanted.unit)
    high = in_unit(offered.high, offered.unit, wanted.unit)
    least, most = wanted.low, wanted.high
    if least is not None and least == most and wanted.side:
        least, most = (least, None) if wanted.side == "up" else (None, most)
    if least is not None and most is not None:
        inside = (low is None or low <= most) and (high is None or high >= least)
        within = low is not None and high is not None and least <= low and high <= most
        if least == most:
            return "agree" if inside and low == high else "missing"
        return "agree" if within else "conflict" if not inside else "missing"
    if least is not None:
        return _side(low, high, least, up=True)
    return _side(high, low, most or 0.0, up=False)


def _side(near: float | None, far: float | None, limit: float, up: bool) -> Verdict:
    """``near`` is the offer's own bound on the wanted side: all of the offer is inside if that is."""
    sign = 1.0 if up else -1.0
    if near is not None and sign * near >= sign * limit - 1e-9 * abs(limit):
        return "agree"
    if far is not None and sign * far < sign * limit:
        return "conflict"
    return "missing"


def shown(one: Figure) -> str:
    """The bounds and unit, as ``≥ 67 %``, ``8–15 吨``, ``≤ 3 %``."""
    unit = f" {one.unit}" if one.unit else ""
    low, high = one.low, one.high
    if low is not None and high is not None:
        return f"{_plain(low)}{unit}" if low == high else f"{_plain(low)}–{_plain(high)}{unit}"
    if low is None and high is None:
        return one.unit
    return f"≥ {_plain(low or 0.0)}{unit}" if low is not None else f"≤ {_plain(high or 0.0)}{unit}"


def _plain(value: float) -> str:
    """A number as people write it: 1200000 and not 1.2e+06."""
    return f"{value:.10g}" if 1e-4 <= abs(value) < 1e12 or value == 0 else f"{value:g}"
