"""The plain sheet a chain office keeps: one row a firm, with its chain, link and product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sanwang.errors import InputError
from sanwang.schema import KINDS
from sanwang.sources.cells import PlaceParser
from sanwang.sources.cells.figures import real
from sanwang.sources.csv_text import read_csv
from sanwang.sources.excel import read_workbook
from sanwang.sources.places import place_parser
from sanwang.sources.raw import Cell, RawTable
from sanwang.sources.recognise.names import fold
from sanwang.sources.workspace import write_workspace

HEADINGS: dict[str, tuple[str, ...]] = {
    "chain": ("产业链", "所属产业链", "链条", "chain"),
    "link": ("环节", "产业链环节", "所属环节", "link"),
    "firm": ("企业名称", "企业", "单位名称", "单位", "firm"),
    "product": ("产品", "主要产品", "主营产品", "product"),
    "tier": ("上中下游", "位置", "tier"),
    "place": ("地区", "所在地", "城市", "区县", "place"),
    "role": ("角色", "企业类型", "role"),
    "capacity": ("产能", "年产能", "capacity"),
    "inputs": ("上游环节", "投入环节", "inputs"),
    "alternatives": ("互替", "可互替投入", "互替组合", "alternatives"),
    "uscc": ("统一社会信用代码", "信用代码", "uscc"),
}
"""Field → the headings it may have; chain, link and firm must be there."""

_TIERS = {"上游": "upstream", "中游": "midstream", "下游": "downstream"}
_ROLES = {"链主": "lead", "龙头": "lead", "骨干": "core", "配套": "supporting", "研发": "research"}


def import_sheet(sheet: Path, folder: Path) -> dict[str, int]:
    """Write a workspace (actors, chains, links, members) from such a sheet; returns the rows of each table.

    Raises InputError with every bad cell by sheet, row and column, and where the folder is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty; choose a new folder / 目录非空，请另选")
    if not sheet.is_file():
        raise InputError(f"{sheet}: no such file / 没有这个文件")
    tables = [read_csv(sheet)] if sheet.suffix.lower() in (".csv", ".tsv", ".txt") else read_workbook(sheet)
    problems: list[str] = []
    rows = _rows(tables, problems)
    problems += _moved(rows)
    frames = _frames(rows)
    if problems:
        more = f"\n… 另有 {len(problems) - 30} 处 / more" if len(problems) > 30 else ""
        raise InputError(f"{sheet.name}: {len(problems)} 处错误 / errors\n" + "\n".join(problems[:30]) + more)
    if not frames["members"].height:
        raise InputError(
            f"{sheet.name}: 没有一行企业，表头应有 产业链、环节、企业名称 / no row of a firm was found"
        )
    write_workspace(folder, frames, name=sheet.stem, fictional=False, format="csv")
    return {kind: frame.height for kind, frame in frames.items()}


def _moved(rows: Sequence[dict[str, str]]) -> list[str]:
    """Firms that stand in two places: which one holds must be said."""
    first: dict[str, dict[str, str]] = {}
    told: list[str] = []
    for row in rows:
        before = first.setdefault(fold(row["firm"]), row) if row.get("place") else row
        if before.get("place") != row.get("place"):
            told.append(
                f"第{row['_row']}行 地区: “{row['firm']}”与第{before['_row']}行的地区不同 / another place"
            )
    return told


