"""The command that proves a saved result again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.terminal import output
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken
from sanwang.errors import InputError
from sanwang.region import Region
from sanwang.study.verification import claim_of, is_saved, verify_folder

SHOWN = 50


def verify(
    one: Annotated[Path, typer.Argument(metavar="FOLDER", help="保存结果的目录 / the folder of a result")],
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="所用的数据：工作区或文件 / the data it was made from"),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Recompute a saved result from the data; status 1 if it does not hold."""
    folder, data = _which(one, other)
    claim = claim_of(folder)
    asked: dict[str, object] = {}
    region = None
    if data is not None and "file" in claim["asked"] and data.is_file():
        asked["file"] = str(data)
    elif data is not None:
        region = Region.open(data)
    found = verify_folder(region, folder, asked)
    said = found.said(spoken(lang))
    if json:
        more = {"worth": claim["worth"]} if "worth" in claim else {}
        print_json({"ok": found.ok, "study": found.study, "files": found.files, "problems": said, **more})
    else:
        _show(found.ok, found.files, said, spoken(lang) == "zh")
        _asked(claim["asked"], spoken(lang) == "zh")
    raise typer.Exit(0 if found.ok else 1)


def _which(one: Path, other: Path | None) -> tuple[Path, Path | None]:
    """The saved result and the data, in whichever order they were given."""
    if one.is_dir() and is_saved(one):
        return one, other
    if other is not None and other.is_dir() and is_saved(other):
        return other, one
    raise InputError(f"{other or one}: no saved result is here", f"{other or one}：不是保存结果的目录")


def _show(ok: bool, files: int, said: list[str], zh: bool) -> None:
    good = f"核验通过：{files} 个文件" if zh else f"it holds: {files} files"
    bad = f"核验未通过：{len(said)} 处不符" if zh else f"it does not hold: {len(said)} faults"
    output.print(good if ok else bad)
    for fault in said[:SHOWN]:
        output.print(escape(f"  {fault}"), soft_wrap=True)


def _asked(options: dict[str, object], zh: bool) -> None:
    """With which options the result was made: a verdict holds for them alone."""
    chosen = [
        f"{k} = {v}" for k, v in sorted(options.items()) if k != "file" and v not in (None, False, "", [])
    ]
    if chosen:
        output.print(escape(f"{'所用选项' if zh else 'made with'}: {'; '.join(chosen)}"), soft_wrap=True)
