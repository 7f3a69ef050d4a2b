"""Commands about an index of results: kept up to date, and searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.markup import escape

from sanwang.cli.terminal import output, progress, table
from sanwang.cli.workspace import JsonOption, LangOption, Workspace, print_json, spoken
from sanwang.errors import InputError, OptionError
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


def _parts(file: Path, wanted: str = "title") -> Iterator[pl.DataFrame]:
    """A Parquet file of achievements or needs in parts. Raises InputError where it lacks the id or what is wanted."""
    from sanwang.engine.tables import batches

    for frame in batches(file, 20_000):
        if lacking := [c for c in ("id", wanted) if c not in frame.columns]:
            raise InputError(f"{file} has no column {lacking[0]}", f"{file} 缺少列 {lacking[0]}")
        yield frame


def search(
    folder: Annotated[Path, typer.Argument(metavar="INDEX", help="索引目录 / an index")],
    text: Annotated[str | None, typer.Option(help="一条需求 / a need in words")] = None,
    needs: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="工作区或 Parquet 文件中的全部需求 / all needs of a workspace or a Parquet file (id, title, text)",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            help="与 --needs 同用：.csv 或 .parquet 文件 / with --needs: a .csv or .parquet file",
        ),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="几项成果 / how many results")] = 10,
    engine: Annotated[
        str, typer.Option(help="在哪里比对：local、ray、ray://主机 / where needs are compared")
    ] = "local",
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """The achievements of an index that fit a need best, or each of many needs.

    For one need candidates are ranked; many are compared with every achievement, as in match.
    """
    from sanwang.collaboration.index import Index

    if not (folder / "index.sqlite3").exists():
        raise InputError(
            f"{folder} is no index; make one with sanwang index",
            f"{folder} 不是索引；请用 sanwang index 建立",
        )
    if (text is None) == (needs is None):
        raise OptionError("one of --text and --needs is wanted", "--text 与 --needs 须取其一")
    if out is not None and needs is None:
        raise OptionError("-o goes with --needs", "-o 须与 --needs 同用")
    if needs is not None:
        _search_all(Index(folder), needs, k, out, engine, spoken(lang), json)
        return
    found = Index(folder).search(str(text), k)
    if json:
        print_json({"matches": found.to_dicts()})
        return
    rows = [[str(r["rank"]), r["achievement"], f"{r['score']:.3f}"] for r in found.to_dicts()]
    table("", ["名次", "成果", "得分"] if spoken(lang) == "zh" else ["rank", "result", "score"], rows)


def _search_all(
    index: Any,  # noqa: ANN401 - imported when it is used
    needs: Path,
    k: int,
    out: Path | None,
    engine: str,
    lang: str,
    json: bool,
) -> None:
    from sanwang.engine.choose import engine_of
    from sanwang.sources.atomic import atomic_path
    from sanwang.study.cells import guarded

    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise OptionError(f"{out}: .csv or .parquet is wanted", f"{out}：应为 .csv 或 .parquet 文件")
    if needs.suffix == ".parquet" and needs.is_file():
        empty = pl.DataFrame(schema={"id": pl.String, "text": pl.String})
        asked = pl.concat([empty, *_parts(needs, "text")], how="diagonal_relaxed")
    else:
        asked = Region.open(needs)["needs"]
    with engine_of(engine) as used, progress() as report:
        found = index.match(asked, k, used, report)
    if out is not None:
        with atomic_path(out) as temporary:
            if out.suffix == ".csv":
                guarded(found).write_csv(temporary, include_bom=True)
            else:
                found.write_parquet(temporary)
    if json:
        print_json({"matches": found.to_dicts()} if out is None else {"rows": found.height, "file": str(out)})
        return
    if out is not None:
        count = found["need"].n_unique()
        output.print(
            escape(
                f"{out}：{count:,} 条需求，各取前 {k} 项"
                if lang == "zh"
                else f"{out}: {count:,} needs, the best {k} of each"
            )
        )
        return
    rows = [
        [r["need"], str(r["rank"]), r["achievement"], f"{r['score']:.3f}"] for r in found.head(200).to_dicts()
    ]
    heads = ["需求", "名次", "成果", "得分"] if lang == "zh" else ["need", "rank", "result", "score"]
    table("", heads, rows)
    if found.height > len(rows):
        more = (
            f"共 {found.height:,} 行；全部请用 -o"
            if lang == "zh"
            else f"{found.height:,} rows; all of them with -o"
        )
        output.print(more)
