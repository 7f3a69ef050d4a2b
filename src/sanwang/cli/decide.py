"""The command by which a person's word on a row or a pair is kept."""

from __future__ import annotations

import getpass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.show import show
from sanwang.cli.terminal import output, progress
from sanwang.cli.workspace import LangOption, Workspace, spoken
from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.schema import word_for
from sanwang.study.registry import get
from sanwang.study.verification import claim_of


def decide(
    folder: Workspace,
    subject: Annotated[str, typer.Argument(help="需求、成果、基地、承制方或产品的编号 / ID of a row")],
    other: Annotated[
        str, typer.Argument(help="另一方的编号；缺省为整行 / the other side; none: the whole row")
    ] = "*",
    accept: Annotated[str | None, typer.Option(help="采纳，写理由 / accept, and why")] = None,
    reject: Annotated[str | None, typer.Option(help="否决，写理由 / reject, and why")] = None,
    pin: Annotated[str | None, typer.Option(help="指定，写理由 / pin, and why")] = None,
    withdraw: Annotated[
        str | None,
        typer.Option(help="撤回现行决定，写理由；此前的恢复 / take back the word that holds, and why"),
    ] = None,
    by: Annotated[str, typer.Option(envvar="SANWANG_WHO", help="谁定的 / who says so")] = "",
    plan: Annotated[
        Path | None,
        typer.Option(help="方案目录：可用路线编号 / a plan's folder: then a route's number will do"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="随即重新规划，写入此目录 / plan again at once and write it here"),
    ] = None,
    lang: LangOption = None,
) -> None:
    """A person's word; it always wins and is kept."""
    from sanwang.collaboration.verdicts import TABLES, WHOLE, verdicts
    from sanwang.collaboration.verdicts import decide as say

    given = {"accept": accept, "reject": reject, "pin": pin, "withdraw": withdraw}
    chosen = [name for name, why in given.items() if why is not None]
    if len(chosen) != 1:
        raise OptionError(
            "one of --accept, --reject, --pin, --withdraw, with the why",
            "--accept、--reject、--pin、--withdraw 取其一，并写明理由",
        )
    if out is not None and plan is None:
        raise OptionError("-o plans again beside a plan: --plan", "-o 须与 --plan 同用")
    region = Region.open(folder)
    subject, other = (subject, other) if plan is None else _of_route(plan, subject, other)
    known = {i for kind in TABLES for i in region[kind]["id"].drop_nulls().to_list()}
    for one in (subject, other):
        if one != WHOLE and one not in known:
            raise OptionError(f"no row has the id {one}", f"没有编号为 {one} 的行")
    who = by or _user()
    standing = verdicts(region).of(subject, other)
    if withdraw is not None and standing is None:
        raise OptionError(
            f"nothing was decided on {subject} {other} that could be taken back",
            f"{subject} {other} 没有可撤回的现行决定",
        )
    path = say(folder, subject, other, chosen[0], who, date.today(), given[chosen[0]] or "")
    output.print(escape(f"{path}: {subject} {other} {word_for('decision', chosen[0], spoken(lang))} ({who})"))
    if withdraw is not None and standing is not None:
        output.print(escape(standing.said(spoken(lang))))
    if plan is not None and out is not None:
        _again(folder, plan, out, spoken(lang))


def _of_route(plan: Path, subject: str, other: str) -> tuple[str, str]:
    """The need and the other side that a route's number stands for: its result unless another row is named."""
    from sanwang.planning.plan_files import read_routes

    routes, _ = read_routes(plan)
    found = routes.filter(routes["route"] == subject)
    if found.is_empty():
        return subject, other
    row = found.row(0, named=True)
    return row["need"], row["achievement"] if other == "*" else other


def _again(folder: Path, plan: Path, out: Path, lang: str) -> None:
    """Plan again beside the earlier plan, as it was asked, and show what moved."""
    asked = claim_of(plan)["asked"]
    with progress() as report:
        kept = {k: asked[k] for k in ("k", "years") if k in asked}
        made = get("replan")(Region.open(folder), earlier=plan, lang=lang, progress=report, **kept)
    show(made, made.save(out))


def _user() -> str:
    """The name the machine knows the person by. Raises OptionError where it knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise OptionError("say who decides: --by", "请用 --by 写明决定人") from error
