"""Zones that GB/T 2260 does not list: national new areas, development zones, science cities and parks, towns known by
their own name; each with the division that contains it and the source. And groups of provinces (京津冀)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sanwang.standards import places

GROUPS: dict[str, tuple[str, ...]] = {
    "京津冀": ("110000", "120000", "130000"),
    "长三角": ("310000", "320000", "330000", "340000"),
    "京津": ("110000", "120000"),
    "沪苏浙皖": ("310000", "320000", "330000", "340000"),
    "江浙沪": ("310000", "320000", "330000"),
    "粤港澳": ("440000", "810000", "820000"),
    "粤港澳大湾区": (
        "440100",
        "440300",
        "440400",
        "440600",
        "440700",
        "441200",
        "441300",
        "441900",
        "442000",
        "810000",
        "820000",
    ),
    "大湾区": (
        "440100",
        "440300",
        "440400",
        "440600",
        "440700",
        "441200",
        "441300",
        "441900",
        "442000",
        "810000",
        "820000",
    ),
    "东北三省": ("210000", "220000", "230000"),
    "成渝": ("500000", "510000"),
    "川渝": ("500000", "510000"),
}
"""Names of groups of divisions → their codes."""

_PART = re.compile(
    r"(?:国家级?|省级)?(?:高新技术产业开发区|经济技术开发区|高新技术开发区|经济开发区|高新区|经开区|开发区|保税区|综保区|工业园区?|"
    r"产业园区?|科技园区?|产业基地|新区|园区|新城|示范区|自贸区|[一-鿿]{1,8}(?:街道|镇|乡|村|路|大道|街|道|园|基地|社区).*|市区|城区|市辖区)$"
)


@dataclass(frozen=True)
class Zone:
    """A zone: its name, the code of the division that contains it, its kind and where this is said."""

    name: str
    code: str
    kind: str
    source: str


@cache
def _zones() -> dict[str, Zone]:
    text = (files("sanwang.standards") / "data" / "zones.csv").read_text(encoding="utf-8")
    found: dict[str, Zone] = {}
    for row in csv.DictReader(text.splitlines()):
        zone = Zone(row["name"], row["code"], row["kind"], row["source"])
        for name in (row["name"], *filter(None, row["other_names"].split(";"))):
            found[name.casefold()] = zone
    return found


def zone(text: str) -> Zone | None:
    """The zone of a name, with or without the names of the divisions around it (天津泰达, 河北雄安新区); None
    if unknown."""
    folded = text.strip().casefold().replace(" ", "")
    if found := _zones().get(text.strip().casefold()) or _zones().get(folded):
        return found
    for name, found in sorted(_zones().items(), key=lambda item: -len(item[0])):
        if folded.endswith(name) and len(name) > 1 and _around(folded.removesuffix(name), found.code):
            return found
    return None


def _around(outer: str, code: str) -> bool:
    """Whether a name is that of a division around the code."""
    outer = outer.rstrip("·,，-(（ ")
    where = places.resolve(outer)
    return where.code is not None and where.code in (code, *places.ancestors(code))


def part_of(text: str) -> tuple[str, str] | None:
    """The division in front and the rest, where the rest is a kind of zone, street or town that no table
    lists (苏州市高新区)."""
    for cut in range(len(text) - 1, 1, -1):
        outer, rest = text[:cut], text[cut:].strip("()（） ·,，-")
        found = places.resolve(outer)
        if found.status == "current" and found.code and _PART.fullmatch(rest):
            return found.code, rest
    return None


def nearest(text: str, limit: int = 3) -> tuple[str, ...]:
    """Names of divisions and zones most like a text that is none."""
    import difflib

    names = [*places.known_names(), *(z.name for z in _zones().values())]
    return tuple(dict.fromkeys(difflib.get_close_matches(text, names, n=limit, cutoff=0.5)))
