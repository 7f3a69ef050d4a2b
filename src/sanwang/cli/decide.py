"""The command by which a person's word on a row or a pair is kept."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from sanwang.cli.common import Workspace
from sanwang.cli.terminal import console
from sanwang.errors import OptionError
from sanwang.region import Region


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(decide)


def decide(
    folder: Workspace,
    subject: Annotated[str, typer.Argument(help="需求、成果、基地、承制方或产品的编号 / ID of a row")],
    other: Annotated[
        str, typer.Argument(help="另一方的编号；缺省为整行 / the other side; none: the row")
    ] = "*",
    accept: Annotated[str | None, typer.Option(help="采纳，写理由 / accept, and why")] = None,
    reject: Annotated[str | None, typer.Option(help="否决，写理由 / reject, and why")] = None,
    pin: Annotated[str | None, typer.Option(help="指定，写理由 / pin, and why")] = None,
    by: Annotated[str, typer.Option(envvar="SANWANG_WHO", help="谁定的 / who says so")] = "",
) -> None:
    """决定：采纳、否决或指定一对，匹配与方案照办，保存谁、何时、为何。 A person's word; it always wins and is kept."""
    from sanwang.collaboration.verdicts import TABLES, WHOLE
    from sanwang.collaboration.verdicts import decide as say

    given = {"accept": accept, "reject": reject, "pin": pin}
    chosen = [name for name, why in given.items() if why is not None]
    if len(chosen) != 1:
        raise OptionError(
            "--accept、--reject、--pin 取其一，写明理由 / one of --accept, --reject, --pin, with the why"
        )
    region = Region.open(folder)
    known = {i for kind in TABLES for i in region[kind]["id"].drop_nulls().to_list()}
    for one in (subject, other):
        if one != WHOLE and one not in known:
            raise OptionError(f"没有编号为 {one} 的行 / no row has the id {one}")
    who = by or _user()
    path = say(folder, subject, other, chosen[0], who, date.today(), given[chosen[0]] or "")
    console.print(f"{path}: {subject} {other} {chosen[0]}（{who}）")


def _user() -> str:
    """The name the machine knows the person by. Raises OptionError where it knows none."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise OptionError("say who decides: --by / 请写明决定人") from error
