"""The command that settles a list of obligations larger than memory."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from sanwang.cli.terminal import output, progress
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken
from sanwang.study.words import amount_words, percent_words


def settle_large(
    file: Annotated[Path, typer.Argument(metavar="PARQUET", help="债务清单 / a list of obligations")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="每笔冲抵多少 / what is cancelled of each row")
    ] = Path("settled.parquet"),
    unit: Annotated[
        Literal["fen", "yuan", "wan"] | None, typer.Option(help="清单的金额单位 / unit of the amounts")
    ] = None,
    all_consent: Annotated[bool, typer.Option(help="不同意的也参加 / ignore the consent column")] = False,
    include_disputed: Annotated[bool, typer.Option(help="有争议的也参加 / disputed ones take part")] = False,
    engine: Annotated[
        str, typer.Option(help="在哪里求解：local、ray、ray://主机 / where components are solved")
    ] = "local",
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Set-off of a Parquet list larger than memory: the answer of settle, read and written part by part."""
    from sanwang.engine.choose import engine_of
    from sanwang.finance.streamed import settle_streamed

    with engine_of(engine) as used, progress() as report:
        found = settle_streamed(file, out, unit=unit, consenting_only=not all_consent,
                                include_disputed=include_disputed, engine=used, progress=report)  # fmt: skip
    if json:
        print_json({**asdict(found), "optimal": found.optimal})
        return
    said = spoken(lang)
    between = "；" if said == "zh" else "; "
    sums = between.join(_sum(*one, said) for one in found.sums)
    proved = (
        ("已证明不能更多" if found.optimal else "未证明")
        if said == "zh"
        else ("proven to be the most" if found.optimal else "not proven")
    )
    words = (
        f"{out}：{found.rows:,} 笔。{sums}。{proved}；未计 {found.rejected:,} 行"
        if said == "zh"
        else f"{out}: {found.rows:,} debts. {sums}. {proved}; {found.rejected:,} rows do not count"
    )
    output.print(escape(words))


def _sum(currency: str, total: int, cleared: int, lang: str) -> str:
    share = percent_words(cleared / total if total else 0.0, 2)
    owed, off = (amount_words(a, currency, lang) for a in (total, cleared))
    return f"共 {owed}，冲抵 {off}（{share}）" if lang == "zh" else f"{owed} owed, {off} cancelled ({share})"
