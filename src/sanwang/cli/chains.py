"""Commands about industrial chains and consortia."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanwang.cli.common import JsonOption, Lang, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, progress, table, yuan
from sanwang.errors import OptionError
from sanwang.region import Region

if TYPE_CHECKING:
    from sanwang.collaboration.chains.chain import Chain
    from sanwang.collaboration.chains.consortium import Consortium
    from sanwang.collaboration.chains.placing import Placing
    from sanwang.collaboration.chains.specialisation import Specialisation

Out = Annotated[Path | None, typer.Option("-o", "--out", help="写入目录 / folder to write")]
Home = Annotated[str, typer.Option(help="本区域的省份代码，如 11,12,13 / provinces that are the region")]
Words = Annotated[
    bool, typer.Option("--words-only", help="归链只看词与分类，不用语义向量 / no sentence vectors")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (chain, consortium, place):
        app.command()(command)
    app.command("chain-import")(chain_import)


def chain(
    folder: Workspace,
    name: Annotated[str | None, typer.Option("--chain", help="只看一条链 / one chain only")] = None,
    out: Out = None,
    home: Home = "",
    words_only: Words = False,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """产业链：归链、诊断、断链后果、卡点堵点企业清单、专业化。 Chains: verdicts, failures, the three lists."""
    from sanwang.collaboration.chains.chain import find_chain, strays_of
    from sanwang.collaboration.chains.diagnosis import diagnose
    from sanwang.collaboration.chains.lists import lists
    from sanwang.report import chains as report

    region = Region.open(folder)
    every = _chains(region)
    placing = _placing(region, every, words_only)
    chosen = every if name is None else (find_chain(every, name),)
    provinces = [c for c in home.replace("，", ",").split(",") if c.strip()]
    with progress() as told:
        diagnosed = []
        for done, one in enumerate(chosen, 1):
            diagnosed.append(diagnose(region, one, placing, provinces))
            told(done, len(chosen), "chain 诊断")
    found = lists(region, diagnosed)
    for actor, link in strays_of(region):
        console.print(f"{actor}: 环节 {link} 不存在，未采用 / no such link")
    if out is not None:
        special, roles = _special(region, placing, chosen)
        teams = _teams(
            region, every, placing, [d.link for one in diagnosed for d in one.links if not d.has_maker]
        )
        written = report.write_chains(region, diagnosed, found, special, roles, out, lang, teams)
        console.print(f"{out}: {', '.join(p.name for p in written)}")
    if json:
        print_json(report.chains_json(region, diagnosed, found))
        return
    for one in diagnosed:
        for sentence in report.sentences(one, lang):
            output.print(sentence, soft_wrap=True)
        for notice in one.notices:
            console.print(notice, soft_wrap=True)
        if len(diagnosed) == 1 or out is None:
            shown = report.links_table([one], lang)
            keys = ("name", "verdict", "reasons", "cover", "best_trl")
            heads = {c.key: c.label for c in shown.columns}
            table(one.chain.name, [heads[k] for k in keys], [_row(r, keys) for r in shown.frame.to_dicts()])
    made = (report.bottlenecks_table, report.gaps_table, report.firms_table)
    tables = [make(found, {}, lang) for make in made]
    output.print("，".join(f"{t.title} {t.frame.height}" for t in tables))


def _row(row: dict[str, object], keys: tuple[str, ...]) -> list[str]:
    values = [row[k] for k in keys]
    return ["–" if v is None else f"{v:.0%}" if isinstance(v, float) else str(v) for v in values]


def _chains(region: Region) -> tuple[Chain, ...]:
    """The workspace's chains; where it has none, those that ship."""
    from sanwang.collaboration.chains.chain import chains_of, shipped

    own = chains_of(region)
    if own:
        return own
    console.print("工作区没有产业链表，采用随附的七条链 / no chains here: the seven that ship are used")
    return shipped(region)


def _placing(region: Region, chains: tuple[Chain, ...], words_only: bool) -> Placing:
    from sanwang.collaboration.chains.placing import place as place_all
    from sanwang.collaboration.encoder import bundled

    encoder = None if words_only else next(iter(bundled()[0]), None)
    with progress() as report:
        return place_all(region, chains, encoder, progress=report)


def _special(
    region: Region, placing: Placing, chains: tuple[Chain, ...]
) -> tuple[Specialisation | None, dict[str, Specialisation]]:
    from sanwang.collaboration.chains.specialisation import counted, specialisation, triangle
    from sanwang.errors import DataError

    try:
        special = specialisation(counted(region, placing))
    except DataError as error:
        console.print(str(error))
        special = None
    return special, triangle(region, placing, chains)


