"""Catalogues of data declared as a study: what they hold, what is wrong, who may use what, and which needs they fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from sanwang.errors import DataError
from sanwang.factors.catalogue import Catalogue, read_catalogue, write_catalogue
from sanwang.factors.policy import Ask, Decision
from sanwang.region import Region
from sanwang.region.geography import lineage
from sanwang.standards import places as gb2260
from sanwang.study import declare
from sanwang.study.declare import study
from sanwang.study.option import DAY, FILE, PLACE, TEXT, Option, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word


@dataclass(frozen=True)
class Read:
    """A catalogue, the decision on each dataset, the datasets that fit needs, and the day asked about."""

    catalogue: Catalogue
    answers: tuple[Decision, ...]
    matches: pl.DataFrame
    on: dt.date


MATCHES = {"need": pl.String, "dataset": pl.String, "title": pl.String, "score": pl.Float64, "access_zh": pl.String,
           "access_en": pl.String, "reasons": pl.String}  # fmt: skip


def shown(found: Read, region: Region, lang: str) -> Shown:
    """Datasets with the answer and its reasons, the needs they fit, and what is wrong with the files."""
    spot = 0 if lang == "zh" else 1
    open_ = sum(a.allowed for a in found.answers)
    told = [say("catalogue_said", lang, datasets=len(found.answers), open=open_, on=found.on.isoformat())]
    if found.catalogue.problems:
        told.append(say("catalogue_problems", lang, count=len(found.catalogue.problems)))
    between = "；" if lang == "zh" else "; "
    rows = [
        {"title": d.title or d.id, "file": d.file, "access": say("access_yes" if a.allowed else "access_no", lang),
         "why": between.join(r[spot] for r in a.reasons), "clause": "\n".join(a.clauses)}
        for d, a in zip(found.catalogue.datasets, found.answers, strict=True)
    ]  # fmt: skip
    wrong = [{"file": f, "entry": e, "why": w[spot]} for f, e, *w in found.catalogue.problems]
    made = [
        _table("datasets", rows, lang, title="text", access="text", why="long", clause="long", file="text"),
        _table("problems", wrong, lang, file="text", entry="text", why="long"),
    ]
    if region.has("needs"):
        frame = found.matches.with_columns(pl.col(f"access_{lang}").alias("access"))
        made.insert(1, _table("data_for_needs", frame.to_dicts(), lang, need="id", title="text", score="score",
                              access="long", reasons="long"))  # fmt: skip
    return Shown(say("catalogue_title", lang), told, made, notes=[say("catalogue_rule", lang)],
                 status=1 if found.catalogue.problems else 0)  # fmt: skip


def _table(name: str, rows: list[dict[str, Any]], lang: str, /, **styles: Style) -> Table:
    schema = {k: pl.Float64 if s == "score" else pl.String for k, s in styles.items()}
    frame = pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
    columns = tuple(Column(k, word("catalogue_columns", k, lang), s) for k, s in styles.items())
    title = say("catalogue_problems_table" if name == "problems" else f"catalogue_{name}", lang)
    return Table(name, title, frame, columns)


def data(found: Read, region: Region) -> dict[str, object]:
    """Problems, datasets with the answer to each, and the needs they fit."""
    return {
        "problems": [{"file": f, "entry": e, "zh": zh, "en": en} for f, e, zh, en in found.catalogue.problems],
        "datasets": [
            {"file": d.file, "id": d.id, "title": d.title, "allowed": a.allowed, "duties": list(a.duties),
             "reasons": [r[0] for r in a.reasons], "reasons_en": [r[1] for r in a.reasons],
             "clauses": list(a.clauses)}
            for d, a in zip(found.catalogue.datasets, found.answers, strict=True)
        ],
        "matches": found.matches,
    }  # fmt: skip


def files(found: Read, region: Region, folder: Path, options: Mapping[str, object], lang: str) -> list[Path]:
    """Where no catalogue was given: one of the workspace's own offers of data, without policies yet."""
    if options.get("paths") or not region.has("factors"):
        return []
    write_catalogue(region, folder / "catalogue.jsonld")
    return [folder / "catalogue.jsonld"]


