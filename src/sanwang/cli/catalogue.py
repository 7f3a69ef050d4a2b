"""Catalogues of data: read, checked, asked who may use what, matched to needs, written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from sanwang.cli.common import JsonOption, Lang, LangOption, print_json
from sanwang.cli.terminal import console, output, table
from sanwang.errors import OptionError
from sanwang.region import Region


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(catalogue)


def catalogue(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="DCAT-AP 的 JSON-LD 文件")
    ] = None,
    match: Annotated[
        Path | None, typer.Option(help="为工作区的需求找数据 / data for a workspace's needs")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="由工作区写出目录 / write from a workspace")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入的文件 / file to write")] = None,
    who: Annotated[str | None, typer.Option(help="使用者编号 / who asks")] = None,
    purpose: Annotated[str | None, typer.Option(help="用途，须与政策中的词相同 / what for")] = None,
    place: Annotated[str | None, typer.Option(help="使用地的代码 / where, a place's code")] = None,
    date: Annotated[str | None, typer.Option(help="使用日期，缺省今天 / when, YYYY-MM-DD")] = None,
    action: Annotated[str, typer.Option(help="ODRL 行为 / ODRL action")] = "use",
    fulfilled: Annotated[list[str] | None, typer.Option(help="已履行的义务 / duties done")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="每条需求给出几项 / datasets a need")] = 3,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """数据目录：检查 DCAT-AP，按 ODRL 政策判定可否使用；不理解的一律不可用。 Data catalogues and who may use them."""
    from sanwang.factors.catalogue import read_catalogue, write_catalogue
    from sanwang.factors.policy import Ask

    if source is not None:
        if paths or match or out is None:
            raise OptionError("--from DIR goes with -o FILE alone / --from 只与 -o 同用")
        count = write_catalogue(Region.open(source).without_errors(), out)
        if json:
            print_json({"written": count, "file": str(out)})
        else:
            output.print(
                f"{out}: {count} 个数据集，均无使用政策，待所有者补充 / datasets, without policies yet"
            )
        return
    try:
        day = dt.date.fromisoformat(date) if date else dt.datetime.now(dt.UTC).date()
    except ValueError as error:
        raise OptionError(f"{date!r} is not a date / 不是日期") from error
    found = read_catalogue(paths or [])
    done = frozenset(fulfilled or ())
    asked = Ask((who,) if who else (), purpose, _around(place), day, action, done)
    answers = [(d, found.decide(d, asked)) for d in found.datasets]
    spot = 0 if lang == "zh" else 1
    pairs = [] if match is None else _matched(match, found, asked, k, lang)
    if json:
        print_json({
            "problems": [{"file": f, "entry": e, "zh": zh, "en": en} for f, e, zh, en in found.problems],
            "datasets": [
                {"file": d.file, "id": d.id, "title": d.title, "allowed": a.allowed, "duties": list(a.duties),
                 "reasons": [r[0] for r in a.reasons], "reasons_en": [r[1] for r in a.reasons]}
                for d, a in answers
            ],
            "matches": pairs,
        })  # fmt: skip
    else:
        for file, entry, *words in found.problems:
            output.print(f"{file} {entry}: {words[spot]}", soft_wrap=True, markup=False)
        rows = [
            [
                d.title or d.id,
                "可用 / yes" if a.allowed else "不可用 / no",
                "；".join(r[spot] for r in a.reasons),
            ]
            for d, a in answers
        ]
        table("数据集 / datasets", ["名称 / title", "可否使用 / access", "原因 / why"], rows)
        if match is not None:
            lines = [[p["need"], p["title"], f"{p['score']:.3f}", p["access"], p["reasons"]] for p in pairs]
            heads = ["需求 / need", "数据集 / dataset", "得分 / score", "准入 / access", "理由 / reasons"]
            table("为需求找到的数据 / data for needs", heads, lines[:60])
    raise typer.Exit(1 if found.problems else 0)


def _around(place: str | None) -> tuple[str, ...]:
    from sanwang.standards import places as gb2260

    if place is None:
        return ()
    if gb2260.place(place) is None:
        raise OptionError(f"no place has the code {place!r} / 没有这个地点代码")
    return (place, *gb2260.ancestors(place))


def _matched(folder: Path, found: Any, asked: Any, k: int, lang: Lang) -> list[dict[str, Any]]:  # noqa: ANN401
    """The datasets that fit each need and whose policy lets its firm in, with the matching's own reasons."""
    from dataclasses import replace

    import sanwang
    from sanwang.region.geography import lineage

    region = Region.open(folder).without_errors()
    open_to: dict[tuple[str, str], list[int]] = {}
    firms = {r["id"]: r for r in region["actors"].to_dicts()}
    said: dict[tuple[int, str], str] = {}
    for need, actor in region["needs"].select("id", "actor").iter_rows():
        firm = firms.get(actor, {})
        ids = tuple(str(firm[c]) for c in ("id", "uscc", "ror") if firm.get(c))
        around = lineage(region, firm["place"]) if firm.get("place") else ()
        ask = replace(asked, who=ids, place=around)
        for n, dataset in enumerate(found.datasets):
            answer = found.decide(dataset, ask)
            if answer.allowed:
                open_to.setdefault((need, actor), []).append(n)
                said[n, need] = "；".join(r[0 if lang == "zh" else 1] for r in answer.reasons)
    if not open_to:
        console.print("没有数据集对任何需求方开放 / no dataset is open to any firm")
        return []
    names = [f"D{n:05d}" for n in range(len(found.datasets))]
    pool = pl.DataFrame({
        "id": names, "title": [d.title for d in found.datasets],
        "abstract": [d.description for d in found.datasets], "keywords": [list(d.keywords) for d in found.datasets],
    }, schema_overrides={"keywords": pl.List(pl.String)})  # fmt: skip
    asking = region["needs"].filter(pl.col("id").is_in([n for n, _ in open_to]))
    ranked = sanwang.match(Region.of(needs=asking, achievements=pool, actors=region["actors"], places=region["places"]),
                           k=len(names), lang=lang)  # fmt: skip
    pairs: list[dict[str, Any]] = []
    allowed = {need: set(found) for (need, _), found in open_to.items()}
    taken: dict[str, int] = {}
    for r in ranked.frame.sort("need", "rank").to_dicts():
        number = names.index(r["achievement"])
        if number in allowed[r["need"]] and taken.get(r["need"], 0) < k:
            taken[r["need"]] = taken.get(r["need"], 0) + 1
            one = found.datasets[number]
            pairs.append({
                "need": r["need"], "dataset": one.id, "title": one.title, "score": r["score"],
                "access": said[number, r["need"]], "reasons": r["reasons"],
            })  # fmt: skip
    return pairs
