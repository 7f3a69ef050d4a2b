"""Commands of the finance network: settle, settle-check, contagion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sanwang.cli.common import JsonOption, LangOption, print_json
from sanwang.cli.terminal import output, table, yuan
from sanwang.errors import InputError, OptionError
from sanwang.region import Region

Source = Annotated[
    Path,
    typer.Argument(metavar="OBLIGATIONS", help="债务表 csv 或工作区 / a csv of obligations, or a workspace"),
]
UnitOption = Annotated[Literal["fen", "yuan"], typer.Option(help="金额列的单位 / unit of the amounts")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(settle)
    app.command("settle-check")(settle_check)
    app.command()(contagion)


def _read(source: Path, unit: str) -> tuple[Any, Region | None]:
    from sanwang.finance.obligations import from_region, read_obligations

    if source.is_dir() or source.suffix in (".xlsx", ".parquet"):
        region = Region.open(source)
        if not region.has("obligations"):
            raise InputError(f"{source}: no obligations / 没有债务表")
        return from_region(region.without_errors()), region
    if not source.exists():
        raise InputError(f"{source} does not exist / 文件不存在")
    return read_obligations(source, unit), None


def settle(
    source: Source,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="输出目录 / where to")
    ] = None,
    unit: UnitOption = "fen",
    injection: Annotated[float, typer.Option(min=0, help="注入资金（元）/ money from outside, yuan")] = 0.0,
    curve: Annotated[
        bool, typer.Option("--curve", help="注入 0…X 的清偿曲线 / the curve from 0 to X")
    ] = False,
    small_first: Annotated[
        Path | None, typer.Option(help="优先企业名单，每行一个编号 / firms that come first, an id a line")
    ] = None,
    by_place: Annotated[
        bool, typer.Option("--by-place", help="各地单独与合并的差别（工作区）/ each place alone")
    ] = False,
    private: Annotated[
        Path | None,
        typer.Option(metavar="KEYFILE", help="保密方式：编号用此密钥散列 / ids hashed with this key"),
    ] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """轧差：不改变任何一方净头寸，最多能抵销多少债务，精确到分。 The most debt that cancels, exact to the fen."""
    from sanwang.finance import setoff, written

    given, region = _read(source, unit)
    if private is not None:
        given = written.keyed(given, _key(private))
    cash = round(injection * 100)
    first = _lines(small_first)
    made = setoff.settle(given, cash, first)
    data = written.summary(made)
    if first:
        data["cost_of_priority"] = setoff.settle(given, cash).cleared - made.cleared
    if curve:
        data["curve"] = setoff.injection_curve(given, cash).to_dicts()
    if by_place:
        if region is None or private is not None:
            raise OptionError("--by-place needs a workspace with actors' places / 需要带机构所在地的工作区")
        data["places"] = setoff.by_place(given, _cities(region)).to_dicts()
    files: list[Path] = []
    if out is not None:
        fictional = region is not None and region.fictional
        files = (
            written.write_private(made, out) if private else written.write_settlement(made, out, fictional)
        )
    if json:
        print_json(data | {"files": [str(f) for f in files]})
        return
    if region is not None and region.fictional:
        output.print("[bold]虚构样例，所有机构与数据均为虚构 / fictional sample[/]")
    _show(data, lang == "zh")
    for file in files:
        output.print(str(file), soft_wrap=True)


def _show(data: dict[str, Any], zh: bool) -> None:
    steps = data["steps"]
    rows = [
        ["债务总额" if zh else "total", yuan(data["total"]), f"{steps['rows']:,}"],
        ["自己欠自己" if zh else "debts to oneself", "", f"{steps['self_debts']:,}"],
        ["争议或已结" if zh else "disputed or settled", "", f"{steps['not_open']:,}"],
        ["不同意" if zh else "no consent", "", f"{steps['no_consent']:,}"],
        [
            "在环上的债务（上限）" if zh else "on cycles (upper bound)",
            yuan(data["upper_bound"]),
            f"{steps['arcs_on_cycles']:,}",
        ],
        ["仅两两相抵" if zh else "pairs alone", yuan(steps["bilateral"]), ""],
        ["抵销" if zh else "cleared", yuan(data["cleared"]), f"{data['share']:.2%}"],
        ["尚余" if zh else "remaining", yuan(data["remaining"]), f"{data['seconds']:.2f} s"],
    ]
    if "cost_of_priority" in data:
        rows.append(["优先的代价" if zh else "cost of the priority", yuan(data["cost_of_priority"]), ""])
    table("", ["项目", "金额", "笔数 / 比例"] if zh else ["item", "amount", "count / share"], rows)
    if data["cleared"] == 0:
        output.print("没有任何债务位于环上，无法抵销 / no debt lies on a cycle: nothing can be cleared")
    if "curve" in data:
        lines = [
            [yuan(p["injection"]), yuan(p["cleared"]), "" if p["per_fen"] is None else f"{p['per_fen']:.2f}"]
            for p in data["curve"]
        ]
        table("", ["注入", "抵销", "每元多抵销"] if zh else ["injected", "cleared", "more a yuan"], lines)
    if "places" in data:
        lines = [
            [p["place"] or ("跨地区" if zh else "across places"), yuan(p["cleared"]), yuan(p["total"])]
            for p in data["places"]
        ]
        table("", ["地区", "抵销", "总额"] if zh else ["place", "cleared", "total"], lines)


def settle_check(
    source: Source,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="轧差结果目录 / the settlement's folder")],
    unit: UnitOption = "fen",
    json: JsonOption = False,
) -> None:
    """核对轧差：不用求解器，核对逐笔、净头寸与最优性证书。 A settlement checked without a solver."""
    from sanwang.finance.written import check_folder

    given, _ = _read(source, unit)
    found = check_folder(given, out)
    if json:
        print_json(
            {"ok": found.ok, "cleared": found.cleared, "bound": found.bound, "problems": list(found.problems)}
        )
    else:
        proof = (
            "未含最优性证明 / feasibility only"
            if found.bound is None
            else "净头寸不变，已证明最大 / greatest, proven"
        )
        output.print(
            f"{'通过 / ok' if found.ok else '未通过 / failed'}: {yuan(found.cleared)}"
            + (f"（{proof}）" if found.ok else "")
        )
        for problem in found.problems[:40]:
            output.print(f"  {problem}", soft_wrap=True, markup=False)
    raise typer.Exit(0 if found.ok else 1)


def contagion(
    source: Source,
    firm: Annotated[list[str], typer.Option(help="违约企业 / the firm that defaults")],
    loss: Annotated[float, typer.Option(min=0, max=1, help="损失的偿付能力 / share of its means lost")] = 1.0,
    cash: Annotated[
        float,
        typer.Option(min=0, help="现金占应付的比例 / cash as a share of what is owed"),
    ] = 0.1,
    unit: UnitOption = "fen",
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """违约传染：谁会受影响、第几轮、轧差能减少多少。 Who is hit by a default, when, and what set-off spares."""
    from sanwang.finance import contagion as spreading
    from sanwang.finance.setoff import settle as run

    given, region = _read(source, unit)
    made = run(given)
    owed = dict(made.firms.select("firm", "payable_before").iter_rows())
    assets = {name: round(cash * amount) for name, amount in owed.items()}
    shocked = dict.fromkeys(firm, loss)
    left = spreading.after_setoff(made.invoices, given.name)
    still = {
        f: s
        for f, s in shocked.items()
        if f in {*left.frame["debtor"].to_list(), *left.frame["creditor"].to_list()}
    }
    calm = [spreading.contagion(given, assets, {}), spreading.contagion(left, assets, {})]
    hurt = [spreading.contagion(given, assets, shocked), spreading.contagion(left, assets, still)]
    # Only what the default adds counts: some firms fall short of cash without it.
    hits = [
        h.firms.drop_nulls("fell_in").join(
            c.firms.drop_nulls("fell_in").select("firm"), on="firm", how="anti"
        )
        for h, c in zip(hurt, calm, strict=True)
    ]
    unpaid = [h.unpaid - c.unpaid for h, c in zip(hurt, calm, strict=True)]
    hit = hits[0].sort("fell_in", "firm")
    data = {
        "hit_before": hits[0].height,
        "hit_after": hits[1].height,
        "unpaid_before": unpaid[0],
        "unpaid_after": unpaid[1],
        "fixed_point_error": max(h.error for h in hurt),
        "cash_share": cash,
        "firms": hit.to_dicts(),
    }
    if json:
        print_json(data)
        return
    if region is not None and region.fictional:
        output.print("[bold]虚构样例，所有机构与数据均为虚构 / fictional sample[/]")
    zh = lang == "zh"
    rows = [
        ["受影响企业" if zh else "firms hit", f"{data['hit_before']:,}", f"{data['hit_after']:,}"],
        ["因此无法支付" if zh else "unpaid because of it", yuan(round(unpaid[0])), yuan(round(unpaid[1]))],
    ]
    table("", ["", "轧差前", "轧差后"] if zh else ["", "before set-off", "after"], rows)
    lines = [
        [r["firm"], str(r["fell_in"]), yuan(r["owed"]), f"{r['share']:.0%}"] for r in hit.head(20).to_dicts()
    ]
    table("", ["企业", "轮次", "应付", "能付"] if zh else ["firm", "round", "owed", "paid"], lines)
    output.print(f"现金为应付的 {cash:.0%} 是假设 / cash of {cash:.0%} of what is owed is an assumption")


def _cities(region: Region) -> dict[str, str | None]:
    """The city each actor stands in; zones by the place they lie in."""
    from sanwang.standards import places as gb2260

    parents: dict[str, str | None] = dict(region["places"].select("code", "parent").iter_rows())

    def city(code: str | None) -> str | None:
        seen: set[str] = set()
        while code is not None and gb2260.place(code) is None and code not in seen:
            seen.add(code)
            code = parents.get(code)
        found = gb2260.city_of(code) or gb2260.province_of(code) if code else None
        named = gb2260.place(found) if found else None
        return named.name if named else found

    return {actor: city(place) for actor, place in region["actors"].select("id", "place").iter_rows()}


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}) / 无法读取") from error


def _key(path: Path) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error}) / 无法读取") from error
    if len(key) < 16:
        raise InputError(f"{path}: a key needs 16 bytes or more / 密钥至少 16 字节")
    return key
