"""Chains in tables and sentences: verdicts, failures, the three lists, teams for gaps, specialisation and roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.collaboration.chains.consortium import Consortium
from sanwang.collaboration.chains.diagnosis import Diagnosis
from sanwang.collaboration.chains.lists import Lists
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word

if TYPE_CHECKING:
    from sanwang.collaboration.chains.specialisation import Specialisation


def sentences(one: Diagnosis, lang: str) -> list[str]:
    """How many links are strong, weak and missing, what is delivered, and what a chain cannot lose."""
    counts = {v: sum(d.verdict == v for d in one.links) for v in ("strong", "weak", "missing", "unknown")}
    if not one.chain.members:
        return [say("chain_no_data", lang, name=one.chain.name, links=len(one.links))]
    broken = one.failures
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


def fillers_of(found: Lists, lang: str) -> dict[str, str]:
    """By link, what could close its gap, in a few words: the nearest achievement or the first candidate."""
    said: dict[str, str] = {}
    for row in found.bottlenecks.to_dicts():
        if row["achievement"]:
            said.setdefault(
                row["link"], say("filler_result", lang, result=row["achievement"], trl=row["trl"])
            )
    for row in found.gaps.to_dicts():
        if row["candidate_name"]:
            name = row["candidate_name"].removesuffix("（虚构）")
            said.setdefault(row["link"], say("filler_firm", lang, name=name))
    return said


def chain_table(name: str, title: str, frame: pl.DataFrame, lang: str, /, **styles: Style) -> Table:
    """A table with the headings of the chains."""
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
    return chain_table("bottlenecks", say("list_bottlenecks", lang), frame, lang, chain="text", name="text", why="long",
                  achievement="id", title="long", owner="text", city="text", in_region="text", trl="int",
                  score="score", lacks="long", evidence="long")  # fmt: skip


def gaps_table(found: Lists, names: dict[str, str], lang: str) -> Table:
    """堵点."""
    frame = _yes(_chain_names(found.gaps, names), lang)
    return chain_table("gaps", say("list_gaps", lang), frame, lang, chain="text", name="text", why="long", short="int",
                  invite="long", near="text", candidate_name="text", city="text", in_region="text", score="score",
                  evidence="long")  # fmt: skip


def firms_table(found: Lists, names: dict[str, str], lang: str) -> Table:
    """企业."""
    frame = _chain_names(found.firms, names)
    return chain_table("firms", say("list_firms", lang), frame, lang, chain="text", rank="int", name="text",
                  city="text", links="long", lost="int", unmet_share="percent", cut="long", others="long", why="long",
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
        pl.col("verdict").replace(
            {v: word("verdicts", v, lang) for v in ("strong", "weak", "missing", "unknown")}
        ),
        pl.col("tier").replace({t: word("tiers", t, lang) for t in ("upstream", "midstream", "downstream")}),
    )
    return chain_table("links", say("chain_links", lang), frame, lang, chain="text", name="text", tier="text",
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
    return chain_table("failures", say("chain_failures", lang), frame, lang, chain="text", what="text", elements="long",
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
    return chain_table("teams", say("teams_title", lang), pl.DataFrame(rows, infer_schema_length=None), lang,
                  name="text", head="text", with_="long", points="real", price="money", open="long")  # fmt: skip


def special_table(special: Specialisation, names: dict[str, str], lang: str) -> Table:
    """Location quotients with intervals, densities and complexity."""
    frame = (
        special.cells.join(special.places.select("place", "eci"), on="place", how="left")
        .filter(pl.col("count") > 0)
        .with_columns(pl.col("activity").replace(names))
        .sort("place", "lq", descending=[False, True])
    )
    return chain_table("special", say("special_title", lang), frame, lang, place="text", activity="text", count="real",
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
    return chain_table("roles", say("roles_title", lang), frame, lang, chain="text", place="text", role_="text",
                  count="real", lq="real", low="real", high="real")  # fmt: skip


def chains_data(diagnosed: Sequence[Diagnosis], found: Lists) -> dict[str, Any]:
    """Chains, links, failures and lists, ready for JSON."""
    return {
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