def _teams(region: Region, chains: tuple[Chain, ...], placing: Placing, links: list[str]) -> list[Consortium]:
    """For each link without a maker the best team, capabilities that nobody has left open."""
    from sanwang.collaboration.chains import consortium as teams
    from sanwang.collaboration.chains.capabilities import target_of

    load = teams.workload(placing.frame)
    found: list[Consortium] = []
    for link in links:
        target = target_of(region, chains, placing, link)
        if any(c.holders for c in target.capabilities):
            found.append(
                teams.consortium(region, target, alternatives=0, load=load, leave_open=True, seconds=10)
            )
    return found


def consortium(
    folder: Workspace,
    target: Annotated[
        str, typer.Option(help="环节、需求编号，或以分号隔开的能力 / a link, a need, or capabilities")
    ],
    leader: Annotated[str | None, typer.Option(help="指定牵头企业 / the leading firm")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="预算（万元）/ budget, 10,000 CNY")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="最多几家 / members at most")] = None,
    per_city: Annotated[int | None, typer.Option(min=1, help="每市最多几家 / of one city")] = None,
    per_kind: Annotated[int | None, typer.Option(min=1, help="每类最多几家 / of one kind")] = None,
    alternatives: Annotated[int, typer.Option(min=0, max=10, help="另给几个不同的方案 / other teams")] = 2,
    leave_open: Annotated[
        bool, typer.Option("--leave-open", help="无人具备的能力暂缺 / leave open what nobody has")
    ] = False,
    out: Out = None,
    words_only: Words = False,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """联合体：牵头企业与费力最少而能力齐全的队伍，并给出不同的备选。 A leading firm and the least team."""
    from sanwang.collaboration.chains import consortium as teams
    from sanwang.collaboration.chains.capabilities import target_of
    from sanwang.report import chains as report

    region = Region.open(folder)
    every = _chains(region)
    placing = _placing(region, every, words_only)
    limits = teams.Limits(None if budget is None else round(budget * 1_000_000), most, per_city, per_kind)
    found = teams.consortium(
        region, target_of(region, every, placing, target), leader, limits, alternatives,
        load=teams.workload(placing.frame), leave_open=leave_open,
    )  # fmt: skip
    if out is not None:
        written = report.write_consortium(region, found, out, lang)
        console.print(f"{out}: {', '.join(p.name for p in written)}")
    if json:
        print_json(report.consortium_json(region, found))
        return
    for sentence in report.consortium_sentences(found, lang):
        output.print(sentence, soft_wrap=True)
    _show_teams(found, lang)


def _show_teams(found: Consortium, lang: Lang) -> None:
    from sanwang.report.chains import members_table

    shown = members_table(found, lang)
    keys = ("name", "city", "roles", "covers", "points", "share", "without")
    heads = {c.key: c.label for c in shown.columns}
    for number, team in enumerate(found.teams, 1):
        rows = [
            [r["name"], r["city"] or "–", r["roles"], r["covers"], f"{r['points']:.2f}", f"{r['share']:.0%}",
             r["without"] or "–"]
            for r in shown.frame.to_dicts() if r["team"] == number
        ]  # fmt: skip
        table(f"{number}：{team.points:.2f}，{yuan(team.price)}", [heads[k] for k in keys], rows)


def place(
    folder: Workspace,
    item: Annotated[str, typer.Argument(help="机构、成果、基地或需求的编号 / ID of a row")],
    link: Annotated[str, typer.Argument(help="环节编号 / ID of a link")],
    by: Annotated[str, typer.Option(help="谁定的 / who says so")],
    not_: Annotated[bool, typer.Option("--not", help="不属于该环节 / it does not belong there")] = False,
    note: Annotated[str, typer.Option(help="理由 / why")] = "",
) -> None:
    """更正归链：人的判断优先于计算，并保存。 Correct where a row stands; a person's word wins and is kept."""
    from sanwang.collaboration.chains.corrections import correct

    region = Region.open(folder)
    known = {k.id for one in _chains(region) for k in one.links}
    if link not in known:
        raise OptionError(f"没有环节 {link} / there is no link {link}")
    rows = ("actors", "achievements", "bases", "makers", "needs")
    if not any(item in region[kind]["id"].to_list() for kind in rows):
        raise OptionError(f"没有编号为 {item} 的行 / no row has the id {item}")
    path = correct(folder, item, link, by, "no" if not_ else "yes", date.today(), note)
    console.print(f"{path}: {item} {'不属于' if not_ else '属于'} {link}（{by}）")


def chain_import(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="一行一家企业的表 / one row a firm")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新的工作区目录 / a new workspace")],
) -> None:
    """导入链办的表：一行一家企业，写明产业链、环节、产品。 A chain office's sheet becomes a workspace."""
    from sanwang.sources.chain_sheet import import_sheet

    counts = import_sheet(sheet, folder)
    console.print(f"{folder}: " + ", ".join(f"{kind} {count}" for kind, count in counts.items()))
