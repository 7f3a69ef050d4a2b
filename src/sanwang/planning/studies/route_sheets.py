"""Each route as a sheet that a committee can read: need, result, evidence, stations, money, months, who signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.collaboration.bands import band_words
from sanwang.collaboration.reasons import Grounds, explain, grounds
from sanwang.planning.choices import choices
from sanwang.planning.studies.amounts import sums
from sanwang.planning.studies.ends import steady
from sanwang.planning.studies.named import PARTS, name_routes
from sanwang.planning.studies.signing import contacts, signatures
from sanwang.planning.studies.timeline import stages, timeline
from sanwang.schema import KINDS, word_for
from sanwang.study.marks import marked, marks_in
from sanwang.study.sheet import Part, Sheet
from sanwang.study.table import written
from sanwang.study.words import say, word

if TYPE_CHECKING:
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, Row]]

OTHERS = 3
"""Next results of a need that a sheet names."""


@dataclass(frozen=True)
class _Desk:
    """What every sheet is written from."""

    region: Region
    lang: str
    rows: Rows
    names: Mapping[str, str]
    base: Grounds
    why: Mapping[tuple[str, str], Row]
    others: Mapping[str, list[Row]]
    taken: Mapping[str, str]
    given: Mapping[str, float]


def route_sheets(region: Region, plan: Plan, lang: str) -> list[Sheet]:
    """A sheet a route, in the plan's order."""
    if plan.routes.is_empty():
        return []
    kinds = ("needs", "achievements", "bases", "makers", "products", "factors", "actors")
    rows = {k: {str(r["id"]): r for r in region[k].drop_nulls("id").iter_rows(named=True)} for k in kinds}
    told = choices(region, plan.routes, lang).iter_rows(named=True)
    desk = _Desk(
        region, lang, rows, _actors(rows["actors"], lang), grounds(region),
        {(r["route"], r["side"]): r for r in told}, _candidates(plan),
        dict(plan.routes.select("achievement", "route").iter_rows()), _assumed(plan),
    )  # fmt: skip
    rows_ = name_routes(region, plan, lang).iter_rows(named=True)
    known = steady(plan)
    return [_sheet(desk, row, known[n] if known else "") for n, row in enumerate(rows_)]


def _actors(rows: Mapping[str, Row], lang: str) -> dict[str, str]:
    return {i: str((r["name_en"] if lang == "en" else None) or r["name"] or i) for i, r in rows.items()}


def _candidates(plan: Plan) -> dict[str, list[Row]]:
    """By need, the results that were not chosen for it, the best first."""
    if plan.matches is None:
        return {}
    chosen = plan.routes.select("need", "achievement")
    left = plan.matches.frame.join(chosen, on=["need", "achievement"], how="anti", maintain_order="left")
    left = left.filter(pl.col("need").is_in(chosen["need"].to_list())).sort(
        "need", "rank", maintain_order=True
    )
    found: dict[str, list[Row]] = {}
    for row in left.iter_rows(named=True):
        found.setdefault(row["need"], []).append(row)
    return found


def _assumed(plan: Plan) -> dict[str, float]:
    told: Any = plan.options.get("assumptions") or {}
    return {k: float(v["value"]) for k, v in told.items()}


def _sheet(desk: _Desk, route: Row, ends: str) -> Sheet:
    need = desk.rows["needs"].get(route["need"], {})
    result = desk.rows["achievements"].get(route["achievement"], {})
    base = desk.rows["bases"].get(route["base"] or "", {})
    maker = desk.rows["makers"].get(route["maker"] or "", {})
    lang = desk.lang
    months = timeline(stages(route, need, result, base, maker, desk.given), lang)
    parts = (
        _need(desk, route, need), _result(desk, route, result), _evidence(desk, need, result),
        _station(desk, route, "base"), _station(desk, route, "maker"), _money(desk, route),
        Part("months", say("part_months", lang), months), Part("sign", say("part_sign", lang), signatures(
            desk.rows, desk.names, route, lang)),
        Part("contact", say("part_contact", lang), contacts(desk.rows, desk.names, route, lang)),
        Part("others", say("part_others", lang), tuple(_others(desk, need, route["need"]))),
    )  # fmt: skip
    facts = (
        (word("columns", "worth", lang) + word("columns", "wan", lang), written(route["worth"], "money")),
        (say("fact_evidence", lang), band_words(route["match_score"], lang)),
        (say("fact_months", lang), months[-1] if months else ""),
        *([(say("fact_steady", lang), say(ends, lang))] if ends else []),
        (word("columns", "path", lang), route["path"]),
    )
    title = f"{route['need_name']} ← {_title(result, route['achievement_name'], lang)}"
    return Sheet(route["route"], title, facts, tuple(p for p in parts if p.lines or p.sums))


def _title(row: Row, title: str, lang: str) -> str:
    """The title with its translation behind it, where the table gives one."""
    other = row.get("title_zh" if lang == "zh" else "title_en")
    apart = "（{}）" if lang == "zh" else " ({})"
    return title + apart.format(other) if other and other != title else title


def _facts(kind: str, row: Row, keys: tuple[str, ...], lang: str) -> str:
    """Some fields of a row with their headings; what is not given is left out."""
    said = [
        f"{KINDS[kind].fields[k].label(lang)} {_shown(kind, k, row[k], lang)}" for k in keys if row.get(k)
    ]
    return ("；" if lang == "zh" else "; ").join(said)


