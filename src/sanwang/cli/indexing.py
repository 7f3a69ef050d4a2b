"""Commands about an index of results: kept up to date, and searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    lang: LangOption = None,
) -> None:
    """An index kept up to date: only changed achievements are encoded."""
    from sanwang.collaboration.index import Index

    kept = Index(out)
    did = kept.update(Region.open(folder)["achievements"])
    kept.close()
    zh = spoken(lang) == "zh"
    words = (
        f"{out}：新增 {did.added}，更新 {did.changed}，移除 {did.withdrawn}，不变 {did.kept}"
        if zh
        else f"{out}: {did.added} added, {did.changed} changed, {did.withdrawn} withdrawn, {did.kept} kept"
    )
    output.print(escape(words))


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
