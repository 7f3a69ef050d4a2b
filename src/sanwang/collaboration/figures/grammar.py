"""Constructions that all but settle what an amount is said for, by the grammar of Chinese needs and abstracts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sanwang.collaboration.figures.amounts import Amount
from sanwang.collaboration.figures.context import Context

_WANTED = re.compile(r"希望|要求|需要|需求|目标|预期|力争|应|必须|拟|达到以下|不得|保证|确保|能够")
_TODAY = re.compile(r"目前|现在|现阶段|当前|现用|如今|原先|通常|一般")
_WORLD = re.compile(r"据统计|我国|全国|国内外?|全球|世界|在过去|近年|市场")
_HEAT_NAMED = re.compile(
    r"温度|温升|温差|耐温|耐热|耐高温|耐低温|熔点|沸点|闪点|凝点|温控|控温|精度|误差|软化点"
)
_KEPT = re.compile(
    r"(?:存储|储存|浸泡|循环|保温|放置|老化|搁置|充放|静置|试验|处理|反应|保持|运行|加热|煅烧|干燥|搅拌)[^一-龥，。；]{0,3}$"
)
_AGE = re.compile(r"^(?:周龄|日龄|月龄|C|级风)$")
_TIME = re.compile(r"^(?:h|min|s|d|天|日|月|个月|年|小时|个小时|分钟|秒|周)$")
_DONE = re.compile(
    r"^(?:之?内|里|期间|以内)?[^，。；]{0,4}(?:完成|实现|培育|建成|研发|研制|交付|开发|达产|投产|申请|取得)"
)
_SPENT = re.compile(r"(?:投入|投资|经费|预算|资金|费用|出资|报价|酬金)(?!产出)")
_EARNED = re.compile(r"收入|产值|利税|利润|销售|效益|产量")
_PRICE = re.compile(r"价格|售价|单价|市价|市场值|成本")
_TO = re.compile(r"^[^，。；]{0,6}(?:降|升|提|缩|减|增|改)[^，。；\d]{0,6}(?:至|到|为)")
_FROM = re.compile(r"(?:由|从)[^，。；]{0,14}$|原来[^，。；]{0,8}$")
_UNDER = re.compile(r"^[^，。；;、]{0,10}(?:条件下|情况下|工况下|环境下|的条件|的情况)")
_STANDS = re.compile(r"^(?:厚|长|宽|高|左右|以上|以下|级)?的[一-龥]{2}")
_RATED = re.compile(r"^(?:以上|以下)?(?:的)?(?:产品|样品|工件|零件|颗粒|节点|管段|企业|生产线|窑炉)")


SETTLED = {
    "from": "before",
    "temperature without a name": "condition",
    "age or rate": "condition",
    "under": "condition",
    "within a time": "condition",
    "done within": "budget",
    "spent": "budget",
    "today": "present",
    "priced": "background",
    "of the world": "background",
}
"""The role that a construction settles in a need, the surest first."""

_ANYWHERE = ("from", "temperature without a name", "age or rate", "under", "within a time")
_IN_RESULTS = ("time kept",)


def settled(found: Sequence[str], kind: str) -> str | None:
    """The role that the constructions settle, None where they leave it open."""
    known = {f.removeprefix("rule ") for f in found}
    if kind != "need" and known.intersection(_IN_RESULTS):
        return "condition"
    return next((r for n, r in SETTLED.items() if n in known and (kind == "need" or n in _ANYWHERE)), None)


def constructions(one: Amount, where: Context) -> list[str]:
    """The names of the constructions that an amount stands in."""
    said, before, after = where.said, where.before, where.after
    wanted, today = _last(_WANTED, said), _last(_TODAY, said)
    found = {
        "temperature without a name": _heat(one, where),
        "age or rate": bool(_AGE.search(one.unit)),
        "time kept": bool(_TIME.search(one.unit)) and bool(_KEPT.search(before)),
        "within a time": bool(_TIME.search(one.unit))
        and bool(re.match(r"之?[内后]", after))
        and not _DONE.search(after),
        "done within": bool(_TIME.search(one.unit)) and bool(_DONE.search(after)),
        "spent": _spent(one, where),
        "earned": "元" in one.unit and bool(_EARNED.search(before)),
        "priced": "元" in one.unit and bool(_PRICE.search(before)) and not _SPENT.search(before),
        "from": bool(_FROM.search(before)) and bool(_TO.search(after)),
        "under": bool(_UNDER.search(after)),
        "today": bool(_TODAY.search(before)) and not _WANTED.search(before),
        "today, not wanted": today > wanted,
        "wanted, not today": wanted > today,
        "of the world": _last(_WORLD, said) > wanted,
        "aside": bool(re.search(r"\d[^\d，。；]{0,6}[（(][^）)≥≤<>]*$", said)) and not one.marked,
        "describes": bool(_STANDS.search(after)) or bool(_RATED.search(after)),
        "marked under a wish": one.marked and where.heading == "wish",
        "exact under a wish": not one.marked and where.heading == "wish",
        "marked under none": one.marked and where.heading in ("", "method"),
        "owned": where.heading == "base",
    }
    return [f"rule {name}" for name, true in found.items() if true]


def _heat(one: Amount, where: Context) -> bool:
    """60℃满电存储, 在180℃下: a temperature that nothing measured is said of."""
    return one.unit in ("℃", "°C", "摄氏度") and not one.marked and not _HEAT_NAMED.search(where.before)


def _spent(one: Amount, where: Context) -> bool:
    near = where.before + where.after
    return (
        ("元" in one.unit or one.unit == "%")
        and bool(_SPENT.search(near))
        and not _EARNED.search(where.before)
    )


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(text)), default=-1)