def _shown(kind: str, key: str, value: Any, lang: str) -> str:  # noqa: ANN401 - a cell
    field = KINDS[kind].fields[key]
    if field.unit == "fen":
        return f"{written(value, 'money')} {word('units', 'fen', lang)}"
    if isinstance(value, list):
        told = [word_for("contract_type", v, lang) if key == "modes" else str(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
        return "、".join(told) if lang == "zh" else ", ".join(told)
    return value.isoformat() if isinstance(value, date) else str(value)


def _closed(row: Row) -> bool:
    return row.get("openness") == "nda"


def _texts(desk: _Desk, row: Row, *columns: str) -> list[str]:
    """The data's own words, a line each; one sentence in their place where they are under agreement."""
    if _closed(row):
        return [say("text_closed", desk.lang)]
    said = (str(row.get(c) or "").strip() for c in columns)
    return [line.strip() for text in said for line in text.splitlines() if line.strip()]


def _need(desk: _Desk, route: Row, row: Row) -> Part:
    lang = desk.lang
    who = (
        f"{route['need_name']} · {route['need_actor'] or say('nowhere', lang)} · {_city(route, 'need', lang)}"
    )
    facts = _facts("needs", row, ("trl_required", "budget", "value", "deadline"), lang)
    return Part("need", say("part_need", lang), (who, *_texts(desk, row, "text", "acceptance"), *filter(None, [facts])),
                quote=True)  # fmt: skip


def _result(desk: _Desk, route: Row, row: Row) -> Part:
    lang = desk.lang
    title = _title(row, route["achievement_name"], lang)
    who = f"{title} · {route['achievement_actor'] or say('nowhere', lang)} · {_city(route, 'origin', lang)}"
    facts = _facts("achievements", row, ("trl", "year", "ask", "modes", "licences"), lang)
    return Part("result", say("part_result", lang), (who, *_texts(desk, row, "abstract"), *filter(None, [facts])),
                quote=True)  # fmt: skip


def _city(route: Row, stop: str, lang: str) -> str:
    return str(route.get(f"{stop}_city") or say("nowhere", lang))


def _evidence(desk: _Desk, need: Row, result: Row) -> Part:
    if not need or not result:
        return Part("evidence", say("part_evidence", desk.lang))
    found = explain(desk.base, need, result, desk.lang)
    order = {"conflict": 0, "unsure": 1, "short": 2, "agree": 3, "missing": 4, "note": 5}
    lines = [r.said for r in sorted(found, key=lambda r: order[r.kind])]
    return Part("evidence", say("part_evidence", desk.lang), tuple(lines))


def _station(desk: _Desk, route: Row, side: str) -> Part:
    lang, label = desk.lang, say(f"part_{side}", desk.lang)
    told = desk.why.get((route["route"], side))
    if route[side] is None:
        return Part(side, label, (say("no_base" if side == "base" else "no_maker_here", lang),))
    name = f"{route[f'{side}_name']} · {_city(route, side, lang)}"
    if told is None:
        return Part(side, label, (name,))
    lines = [name, say("station_why", lang, band=word("bands", told["band"], lang), why=told["why"])]
    if told["band"] in ("weak", "none"):
        lines[1] = marked("unsure", lines[1], lang)
    if told["alternative"] is None:
        return Part(side, label, (*lines, say("station_alone", lang)))
    other = desk.rows[f"{side}s"].get(told["alternative"], {})
    shown = other.get("name") or desk.names.get(other.get("actor") or "") or told["alternative"]
    return Part(side, label, (*lines, say("station_other", lang, name=shown, why=told["alternative_why"])))


def _money(desk: _Desk, route: Row) -> Part:
    lang, keys = desk.lang, ("value", *PARTS, "worth")
    amounts = sums(route["value"], [route[p] for p in PARTS], route["worth"])
    shown = [(word("columns", k, lang), a) for k, a in zip(keys, amounts, strict=True)]
    lines = [say("sums_note", lang)]
    if route["product"] is not None:
        lines.append(
            say("financed", lang, product=route["product_name"], amount=written(route["principal"], "money"))
        )
    lines += _stops(route, lang)
    return Part("money", say("part_money", lang), tuple(lines), sums=tuple(r for r in shown if r[1] != "0.0"))


def _stops(route: Row, lang: str) -> Iterator[str]:
    """What has been paid if the route stops in each stage, and what its pilot is worth."""
    for stage in ("development", "pilot", "production"):
        lost = route.get(f"lost_{stage}")
        if lost is not None:
            yield say("stops_in", lang, stage=say(f"stops_{stage}", lang), amount=written(lost, "money"))
    if route.get("pilot_gain") is not None:
        gain, price = (written(route[c], "money") for c in ("pilot_gain", "base_cost"))
        yield say("pilot_adds", lang, gain=gain, price=price)


def _others(desk: _Desk, need: Row, name: str) -> Iterator[str]:
    """The next results of the need: band, owner, where else it is used, and what speaks against it."""
    lang = desk.lang
    for row in desk.others.get(name, [])[:OTHERS]:
        result = desk.rows["achievements"].get(row["achievement"], {})
        title = _title(result, str(result.get("title") or row["achievement"]), lang)
        said = say("other_result", lang, id=row["achievement"], title=title, band=band_words(row["score"], lang),
                   owner=desk.names.get(result.get("owner") or "", say("nowhere", lang)))  # fmt: skip
        if row["achievement"] in desk.taken:
            said += say("other_used", lang, route=desk.taken[row["achievement"]])
        against = (
            [r.said for r in explain(desk.base, need, result, lang) if marks_in(r.said)] if result else []
        )
        yield said
        yield from against
