"""The command by which a person's word on a row or a pair is kept."""

from __future__ import annotations

import getpass
from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.terminal import output
from sanwang.cli.workspace import LangOption, Workspace, spoken
from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.schema import word_for


def decide(
    folder: Workspace,
    subject: Annotated[str, typer.Argument(help="需求、成果、基地、承制方或产品的编号 / ID of a row")],
    other: Annotated[
        str, typer.Argument(help="另一方的编号；缺省为整行 / the other side; none: the whole row")
    ] = "*",
    accept: Annotated[str | None, typer.Option(help="采纳，写理由 / accept, and why")] = None,
    reject: Annotated[str | None, typer.Option(help="否决，写理由 / reject, and why")] = None,
    pin: Annotated[str | None, typer.Option(help="指定，写理由 / pin, and why")] = None,
    by: Annotated[str, typer.Option(envvar="SANWANG_WHO", help="谁定的 / who says so")] = "",
    lang: LangOption = None,
) -> None:
    """A person's word; it always wins and is kept."""
    from sanwang.collaboration.verdicts import TABLES, WHOLE
    from sanwang.collaboration.verdicts import decide as say

    given = {"accept": accept, "reject": reject, "pin": pin}
    chosen = [name for name, why in given.items() if why is not None]
    if len(chosen) != 1:
        raise OptionError(
            "one of --accept, --reject, --pin, with the why", "--accept、--reject、--pin 取其一，并写明理由"
        )
    region = Region.open(folder)
    known = {i for kind in TABLES for i in region[kind]["id"].drop_nulls().to_list()}
    for one in (subject, other):
        if one != WHOLE and one not in known:
            raise OptionError(f"no row has the id {one}", f"没有编号为 {one} 的行")
    who = by or _user()
    path = say(folder, subject, other, chosen[0], who, date.today(), given[chosen[0]] or "")
    output.print(escape(f"{path}: {subject} {other} {word_for('decision', chosen[0], spoken(lang))} ({who})"))


def _user() -> str:
    """The name the machine knows the person by. Raises OptionError where it knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise OptionError("say who decides: --by", "请用 --by 写明决定人") from error
