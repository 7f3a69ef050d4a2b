"""Commands about an index of results: kept up to date, and searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.markup import escape

from sanwang.cli.terminal import output, table
from sanwang.cli.workspace import JsonOption, LangOption, Workspace, print_json, spoken
from sanwang.errors import InputError
from sanwang.region import Region


def index(
    folder: Workspace,
    out: Annotated[Path, typer.Option("-o", "--out", help="索引目录 / where the index is kept")] = Path(
        "index"
    ),
    engine: Annotated[
        str, typer.Option(help="在哪里编码：local、ray、ray://主机 / where texts are encoded")
    ] = "local",
    lang: LangOption = None,
) -> None:
    """An index kept up to date: only changed achievements are encoded.

    A Parquet file of achievements (id, title, abstract, keywords) is read part by part, however large it is.
    """
    from sanwang.collaboration.index import Index
    from sanwang.engine.choose import engine_of

    kept = Index(out)
    try:
        with engine_of(engine) as used:
            if folder.suffix == ".parquet" and folder.is_file():
                did = kept.update_streamed(_parts(folder), used)
            else:
                did = kept.update(Region.open(folder)["achievements"], engine=used)
    finally:
        kept.close()
    zh = spoken(lang) == "zh"
    words = (
        f"{out}：新增 {did.added}，更新 {did.changed}，移除 {did.withdrawn}，不变 {did.kept}"
        if zh
        else f"{out}: {did.added} added, {did.changed} changed, {did.withdrawn} withdrawn, {did.kept} kept"
    )
    output.print(escape(words))


def _parts(file: Path) -> Iterator[pl.DataFrame]:
    """A Parquet file of achievements in parts. Raises InputError where it has no id or no title."""
    from sanwang.engine.tables import batches

    for frame in batches(file, 20_000):
        if lacking := [c for c in ("id", "title") if c not in frame.columns]:
            raise InputError(f"{file} has no column {lacking[0]}", f"{file} 缺少列 {lacking[0]}")
        yield frame


def search(
    folder: Annotated[Path, typer.Argument(metavar="INDEX", help="索引目录 / an index")],
    text: Annotated[str, typer.Option(help="一条需求 / a need in words")],
    k: Annotated[int, typer.Option("-k", min=1, help="几项成果 / how many results")] = 10,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """The achievements of an index that fit a need best."""
    from sanwang.collaboration.index import Index

    if not (folder / "index.sqlite3").exists():
        raise InputError(
            f"{folder} is no index; make one with sanwang index",
            f"{folder} 不是索引；请用 sanwang index 建立",
        )
    found = Index(folder).search(text, k)
    if json:
        print_json({"matches": found.to_dicts()})
        return
    rows = [[str(r["rank"]), r["achievement"], f"{r['score']:.3f}"] for r in found.to_dicts()]
    table("", ["名次", "成果", "得分"] if spoken(lang) == "zh" else ["rank", "result", "score"], rows)
