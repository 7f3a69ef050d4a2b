"""Chains and consortia as a page, a workbook, drawings and a summary."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.collaboration.chains.consortium import Consortium, task_split
from sanwang.collaboration.chains.diagnosis import Diagnosis
from sanwang.collaboration.chains.lists import Lists
from sanwang.report.chainmap import chain_map
from sanwang.report.heat import heat
from sanwang.report.labels import language, say, word
from sanwang.report.markup import Markup, tag
from sanwang.report.page import tables_page
from sanwang.report.table import Column, Style, Table
from sanwang.report.team import team_drawing
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path

if TYPE_CHECKING:
    from sanwang.collaboration.chains.specialisation import Specialisation
    from sanwang.region import Region

_FONTS = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif'


def write_chains(
    region: Region,
    diagnosed: Sequence[Diagnosis],
    found: Lists,
    special: Specialisation | None,
    roles: dict[str, Specialisation],
    out: str | Path,
    lang: str = "zh",
    teams: Sequence[Consortium] = (),
) -> list[Path]:
    """Write ``chain.html``, ``chain.xlsx`` (the three lists first), ``chain.json``, an SVG a chain; returns them."""
    language(lang)
    folder = Path(out)
    names = {d.chain.id: d.chain.name for d in diagnosed}
    fillers = fillers_of(found)
    maps = {d.chain.id: chain_map(d, fillers, lang) for d in diagnosed}
    pictures = [_section(names[c], drawn, f"chain-{c}") for c, drawn in maps.items()]
    lead = [sentence for d in diagnosed for sentence in sentences(d, lang)]
    tables = [
        bottlenecks_table(found, names, lang),
        gaps_table(found, names, lang),
        firms_table(found, names, lang),
        links_table(diagnosed, lang),
        failures_table(diagnosed, lang),
    ]
    if teams:
        pictures += [
            _section(t.target.name, team_drawing(t, t.teams[0], lang), f"team-{t.target.id}") for t in teams
        ]
        tables.append(teams_table(teams, lang))
    if special is not None:
        pictures.append(
            _section(
                say("heat_title", lang), heat(special.cells, names, region.fictional, lang), "specialisation"
            )
        )
        tables.append(special_table(special, names, lang))
    if roles:
        tables.append(roles_table(roles, names, lang))
    title = f"{say('chain_title', lang)} · {region.name}"
    text = tables_page(title, lead, pictures, tables, region.fictional, lang)
    with atomic_path(folder / "chain.html") as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(folder / "chain.xlsx") as path:
        write_tables(path, title, lead, tables, region.fictional, lang)
    with atomic_path(folder / "chain.json") as path:
        path.write_text(_json(chains_json(region, diagnosed, found)), encoding="utf-8")
    for chain, drawn in maps.items():
        with atomic_path(folder / f"chain-{chain}.svg") as path:
            path.write_text(standalone(drawn), encoding="utf-8", newline="\n")
    return [folder / n for n in ("chain.html", "chain.xlsx", "chain.json", *(f"chain-{c}.svg" for c in maps))]


def standalone(drawing: Markup) -> str:
    """A drawing as a file of its own, with the styles it needs."""
    style = (files("sanwang.report") / "drawing.css").read_text(encoding="utf-8")
    head, rest = drawing.split(">", 1)
    inside = tag("style", Markup(f"{style}svg{{font-family:{_FONTS}}}"))
    return f"{head}>{inside}{rest}\n"


def _section(heading: str, drawing: Markup, name: str) -> Markup:
    return tag("section", tag("h2", heading), tag("div", drawing, class_="wide-drawing"), id=name)


def sentences(one: Diagnosis, lang: str) -> list[str]:
    """How many links are strong, weak and missing, what is delivered, and what a chain cannot lose."""
    counts = {v: sum(d.verdict == v for d in one.links) for v in ("strong", "weak", "missing")}
    broken = one.failures
    if not one.chain.members:
        return [say("chain_no_data", lang, name=one.chain.name, links=len(one.links))]
    told = [say("chain_counts", lang, name=one.chain.name, links=len(one.links), **counts)]
    if broken.demand > 0:
        share = broken.delivered / broken.demand
        told[0] += say("chain_delivers", lang, demand=f"{broken.demand:,.0f}", share=f"{share:.0%}")
        if broken.delivered_with_gaps < broken.delivered - 1e-9:
            bare = broken.delivered_with_gaps / broken.demand
            told[0] += say("chain_bare", lang, share=f"{bare:.0%}")
    for kind in ("firm", "link", "city"):
        if broken.singles[kind]:
            worst = broken.singles[kind][0]
            told[0] += say(f"chain_worst_{kind}", lang, name=worst.names[0], share=f"{worst.unmet_share:.0%}")
    told[0] += "。" if lang == "zh" and not told[0].endswith("。") else ""
    return told


def fillers_of(found: Lists) -> dict[str, str]:
    """By link, what could close its gap, in a few words: the nearest achievement or the first candidate."""
    said: dict[str, str] = {}
    for row in found.bottlenecks.to_dicts():
        if row["achievement"]:
            said.setdefault(row["link"], f"可补：{row['achievement']} TRL{row['trl']}")
    for row in found.gaps.to_dicts():
        if row["candidate_name"]:
            said.setdefault(row["link"], f"可邀：{row['candidate_name'].removesuffix('（虚构）')}")
    return said


def _table(name: str, title: str, frame: pl.DataFrame, lang: str, /, **styles: Style) -> Table:
    wan = word("columns", "wan", lang)
    columns = [
        Column(k, word("chain_columns", k, lang) + (wan if s == "money" else ""), s)
        for k, s in styles.items()
    ]
    return Table(name, title, frame, tuple(columns))


def _chain_names(frame: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    return frame.with_columns(pl.col("chain").replace(names))


def bottlenecks_table(found: Lists, names: dict[str, str], lang: str) -> Table:
    """卡点."""
    frame = _yes(_chain_names(found.bottlenecks, names), lang)
    return _table("bottlenecks", say("list_bottlenecks", lang), frame, lang, chain="text", name="text", why="long",
                  achievement="id", title="long", owner="text", city="text", in_region="text", trl="int",
                  score="score", lacks="long", evidence="long")  # fmt: skip


def gaps_table(found: Lists, names: dict[str, str], lang: str) -> Table:
    """堵点."""
    frame = _yes(_chain_names(found.gaps, names), lang)
    return _table("gaps", say("list_gaps", lang), frame, lang, chain="text", name="text", why="long", short="int",
                  invite="long", near="text", candidate_name="text", city="text", in_region="text", score="score",
                  evidence="long")  # fmt: skip


def firms_table(found: Lists, names: dict[str, str], lang: str) -> Table:
    """企业."""
    frame = _chain_names(found.firms, names)
    return _table("firms", say("list_firms", lang), frame, lang, chain="text", rank="int", name="text", city="text",
                  links="long", lost="int", unmet_share="percent", cut="long", others="long", why="long",
                  evidence="text")  # fmt: skip


def _yes(frame: pl.DataFrame, lang: str) -> pl.DataFrame:
    inside, outside = say("in_region", lang), say("out_of_region", lang)
    shown = pl.when(pl.col("in_region")).then(pl.lit(inside)).otherwise(pl.lit(outside))
    return frame.with_columns(
        pl.when(pl.col("in_region").is_null()).then(None).otherwise(shown).alias("in_region")
    )


def links_table(diagnosed: Sequence[Diagnosis], lang: str) -> Table:
    """Every link with its verdict and figures."""
    rows = [d.to_frame().with_columns(pl.lit(d.chain.name).alias("chain")) for d in diagnosed]
    frame = pl.concat(rows, how="diagonal_relaxed").with_columns(
        pl.col("verdict").replace({v: word("verdicts", v, lang) for v in ("strong", "weak", "missing")}),
        pl.col("tier").replace({t: word("tiers", t, lang) for t in ("upstream", "midstream", "downstream")}),
    )
    return _table("links", say("chain_links", lang), frame, lang, chain="text", name="text", tier="text",
                  verdict="text", reasons="long", makers="int", capacity="int", required="int", cover="percent",
                  top_city="text", top_city_share="percent", outside="text", single="text", achievements="int",
                  research="int", best_trl="int", trl_mix="text")  # fmt: skip


def failures_table(diagnosed: Sequence[Diagnosis], lang: str) -> Table:
    """The worst single and double failures."""
    rows: list[dict[str, Any]] = []
    for one in diagnosed:
        names = {k.id: k.name for k in one.chain.links}
        for kind in ("firm", "link", "city"):
            for several in (one.failures.singles[kind][:5], one.failures.doubles[kind][:3]):
                for failure in several:
                    rows.append(
                        {
                            "chain": one.chain.name, "what": word("failures", kind, lang),
                            "elements": "＋".join(failure.names), "lost": failure.lost,
                            "unmet_share": failure.unmet_share,
                            "cut": "、".join(names[k] for k in failure.cut),
                        }
                    )  # fmt: skip
    schema = {"chain": pl.String, "what": pl.String, "elements": pl.String, "lost": pl.Float64,
              "unmet_share": pl.Float64, "cut": pl.String}  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    return _table("failures", say("chain_failures", lang), frame, lang, chain="text", what="text", elements="long",
                  lost="int", unmet_share="percent", cut="long")  # fmt: skip


def teams_table(teams: Sequence[Consortium], lang: str) -> Table:
    """For each gap the team that would close it."""
    rows = [
        {
            "name": t.target.name, "head": t.teams[0].members[0].name,
            "with_": "、".join(m.name for m in t.teams[0].members[1:]), "points": t.teams[0].points,
            "price": t.teams[0].price, "open": "、".join(t.missing),
        }
        for t in teams
    ]  # fmt: skip
    return _table("teams", say("teams_title", lang), pl.DataFrame(rows, infer_schema_length=None), lang, name="text",
                  head="text", with_="long", points="real", price="money", open="long")  # fmt: skip


def special_table(special: Specialisation, names: dict[str, str], lang: str) -> Table:
    """Location quotients with intervals, densities and complexity."""
    frame = (
        special.cells.join(special.places.select("place", "eci"), on="place", how="left")
        .filter(pl.col("count") > 0)
        .with_columns(pl.col("activity").replace(names))
        .sort("place", "lq", descending=[False, True])
    )
    return _table("special", say("special_title", lang), frame, lang, place="text", activity="text", count="real",
                  lq="real", low="real", high="real", density="percent", eci="real")  # fmt: skip


def roles_table(roles: dict[str, Specialisation], names: dict[str, str], lang: str) -> Table:
    """Measured roles in the triangle by chain and province."""
    rows = [s.cells.with_columns(pl.lit(names.get(c, c)).alias("chain")) for c, s in roles.items()]
    frame = pl.concat(rows).with_columns(
        pl.col("activity").replace(
            {r: word("roles", r, lang) for r in ("origin", "conversion", "application")}
        )
    )
    frame = frame.rename({"activity": "role_"})
    return _table("roles", say("roles_title", lang), frame, lang, chain="text", place="text", role_="text",
                  count="real", lq="real", low="real", high="real")  # fmt: skip


def chains_json(region: Region, diagnosed: Sequence[Diagnosis], found: Lists) -> dict[str, Any]:
    """Chains, links, failures and lists, ready for JSON."""
    return {
        "region": region.name,
        "fictional": region.fictional,
        "chains": [
            {
                "chain": d.chain.id, "name": d.chain.name, "home": list(d.home), "links": d.to_frame().to_dicts(),
                "demand": d.failures.demand, "delivered": d.failures.delivered,
                "delivered_with_gaps": d.failures.delivered_with_gaps, "proven": d.failures.proven,
                "failures": {
                    f"{number}_{kind}": [
                        {k: getattr(f, k) for k in ("elements", "names", "lost", "unmet_share", "cut")}
                        for f in worst[kind]
                    ]
                    for number, worst in (("single", d.failures.singles), ("double", d.failures.doubles))
                    for kind in worst
                },
                "notices": list(d.notices),
            }
            for d in diagnosed
        ],
        "bottlenecks": found.bottlenecks.to_dicts(),
        "gaps": found.gaps.to_dicts(),
        "firms": found.firms.to_dicts(),
    }  # fmt: skip


def write_consortium(region: Region, found: Consortium, out: str | Path, lang: str = "zh") -> list[Path]:
    """Write ``consortium.html``, ``consortium.xlsx``, ``consortium.json`` and ``consortium.svg``; returns them."""
    language(lang)
    folder = Path(out)
    drawings = [team_drawing(found, team, lang) for team in found.teams]
    pictures = [
        _section(say("team_title", lang, number=n), drawn, f"team-{n}") for n, drawn in enumerate(drawings, 1)
    ]
    title = f"{say('consortium_title', lang, name=found.target.name)} · {region.name}"
    lead = consortium_sentences(found, lang)
    tables = [members_table(found, lang), coverage_table(found, lang), tasks_table(found, lang)]
    text = tables_page(title, lead, pictures, tables, region.fictional, lang)
    with atomic_path(folder / "consortium.html") as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(folder / "consortium.xlsx") as path:
        write_tables(path, title, lead, tables, region.fictional, lang)
    with atomic_path(folder / "consortium.json") as path:
        path.write_text(_json(consortium_json(region, found)), encoding="utf-8")
    with atomic_path(folder / "consortium.svg") as path:
        path.write_text(standalone(drawings[0]), encoding="utf-8", newline="\n")
    return [folder / f"consortium.{kind}" for kind in ("html", "xlsx", "json", "svg")]


def consortium_sentences(found: Consortium, lang: str) -> list[str]:
    """Who leads, how many cover what, whether it is proven, and what is open."""
    best = found.teams[0]
    leader = best.members[0].name
    told = [
        say("consortium_lead", lang, leader=leader, members=len(best.members), asked=len(found.target.capabilities),
            points=f"{best.points:.2f}", proven=say("proven" if best.proven else "unproven", lang),
            price=f"{best.price / 1e6:,.1f}")
    ]  # fmt: skip
    if not math.isnan(found.greedy_points) and found.greedy_points > best.points + 1e-9:
        told.append(say("consortium_greedy", lang, more=f"{found.greedy_points / best.points - 1:.1%}"))
    if best.unpriced:
        told.append(say("consortium_unpriced", lang, names="、".join(best.unpriced)))
    if found.missing:
        told.append(say("consortium_missing", lang, names="、".join(found.missing)))
    told.append(say("consortium_draft", lang))
    return told


def members_table(found: Consortium, lang: str) -> Table:
    """Members of every team: roles, points and what they are made of, shares, what leaving one out costs."""
    kinds = ("member", "distance", "border", "workload", "tie", "strength")
    said = {k: word("points", k, lang) for k in kinds}
    rows = [
        {
            "team": n, "name": m.name, "city": m.city, "roles": "、".join(m.roles), "covers": "；".join(m.covers),
            "points": m.points, "parts": "，".join(f"{said[k]} {m.parts[k]:+.2f}" for k in kinds if k in m.parts),
            "price": m.price, "share": m.share,
            "without": without_words(m.without, lang),
            "alone": "、".join(m.alone),
        }
        for n, t in enumerate(found.teams, 1) for m in t.members
    ]  # fmt: skip
    return _table("members", say("members_title", lang), pl.DataFrame(rows, infer_schema_length=None), lang, team="int",
                  name="text", city="text", roles="text", covers="long", points="real", parts="long", price="money",
                  share="percent", without="text", alone="long")  # fmt: skip


def without_words(points: float | None, lang: str) -> str | None:
    """What leaving somebody out costs; null where it was not asked."""
    if points is None:
        return None
    return say("irreplaceable", lang) if math.isinf(points) else f"+{points:.2f}"


def coverage_table(found: Consortium, lang: str) -> Table:
    """Who covers what, with the evidence."""
    return _table("coverage", say("coverage_title", lang), found.to_frame(), lang, team="int", capability="text",
                  name="text", city="text", evidence="long")  # fmt: skip


def tasks_table(found: Consortium, lang: str) -> Table:
    """The draft of the first team's tasks."""
    tasks = task_split(found.teams[0], found.target.capabilities)
    rows = [{"task": task, "head": head, "with_": "、".join(others)} for task, head, others in tasks]
    return _table(
        "tasks", say("tasks_title", lang), pl.DataFrame(rows), lang, task="text", head="text", with_="long"
    )


def consortium_json(region: Region, found: Consortium) -> dict[str, Any]:
    """Teams, members and what is open, ready for JSON; what nobody can replace has null in ``without``."""
    return {
        "region": region.name,
        "fictional": region.fictional,
        "target": found.target.id,
        "name": found.target.name,
        "capabilities": [c.name for c in found.target.capabilities],
        "missing": list(found.missing),
        "greedy_points": None if math.isnan(found.greedy_points) else found.greedy_points,
        "leaders": found.leaders,
        "leaders_tried": found.leaders_tried,
        "teams": [
            {
                "leader": t.leader, "points": t.points, "bound": t.bound, "proven": t.proven, "price": t.price,
                "unpriced": list(t.unpriced),
                "members": [
                    {
                        "actor": m.actor, "name": m.name, "kind": m.kind, "city": m.city, "roles": list(m.roles),
                        "covers": dict(m.covers), "points": m.points, "parts": dict(m.parts), "price": m.price,
                        "share": m.share, "without": None if m.without == math.inf else m.without,
                        "alone": list(m.alone),
                    }
                    for m in t.members
                ],
            }
            for t in found.teams
        ],
    }  # fmt: skip


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n"