@study("catalogue", show=shown, data=data, files=files, source=True)
def catalogue(
    region: Region,
    *,
    paths: Annotated[
        tuple[Path, ...],
        Option("DCAT-AP 的 JSON-LD 文件", "files of DCAT-AP as JSON-LD", FILE, many=True, argument=True),
    ] = (),
    who: Annotated[str | None, Option("使用者编号", "who asks")] = None,
    purpose: Annotated[
        str | None, Option("用途，须与政策中的词相同", "what for, in the policy's own word")
    ] = None,
    place: Annotated[str | None, Option("使用地", "where it is used", PLACE)] = None,
    date: Annotated[dt.date, Option("使用日期", "when, as 2026-03-01", DAY)],
    action: Annotated[str, Option("ODRL 行为", "the ODRL action")] = "use",
    fulfilled: Annotated[tuple[str, ...], Option("已履行的义务", "duties done", TEXT, many=True)] = (),
    k: Annotated[int, Option("每条需求给出几项", "datasets a need", whole(1), names=("-k",))] = 3,
    ask: declare.Ask,
) -> Read:
    """Catalogues of data checked against the profile's shapes, and whether a use is allowed by each dataset's policy.

    What a policy says and we do not understand means no. With a workspace, data that fit its needs and are open to the
    firm that asks. Without files the workspace's own offers of data are written as a catalogue.
    """
    if not paths and not region.has("factors"):
        raise DataError(
            "no catalogue was given, and the workspace offers no data", "未给出数据目录，工作区也没有要素供给"
        )
    found = read_catalogue(paths) if paths else Catalogue((), (), {})
    around = (place, *gb2260.ancestors(place)) if place else ()
    asked = Ask((who,) if who else (), purpose, around, date, action, frozenset(fulfilled))
    answers = tuple(found.decide(d, asked) for d in found.datasets)
    return Read(found, answers, _matched(region, found, asked, k, ask), date)


def _matched(region: Region, found: Catalogue, asked: Ask, k: int, ask: declare.Ask) -> pl.DataFrame:
    """The datasets that fit each need and whose policy lets its firm in, with the matching's own reasons."""
    allowed, said = _open_to(region, found, asked)
    if not allowed:
        return pl.DataFrame(schema=MATCHES)
    names = [f"D{n:05d}" for n in range(len(found.datasets))]
    pool = pl.DataFrame({
        "id": names, "title": [d.title for d in found.datasets],
        "abstract": [d.description for d in found.datasets], "keywords": [list(d.keywords) for d in found.datasets],
    }, schema_overrides={"keywords": pl.List(pl.String)})  # fmt: skip
    asking = region["needs"].filter(pl.col("id").is_in(list(allowed)))
    given = Region.of(needs=asking, achievements=pool, actors=region["actors"], places=region["places"])
    ranked = ask("match", given, k=min(1000, len(names)))
    pairs: list[dict[str, Any]] = []
    taken: dict[str, int] = {}
    for r in ranked.frame.sort("need", "rank").to_dicts():
        number = names.index(r["achievement"])
        if number in allowed[r["need"]] and taken.get(r["need"], 0) < k:
            taken[r["need"]] = taken.get(r["need"], 0) + 1
            one, (zh, en) = found.datasets[number], said[number, r["need"]]
            pairs.append({"need": r["need"], "dataset": one.id, "title": one.title, "score": r["score"],
                          "access_zh": zh, "access_en": en, "reasons": r["reasons"]})  # fmt: skip
    return pl.DataFrame(pairs, schema=MATCHES)


def _open_to(
    region: Region, found: Catalogue, asked: Ask
) -> tuple[dict[str, list[int]], dict[tuple[int, str], tuple[str, str]]]:
    """For each need the datasets its firm may use, and why."""
    firms = {r["id"]: r for r in region["actors"].to_dicts()}
    allowed: dict[str, list[int]] = {}
    said: dict[tuple[int, str], tuple[str, str]] = {}
    for need, actor in region["needs"].select("id", "actor").iter_rows():
        firm = firms.get(actor, {})
        ids = tuple(str(firm[c]) for c in ("id", "uscc", "ror") if firm.get(c))
        around = lineage(region, firm["place"]) if firm.get("place") else ()
        one = replace(asked, who=ids, place=around)
        for n, dataset in enumerate(found.datasets):
            answer = found.decide(dataset, one)
            if answer.allowed:
                allowed.setdefault(need, []).append(n)
                said[n, need] = (
                    "；".join(r[0] for r in answer.reasons),
                    "; ".join(r[1] for r in answer.reasons),
                )
    return allowed, said
