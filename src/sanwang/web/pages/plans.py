"""Plans of a workspace: asked for by menus, looked at, vetoed and pinned, planned again, laid side by side."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import polars as pl
from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange import jobs
from sanwang.exchange.errors import NotFound
from sanwang.planning.compare import compare as beside
from sanwang.planning.studies import compare as compared
from sanwang.planning.studies.named import name_routes, path_words
from sanwang.planning.studies.plan import shown as words_of
from sanwang.planning.studies.route_sheets import route_sheets
from sanwang.report.markup import Markup
from sanwang.report.routes import mapped
from sanwang.report.tables import plain_table
from sanwang.study.marks import mark_of
from sanwang.study.registry import get
from sanwang.study.shown import Shown
from sanwang.study.words import money_words
from sanwang.study.words import word as label
from sanwang.web import sayings, spaces
from sanwang.web.answers import PLANS, Made, asked_of, claim_of, made, place_of, title_of
from sanwang.web.drawings import still
from sanwang.web.pages.jobs import as_python
from sanwang.web.pages.needs import why_of
from sanwang.web.render import page, to
from sanwang.web.scenarios import CHANGES, SHARES, TIMES, provinces, scenario_of
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said, value

router = APIRouter()

DRAWINGS = ("map", "flow")
"""Drawings of a plan's page: the map, and research, conversion and use as flows."""

TABLES = ("routes", "unmet", "stations", "costs", "gains", "bottlenecks", "one_more", "borders", "usage",
          "assumptions")  # fmt: skip
"""Tables of a plan that its page hands over."""

SIDES = ("achievement", "base", "maker", "product")
"""What of a route may be vetoed or pinned: each is a word on the need and that row."""

VETOES = ("capacity", "process", "price", "secrecy", "distance", "partner")
"""Why a route is not to be, as it may be said by one click; anything else is written."""


