"""Commands about needs and matches: specifications, duplicates, identities, calibration, answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer

import sanwang
from sanwang.cli.common import JsonOption, Lang, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, progress, table
from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.sources.atomic import atomic_path

if TYPE_CHECKING:
    from sanwang.collaboration.matches import Matches

Folder = Annotated[Path | None, typer.Argument(metavar="DIR", help="工作区 / a workspace")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="写入文件或目录 / file or folder to write")]
SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (specify, duplicates, identify, calibrate, answer, index, search):
        app.command()(command)


def specify(
    folder: Folder = None,
    text: Annotated[str | None, typer.Option(help="直接输入一条需求 / a need in words")] = None,
    out: Out = None,
    json: JsonOption = False,
    lang: LangOption = "zh",
) -> None:
    """规格书：对象、问题、指标与界限、约束、不清之处、要问的问题。 A need becomes a specification."""
    from sanwang.collaboration import specification

    if (folder is None) == (text is None):
        raise OptionError("一个工作区，或 --text / a workspace, or --text")
    if text is not None:
        found = [specification.specify(text, lang=lang)]
    else:
        assert folder is not None
        found = specification.specifications(Region.open(folder), lang)
    if json:
        print_json({"needs": [s.to_dict() for s in found]})
        return
    if out is None:
        for one in found[:SHOWN]:
            sys.stdout.write(one.to_toml() + "\n")
        return
    written = specification.write_specifications(found, out)
    figures = sum(len(s.metrics) for s in found)
    asked = sum(len(s.questions) for s in found)
    console.print(
        f"{out}: {len(found)} 条需求 / needs, {figures} 项指标 / figures, {asked} 个问题 / questions, "
        f"{len(written)} 个文件 / files"
    )


def duplicates(folder: Workspace, out: Out = None, lang: LangOption = "zh") -> None:
    """查重：发布前找出近似的成果和需求，含改写与跨语言；由人决定。 Near-duplicates, for a person to decide."""
    from sanwang.collaboration.duplicates import duplicates as find

    with progress() as report:
        found = find(Region.open(folder), lang, progress=report)
    _pairs(found, out, lang)


def identify(
    folder: Workspace,
    ror: Annotated[Path | None, typer.Option(help="ROR 数据文件 / a ROR dump")] = None,
    out: Out = None,
    lang: LangOption = "zh",
) -> None:
    """认人：哪些名称是同一机构（简称、英文名、ROR）；由人决定。 Which names are one organisation."""
    from sanwang.collaboration.identify import identify as find
    from sanwang.sources.ror import read_ror

    _pairs(find(Region.open(folder), None if ror is None else read_ror(ror), lang), out, lang)


def _pairs(found: pl.DataFrame, out: Path | None, lang: Lang) -> None:
    from sanwang.collaboration.decisions import write_pairs

    if out is not None:
        left = write_pairs(found, out)
        console.print(f"{out}: {found.height} 对 / pairs, {left} 对待决定 / to decide")
        return
    heads = ["表", "一", "二", "分", "理由"] if lang == "zh" else ["table", "one", "other", "score", "reason"]
    rows = [
        [r["kind"], f"{r['a']} {r['title_a']}", f"{r['b']} {r['title_b']}", f"{r['score']:.2f}", r["reason"]]
        for r in found.head(SHOWN).to_dicts()
    ]
    table("", heads, rows)
    output.print(
        f"{found.height} 对，合并与否由人决定" if lang == "zh" else f"{found.height} pairs; a person decides"
    )


def calibrate(
    folder: Workspace,
    out: Annotated[Path, typer.Option("-o", "--out", help="校准文件 / the calibration")] = Path(
        "calibration.json"
    ),
    labels: Annotated[
        Path | None, typer.Option(help="need,achievement,grade 的 csv；缺省用 outcomes 表 / a csv of grades")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="标注覆盖全库，未标注即不成 / labels name every success")
    ] = False,
    k: Annotated[int, typer.Option("-k", min=1, help="每条需求取几项 / achievements a need")] = 20,
    lang: LangOption = "zh",
) -> None:
    """校准：由过去的结果得出可信的概率；数据太少则说明未校准。 Calibrated probabilities, or why not."""
    from sanwang.collaboration import calibration
    from sanwang.report.reliability import reliability_svg

    region = Region.open(folder)
    known = calibration.outcome_labels(region) if labels is None else calibration.read_labels(labels)
    found = calibration.calibrate(_matches(region, k, lang), known, complete)
    if isinstance(found, calibration.Uncalibrated):
        output.print(str(found), soft_wrap=True)
        raise typer.Exit(1)
    found.save(out)
    picture = out.with_suffix(".svg")
    with atomic_path(picture) as temporary:
        temporary.write_text(reliability_svg(found, lang), encoding="utf-8")
    output.print(
        f"{found.method}: {found.pairs:,} 对 / pairs, {found.needs} 条需求 / needs, ECE {found.ece:.3f}, "
        f"Brier {found.brier:.3f} (cross-validated); {out}, {picture}",
        soft_wrap=True,
    )


def answer(
    folder: Workspace,
    calibration: Annotated[Path | None, typer.Option(help="校准文件 / the calibration")] = None,
    least: Annotated[float, typer.Option(min=0, max=1, help="低于此值不作答 / below this, no answer")] = 0.2,
    out: Out = None,
    lang: LangOption = "zh",
) -> None:
    """作答：每条需求推荐一项成果，或说明库中没有。 One achievement a need, or that nothing here solves it."""
    from sanwang.collaboration.calibration import answers, load_calibration

    given = None if calibration is None else load_calibration(calibration)
    found = answers(_matches(Region.open(folder), 1, lang), given, least, lang)
    if given is None:
        console.print("未校准：只有得分，不是概率 / uncalibrated: a score, not a probability")
    if out is not None:
        texts = [c for c, t in found.schema.items() if t == pl.String]
        unsafe = pl.col(texts).str.contains(r"^[=+\-@\t\r]")
        safe = pl.when(unsafe).then("'" + pl.col(texts)).otherwise(pl.col(texts)).name.keep()
        with atomic_path(out) as temporary:
            found.with_columns(safe).write_csv(temporary, include_bom=True)
        console.print(f"{out}: {found.height} 行 / rows")
        return
    rows = [
        [
            r["need"],
            r["answer"],
            r["achievement"],
            f"{r['score']:.3f}",
            _percent(r["probability"]),
            r["reasons"],
        ]
        for r in found.head(SHOWN).to_dicts()
    ]
    heads = ["需求", "回答", "成果", "得分", "概率", "理由"]
    table("", heads if lang == "zh" else found.columns, rows)


def _percent(probability: float | None) -> str:
    return "未校准" if probability is None else f"{probability:.0%}"


def _matches(region: Region, k: int, lang: Lang) -> Matches:
    with progress() as report:
        return sanwang.match(region, k=k, lang=lang, progress=report)


def index(
    folder: Workspace,
    out: Annotated[Path, typer.Option("-o", "--out", help="索引目录 / where the index is kept")] = Path(
        "index"
    ),
    refine: Annotated[
        float, typer.Option(min=0, help="再用慢编码器补多少秒 / seconds for the slow encoder")
    ] = 0.0,
) -> None:
    """索引：大库的增量索引，只编码变动的成果。 An index kept up to date: only changed achievements are encoded."""
    from sanwang.collaboration.index import Index

    kept = Index(out)
    did = kept.update(Region.open(folder)["achievements"])
    lacking = kept.refine(refine) if refine else None
    console.print(
        f"{out}: +{did.added} ~{did.changed} −{did.withdrawn} ={did.kept}"
        + ("" if lacking is None else f"; 待补 / lacking {lacking}")
    )
    kept.close()


def search(
    folder: Annotated[Path, typer.Argument(metavar="INDEX", help="索引目录 / an index")],
    text: Annotated[str, typer.Option(help="一条需求 / a need in words")],
    k: Annotated[int, typer.Option("-k", min=1)] = 10,
) -> None:
    """检索：在索引中找与一条需求最相配的成果。 The achievements of an index that fit a need best."""
    from sanwang.collaboration.index import Index

    if not (folder / "index.sqlite3").exists():
        raise InputError(f"{folder} is no index; make one with sanwang index / 不是索引")
    found = Index(folder).search(text, k)
    rows = [[str(r["rank"]), r["achievement"], f"{r['score']:.3f}"] for r in found.to_dicts()]
    table("", ["名次 rank", "成果 achievement", "得分 score"], rows)
