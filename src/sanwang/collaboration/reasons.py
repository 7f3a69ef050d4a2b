"""Why a pair fits or does not, in words, from the two records and the tables and nothing else.

What stands between “ ” is quoted: it is in one of the two records, character for character.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sanwang.collaboration.conflicts import admitted, against, compared
from sanwang.collaboration.figures.compare import Comparison, shown
from sanwang.collaboration.tokenise import language, words
from sanwang.region import Region
from sanwang.region.geography import actor_places, distance_km
from sanwang.schema import word_for
from sanwang.study.marks import marked

Row = Mapping[str, Any]

SHOWN_TERMS = 6

SHOWN_FIGURES = 4
"""Wanted figures a reason goes through: the first ones a firm writes are the ones it cares about."""

SHOWN_MISSING = 2

Kind = Literal["agree", "conflict", "unsure", "short", "missing", "note"]


@dataclass(frozen=True)
class Reason:
    """One thing that agrees, conflicts, falls short or is missing, in words, with what it quotes of each record.

    A conflict, what is to be checked and what falls short begin with their sign (see ``study.marks``).
    """

    kind: Kind
    said: str
    need_quote: str = ""
    achievement_quote: str = ""


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
    return ("；" if lang == "zh" else "; ").join(r.said for r in explain(base, need, achievement, lang))


def explain(base: Grounds, need: Row, achievement: Row, lang: str) -> list[Reason]:
    """What agrees, what conflicts and what is missing to tell, one Reason each."""
    zh = lang == "zh"
    if "nda" in (need.get("openness"), achievement.get("openness")):
        return [Reason("note", "保密，内容签约后可见" if zh else "confidential: contents after signing")]
    found = [Reason("note", _terms(base, need, achievement, zh)), *excluded(need, achievement, zh)]
    found += admits(need, achievement, zh)
    found += figures(need, achievement, zh)
    short = _short(need, "trl_required", achievement, "trl")
    found.append(_verdict(_trl(need, achievement, zh), short, lang))
    found.append(_verdict(_price(need, achievement, zh), _short(achievement, "ask", need, "budget"), lang))
    notes = (
        _distance(base, need, achievement, zh),
        _ties(base, need, achievement, zh),
        _open(achievement, zh),
    )
    found += [Reason("note", said) for said in notes]
    return [r for r in found if r.said]


def _verdict(said: str, short: bool, lang: str) -> Reason:
    """A level or price that does or does not reach: development, a pilot or finance may make it up."""
    return Reason("short", marked("short", said, lang)) if short else Reason("agree", said)


def _short(asks: Row, column: str, has: Row, other: str) -> bool:
    """Whether more is asked than there is; False where either is not said."""
    wanted, given = asks.get(column), has.get(other)
    return wanted is not None and given is not None and wanted > given


def figures(need: Row, achievement: Row, zh: bool) -> list[Reason]:
    """The wanted figures of the need, each beside the achievement's figure of the same thing."""
    found = [_figure(one, zh) for one in compared(need, achievement)]
    told = [r for kind in ("conflict", "agree", "unsure") for r in found if r.kind == kind][:SHOWN_FIGURES]
    return told + [r for r in found if r.kind == "missing"][:SHOWN_MISSING]


def _figure(one: Comparison, zh: bool) -> Reason:
    asked = one.wanted.clause
    if one.offered is None:
        said = (
            f"缺少指标：成果中未见可与“{asked}”相比的数值"
            if zh
            else f"missing: no figure comparable with “{asked}”"
        )
        return Reason("missing", said, asked)
    given = one.offered.clause
    if one.verdict == "unsure":
        said = (
            f"需求“{asked}”，成果“{given}”，是否同一指标"
            if zh
            else f"need “{asked}”, result “{given}”: the same figure or not"
        )
        return Reason("unsure", marked("unsure", said, "zh" if zh else "en"), asked, given)
    bounds = f"{shown(one.wanted)} ↔ {shown(one.offered)}"
    verdict = {"agree": ("指标满足", "figure met"), "conflict": ("指标不符", "figure not met")}[one.verdict]
    if zh:
        said = f"{verdict[0]}：需求“{asked}”，成果“{given}”（{bounds}）"
    else:
        said = f"{verdict[1]}: need “{asked}”, result “{given}” ({bounds})"
    mark = "conflict" if one.verdict == "conflict" else ""
    return Reason(one.verdict, marked(mark, said, "zh" if zh else "en"), asked, given)


def excluded(need: Row, achievement: Row, zh: bool) -> list[Reason]:
    """What the need does not want and the result offers all the same."""
    return [
        Reason(
            "conflict",
            marked("conflict", f"需求排除：需求“{a.excluded.quote}”，成果“{a.clause}”", "zh")
            if zh
            else marked(
                "conflict", f"excluded by the need: need “{a.excluded.quote}”, result “{a.clause}”", "en"
            ),
            a.excluded.quote,
            a.clause,
        )
        for a in against(need, achievement)
    ]


def admits(need: Row, achievement: Row, zh: bool) -> list[Reason]:
    """What the result says of itself that it does not reach, and the need asks for."""
    return [
        Reason(
            "conflict",
            marked("conflict", f"成果自述达不到：需求“{a.asked}”，成果“{a.clause}”", "zh")
            if zh
            else marked(
                "conflict", f"the result says it falls short: need “{a.asked}”, result “{a.clause}”", "en"
            ),
            a.asked,
            a.clause,
        )
        for a in admitted(need, achievement)
    ]


def shared_terms(base: Grounds, need: Row, achievement: Row) -> list[str]:
    """Words both texts have, the rarest among achievements first."""
    left = set(words(f"{need.get('title') or ''} {need.get('text') or ''}"))
    right = set(words(f"{achievement.get('title') or ''} {achievement.get('abstract') or ''}"))
    common = [w for w in left & right if len(w) > 1]
    return sorted(common, key=lambda w: (-math.log1p(base.size / (1 + base.documents.get(w, 0))), w))


def _terms(base: Grounds, need: Row, achievement: Row, zh: bool) -> str:
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