def _rows(tables: Sequence[RawTable], problems: list[str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for table in tables:
        problems += [
            f"{table.sheet} {p.code} {dict(p.terms)}" for p in table.problems if p.severity == "error"
        ]
        found += _of_table(table, problems)
    return found


def _of_table(table: RawTable, problems: list[str]) -> list[dict[str, str]]:
    by_word = {fold(word): field for field, words in HEADINGS.items() for word in words}
    columns: dict[int, str] = {}
    rows: list[dict[str, str]] = []
    parse = place_parser(None)
    tops: dict[int, object] = {}
    for number, cells in table.rows:
        texts = [_text(_above(table, number, n, c, tops)) for n, c in enumerate(cells)]
        if not any(texts):
            continue
        if not columns:
            named = {n: by_word[fold(t)] for n, t in enumerate(texts) if fold(t) in by_word}
            if {"chain", "link", "firm"} <= set(named.values()):
                columns = named
            continue
        row = {field: texts[n] if n < len(texts) else "" for n, field in columns.items()}
        where = f"{table.sheet} 第{number}行".strip()
        for field in ("chain", "link", "firm"):
            if not row[field]:
                problems.append(f"{where} {HEADINGS[field][0]}: 不能为空 / must not be empty")
        _checked(row, where, parse, problems)
        rows.append(row | {"_row": str(number)})
    return rows


def _above(table: RawTable, row: int, column: int, cell: Cell, tops: dict[int, object]) -> Cell:
    """The cell, or the top of the merged area it lies in."""
    for top, left, bottom, right in table.merged:
        if left <= column <= right and top <= row <= bottom and bottom > top:
            if row == top:
                tops[column] = cell
            return tops.get(column)  # pyright: ignore[reportReturnType]
    return cell


def _checked(row: dict[str, str], where: str, parse: PlaceParser, problems: list[str]) -> None:
    """Put tier, role, place and capacity into the schema's words, telling what cannot be."""
    for field, words in (("tier", _TIERS), ("role", _ROLES)):
        if row.get(field) and row[field] not in words.values():
            if row[field] not in words:
                problems.append(f"{where} {HEADINGS[field][0]}: “{row[field]}”应为 {'、'.join(words)}")
            row[field] = words.get(row[field], "")
    if row.get("capacity"):
        made = real(row["capacity"]).value
        if isinstance(made, float) and made >= 0:
            row["capacity"] = str(made)
        else:
            problems.append(f"{where} 产能: “{row['capacity']}”应为不小于 0 的数 / a number of at least 0")
    if row.get("place"):
        code, fault = parse(row["place"])
        if code is None:
            terms = dict(fault.terms) if fault else {}
            problems.append(
                f"{where} 地区: “{row['place']}”不是地名或代码 {terms.get('choices', '')}".rstrip()
            )
        row["place"] = str(code or "")


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _frames(rows: Sequence[dict[str, str]]) -> dict[str, pl.DataFrame]:
    chains: dict[str, str] = {}
    links: dict[tuple[str, str], dict[str, object]] = {}
    actors: dict[str, dict[str, object]] = {}
    members: dict[tuple[object, object], dict[str, object]] = {}
    counted: set[tuple[str, ...]] = set()
    for row in rows:
        chain = chains.setdefault(row["chain"], f"C{len(chains) + 1:02d}")
        key = (chain, row["link"])
        link = links.setdefault(
            key, {"id": f"{chain}-L{_next(links, chain):03d}", "chain": chain, "name": row["link"]}
        )
        link["tier"] = link.get("tier") or row.get("tier") or None
        link["said"] = link.get("said") or row.get("inputs") or ""
        link["ways"] = link.get("ways") or row.get("alternatives") or ""
        actor = actors.setdefault(
            fold(row["firm"]), {"id": f"A{len(actors) + 1:05d}", "name": row["firm"], "kind": "firm"}
        )
        for field in ("place", "uscc"):
            actor[field] = actor.get(field) or row.get(field) or None
        member = members.setdefault((link["id"], actor["id"]), {"link": link["id"], "actor": actor["id"]})
        product = row.get("product") or ""
        member["product"] = (
            "；".join(dict.fromkeys(p for p in (str(member.get("product") or ""), product) if p)) or None
        )
        member["role"] = member.get("role") or row.get("role") or None
        line = (chain, fold(row["link"]), fold(row["firm"]), product, row.get("capacity") or "")
        if row.get("capacity") and line not in counted:
            # The same line twice is one line; another product of the firm adds to what it makes.
            counted.add(line)
            made = member.get("capacity")
            member["capacity"] = (made if isinstance(made, float) else 0.0) + _number(row["capacity"])
    names = {(c, str(link["name"])): str(link["id"]) for (c, _), link in links.items()}
    for (chain, _), link in links.items():
        link["inputs"] = [_named(names, chain, p) for p in _parts(str(link.pop("said")))] or None
        sets = [
            "+".join(_named(names, chain, p) for p in way.replace("＋", "+").split("+") if p.strip())
            for way in _parts(str(link.pop("ways")))
        ]
        link["alternatives"] = sets or None
    return {
        "actors": _frame("actors", list(actors.values())),
        "chains": _frame("chains", [{"id": c, "name": name} for name, c in chains.items()]),
        "links": _frame("links", list(links.values())),
        "members": _frame("members", list(members.values())),
    }


def _parts(text: str) -> list[str]:
    parts = (p.strip() for p in text.replace("；", ";").replace("、", ";").split(";"))
    return [p for p in parts if p]


def _named(names: dict[tuple[str, str], str], chain: str, word: str) -> str:
    """The id of a link of the chain by its name; a name that no row has stays as it is said."""
    return names.get((chain, word.strip()), word.strip())


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _next(links: dict[tuple[str, str], dict[str, object]], chain: str) -> int:
    return 1 + sum(c == chain for c, _ in links)


def _frame(kind: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = {k: t for k, t in KINDS[kind].dtypes.items() if any(k in r for r in rows)}
    return pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