@router.get("/workspaces/{name}/plans")
def plans(v: Here, name: str) -> Response:
    """The person's plans of a workspace, and the menus for another."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    rows = [_line(v, r) for r in asked_of(v, name, PLANS)]
    able = region.has("achievements") and region.has("needs")
    table = table_of("plans", said("plans", v.lang), rows, v.lang, title="text", at="text", state="text", worth="real",
                     routes="int", unmet="int")  # fmt: skip
    return page(v, "plans", name=name, rows=rows, able=able, provinces=provinces(region, v.lang), times=TIMES,
                shares=SHARES, changes=CHANGES, fictional=region.fictional, take=[table] if rows else (),
                running=any(r["open"] for r in rows))  # fmt: skip


@router.post("/workspaces/{name}/plans")
def ask(v: Here, name: str) -> Response:
    """Ask for a plan under the scenario that the menus make."""
    who = v.signed_in()
    region = spaces.region_of(v.settings.folder, who, name)
    options = {"objective": "region"} if v.form.get("objective") == "region" else {}
    held: dict[str, Any] = {"workspace": name, "lang": v.lang, "options": options}
    if scenario := scenario_of(v.form, region):
        held["scenario"] = scenario
    get("plan").read(get("plan").dated(options, v.today))
    made_ = v.exchange.store.run(lambda tx: jobs.ask(tx, who, "plan", held, region.digest))
    return to(f"/workspaces/{name}/plans/{made_}")


@router.get("/workspaces/{name}/plans/{key}")
def plan(v: Here, name: str, key: str) -> Response:
    """A plan: while it is made, how far it is; then what moved, map and triangle, and its routes."""
    row = next((r for r in asked_of(v, name, PLANS) if r["id"] == key), None)
    if row is None:
        raise NotFound
    if row["state"] != "done":
        return page(v, "plan_wait", name=name, row=row, title=title_of(row), failed=row["words"] or "")
    one = made(v, name, key)
    shown, drawn = _told(_Of(one), v.lang)
    others = [_line(v, r) for r in asked_of(v, name, PLANS) if r["id"] != key and r["state"] == "done"]
    tables = [t for n in TABLES if (t := shown.table(n)) is not None and t.frame.height]
    return page(
        v, "plan", name=name, made=one, title=_name(v, one.job), shown=shown, drawings=drawn, others=others,
        routes=_routes(one, v.lang), moved=_moved(v, one), plain_table=plain_table, mark_of=mark_of, take=tables,
        python=as_python(one.job), drawn=True, fictional=one.region.fictional, money_words=money_words,
        held=sayings.held(spaces.region_of(v.settings.folder, v.who, name)),
    )  # fmt: skip


class _Of:
    """A plan as the key of a cache: equal where the job and the data are."""

    def __init__(self, one: Made) -> None:
        self.one = one

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Of) and (other.one.key, other.one.region.digest) == (
            self.one.key,
            self.one.region.digest,
        )

    def __hash__(self) -> int:
        return hash(self.one.key)


@lru_cache(maxsize=16)
def _told(of: _Of, lang: str) -> tuple[Shown, list[tuple[str, str, Markup]]]:
    """What a plan says, and its drawings: the same as long as its data are."""
    shown = words_of(of.one.plan, of.one.region, lang)
    return shown, [
        (d.title, "" if d.name == "map" else d.about, still(m))
        for d in shown.drawings
        if d.name in DRAWINGS and (m := d.markup())
    ]


@router.get("/workspaces/{name}/plans/{key}/routes/{route}")
def route(v: Here, name: str, key: str, route: str) -> Response:
    """A route as a sheet for a committee, with what may be said against or for each of its parts."""
    one = made(v, name, key)
    sheet = next((s for s in route_sheets(one.region, one.plan, v.lang) if s.key == route), None)
    if sheet is None:
        raise NotFound
    named = name_routes(one.region, one.plan, v.lang).filter(pl.col("route") == route)
    row = named.row(0, named=True)
    sides = [(s, row[s], row.get(f"{s}_name") or row[s]) for s in SIDES if row[s] is not None]
    rows = [
        {"part": p.label, "words": "\n".join([*p.lines, *(f"{a} {b}" for a, b in p.sums)])}
        for p in sheet.parts
    ]
    return page(
        v, "route", name=name, made=one, sheet=sheet, row=row, sides=sides, vetoes=VETOES, mark_of=mark_of,
        drawing=still(mapped(one.region, named, v.lang)), drawn=True,
        held=sayings.held(spaces.region_of(v.settings.folder, v.who, name), [row["need"], *(i for _, i, _ in sides)]),
        fictional=one.region.fictional,
        python=f"{as_python(one.job)}\nresult['routes'].filter(pl.col('route') == {route!r})",
        take=[table_of("route", sheet.title, rows, v.lang, part="text", words="long")],
    )  # fmt: skip


@router.post("/workspaces/{name}/plans/{key}/routes/{route}")
def word(v: Here, name: str, key: str, route: str) -> Response:
    """Keep a veto or a pin on a part of a route, with the why, and plan again beside this plan where that is asked."""
    who = v.signed_in()
    one = made(v, name, key)
    rows = one.plan.routes.filter(pl.col("route") == route)
    side, verdict = v.form.get("side", ""), v.form.get("verdict", "")
    if rows.is_empty() or side not in SIDES or rows[side][0] is None:
        raise NotFound
    if verdict not in ("reject", "pin"):
        raise OptionError("a veto or a pin is wanted", "应为否决或指定")
    sayings.decide(v.settings.folder, who, name, v.today, rows["need"][0], rows[side][0], verdict, _why(v))
    if v.form.get("again") == "yes":
        return to(f"/workspaces/{name}/plans/{_again(v, one, name)}")
    return to(f"/workspaces/{name}/plans/{key}/routes/{route}#said")


@router.post("/workspaces/{name}/plans/{key}/again")
def again(v: Here, name: str, key: str) -> Response:
    """Plan again beside this plan, with everything that was said since."""
    return to(f"/workspaces/{name}/plans/{_again(v, made(v, name, key), name)}")


def _again(v: Visit, one: Made, name: str) -> str:
    """A job that plans again beside a plan, under the same scenario; what moved is told."""
    held: dict[str, Any] = {"workspace": name, "lang": v.lang, "options": {}, "earlier": one.key}
    if scenario := one.job["args"].get("scenario"):
        held["scenario"] = scenario
    digest = spaces.region_of(v.settings.folder, v.who, name).digest
    return v.exchange.store.run(lambda tx: jobs.ask(tx, v.signed_in(), "replan", held, digest))


def _why(v: Visit) -> str:
    """Why, from a menu or in own words."""
    code, words = v.form.get("veto", ""), v.form.get("words", "").strip()[:500]
    if code in VETOES:
        return "；".join(filter(None, (said(f"veto.{code}", v.lang), words)))
    return why_of(v)


@router.get("/workspaces/{name}/compare")
def side_by_side(v: Here, name: str) -> Response:
    """Two plans side by side, under their names: figures, what each city gains and loses, each need that moved."""
    first, second = (made(v, name, v.query.get(q, "")) for q in ("a", "b"))
    names = _two_names(v, first, second)
    pair = dict(zip(names, (first, second), strict=True))
    found = beside({n: m.plan for n, m in pair.items()}, {n: m.region for n, m in pair.items()})
    shown: Shown = compared.shown(compared.Compared(found, None), first.region, v.lang)
    maps = [
        (n, still(mapped(m.region, name_routes(m.region, m.plan, v.lang), v.lang))) for n, m in pair.items()
    ]
    return page(v, "compare", name=name, pair=pair, shown=shown, maps=maps, plain_table=plain_table, drawn=True,
                fictional=first.region.fictional, take=list(shown.tables), python=_both(first, second))  # fmt: skip


def _two_names(v: Visit, first: Made, second: Made) -> tuple[str, str]:
    """The plans' names, told apart where they are the same."""
    a, b = _name(v, first.job), _name(v, second.job)
    return (f"{a} ①", f"{b} ②") if a == b else (a, b)


