"""Why a pair fits or does not, in words, from the two records and the tables and nothing else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanwang.collaboration.tokenise import language, words
from sanwang.region import Region
from sanwang.region.geography import actor_places, distance_km
from sanwang.schema import word_for

Row = Mapping[str, Any]

SHOWN_TERMS = 6


@dataclass(frozen=True)
class Grounds:
    """What reasons may draw on: rarity of words, where actors are, and who worked with whom."""

    documents: Mapping[str, int]
    size: int
    where: Mapping[str, Row]
    ties: Mapping[frozenset[str], int]


def grounds(region: Region) -> Grounds:
    """The grounds of a Region's reasons."""
    documents: Counter[str] = Counter()
    for title, body in region["achievements"].select("title", "abstract").iter_rows():
        documents.update(set(words(f"{title or ''} {body or ''}")))
    ties: Counter[frozenset[str]] = Counter()
    for a, b, count in region["ties"].select("a", "b", "count").iter_rows():
        ties[frozenset((a, b))] += count or 1
    where = {r["actor"]: r for r in actor_places(region).to_dicts()} if region.has("actors") else {}
    return Grounds(documents, region["achievements"].height, where, ties)


def reasons(base: Grounds, need: Row, achievement: Row, lang: str) -> str:
    """The reasons of one pair, joined by a semicolon."""
    zh = lang == "zh"
    found = [_terms(base, need, achievement, zh), _trl(need, achievement, zh), _price(need, achievement, zh)]
    found += [
        _distance(base, need, achievement, zh),
        _ties(base, need, achievement, zh),
        _open(achievement, zh),
    ]
    return ("；" if zh else "; ").join(filter(None, found))


def shared_terms(base: Grounds, need: Row, achievement: Row) -> list[str]:
    """Words both texts have, the rarest among achievements first."""
    left = set(words(f"{need.get('title') or ''} {need.get('text') or ''}"))
    right = set(words(f"{achievement.get('title') or ''} {achievement.get('abstract') or ''}"))
    common = [w for w in left & right if len(w) > 1]
    return sorted(common, key=lambda w: (-math.log1p(base.size / (1 + base.documents.get(w, 0))), w))


def _terms(base: Grounds, need: Row, achievement: Row, zh: bool) -> str:
    if achievement.get("openness") == "nda":
        return "保密成果，内容签约后可见" if zh else "confidential: contents after signing"
    common = shared_terms(base, need, achievement)[:SHOWN_TERMS]
    if common:
        return ("共同词：" + "、".join(common)) if zh else ("shared words: " + ", ".join(common))
    across = language(str(need.get("title"))) != language(str(achievement.get("title")))
    if across:
        return "跨语言语义相近，无共同词" if zh else "close in meaning across languages, no shared words"
    return "语义相近，无共同词" if zh else "close in meaning, no shared words"


def _trl(need: Row, achievement: Row, zh: bool) -> str:
    wanted, met = need.get("trl_required"), achievement.get("trl")
    if wanted is None or met is None:
        return ""
    if met >= wanted:
        return f"成熟度 {met} 达到要求 {wanted}" if zh else f"TRL {met} meets {wanted}"
    return (
        f"成熟度 {met} 低于要求 {wanted}，差 {wanted - met} 级"
        if zh
        else f"TRL {met}, {wanted - met} short of {wanted}"
    )


def _price(need: Row, achievement: Row, zh: bool) -> str:
    budget, ask = need.get("budget"), achievement.get("ask")
    if budget is None or ask is None:
        return ""
    price, limit, inside = f"{ask / 1e6:g}", f"{budget / 1e6:g}", ask <= budget
    if zh:
        return f"意向价格 {price} 万元，" + (f"在预算 {limit} 万元内" if inside else f"超出预算 {limit} 万元")
    return f"price {price} {'within' if inside else 'above'} budget {limit} (10,000 yuan)"


def _distance(base: Grounds, need: Row, achievement: Row, zh: bool) -> str:
    a, b = base.where.get(str(achievement.get("owner"))), base.where.get(str(need.get("actor")))
    if not a or not b or None in (a["lat"], b["lat"]):
        return ""
    km = float(distance_km(a["lat"], a["lon"], b["lat"], b["lon"]))
    return f"相距 {km:.0f} 公里" if zh else f"{km:.0f} km apart"


def _ties(base: Grounds, need: Row, achievement: Row, zh: bool) -> str:
    count = base.ties.get(frozenset((str(achievement.get("owner")), str(need.get("actor")))), 0)
    if not count:
        return ""
    return f"双方曾合作 {count} 次" if zh else f"worked together {count} times"


def _open(achievement: Row, zh: bool) -> str:
    tier = achievement.get("openness")
    if tier in (None, "public"):
        return ""
    return (
        f"公开程度：{word_for('openness', tier)}" if zh else f"openness: {word_for('openness', tier, 'en')}"
    )