def _both(first: Made, second: Made) -> str:
    one, two = as_python(first.job), as_python(second.job)
    return f"{one}\nfirst = result\n\n{two}\nsecond = result"


def _name(v: Visit, row: jobs.Row) -> str:
    """What a plan is called: its scenario's name, else when it was made."""
    at = value("ended_at", row["ended_at"] or row["created_at"], v.lang)
    return title_of(row) or said(f"plan.named.{row['kind']}", v.lang, at=at)


def _line(v: Visit, row: jobs.Row) -> dict[str, Any]:
    """A plan as a list shows it: worth in yuan, routes, needs left out."""
    found: dict[str, Any] = {
        "id": row["id"], "title": _name(v, row), "at": value("made_at", row["created_at"], v.lang),
        "state": row["state"],
        "open": row["state"] in jobs.OPEN, "worth": None, "routes": None, "unmet": None, "gap": None,
    }  # fmt: skip
    if row["state"] == "done":
        claim = claim_of(place_of(v, row), row["kind"])
        found |= {
            "worth": claim["worth"] / 100, "routes": len(claim["routes"]), "unmet": len(claim["unmet"]),
            "gap": claim["gap"],
        }  # fmt: skip
    return found


def _routes(one: Made, lang: str) -> list[dict[str, Any]]:
    """Each route in one line."""
    return name_routes(one.region, one.plan, lang).to_dicts()


def _moved(v: Visit, one: Made) -> list[dict[str, Any]] | None:
    """What moved against the earlier plan, in words; None for a plan made without one."""
    if one.job["kind"] != "replan":
        return None
    changes = pl.DataFrame(one.claim["changes"], schema=dict.fromkeys(
        ("need", "what", "before", "after", "reason_zh", "reason_en"), pl.String))  # fmt: skip
    frame = path_words(one.region, changes, v.lang, "before", "after")
    return [
        {**r, "what": label("whats", r["what"], v.lang), "reason": r[f"reason_{v.lang}"]}
        for r in frame.to_dicts()
    ]
