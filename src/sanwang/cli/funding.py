"""Commands about one firm's finance: its points, the products open to it, who gets what."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from sanwang.cli.common import JsonOption, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, table, yuan
from sanwang.errors import InputError, OptionError
from sanwang.region import Region

FirmOption = Annotated[str | None, typer.Option(help="一家企业的编号 / one firm's id")]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="写入 .xlsx 或 .html / write a workbook or a page")
]
SchemeOption = Annotated[
    Path | None, typer.Option(help="积分方案 TOML；不给则用示意方案 / a scheme; else the illustrative one")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("points")(points)
    app.command("products")(products)
    app.command("allocate")(allocate)


def _name(region: Region, actor: str) -> str:
    found = region["actors"].filter(region["actors"]["id"] == actor)["name"].to_list()
    return str(found[0]) if found and found[0] else actor


def points(
    folder: Workspace,
    firm: FirmOption = None,
    scheme: SchemeOption = None,
    year: Annotated[int | None, typer.Option(help="只用到这一年为止的数据 / data up to this year")] = None,
    draws: Annotated[int, typer.Option(min=1, max=100_000, help="权重抽样次数 / draws of weights")] = 2000,
    seed: Annotated[int, typer.Option(help="随机种子 / seed of the draws")] = 1,
    out: OutOption = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """创新积分：得分、各指标贡献、缺失的上下界、名次及其稳定性、怎样提高。 Points and what moves them."""
    from sanwang.finance import points as marks
    from sanwang.finance.scheme import load_scheme

    region = Region.open(folder)
    if not region.has("points"):
        raise OptionError(f"{folder}: the workspace has no points table / 工作区没有创新积分表")
    found = marks.score(
        region["points"], region["actors"], load_scheme(scheme), year=year, draws=draws, seed=seed
    )
    lost = dict(found.unstaged.iter_rows())
    if firm is not None and firm not in found.firms["actor"]:
        raise OptionError(f"{firm}: {lost.get(firm, '积分表中没有该企业 / not in the points table')}")
    if out is not None:
        from sanwang.report.funding import write_points

        write_points(region, found, out, firm, lang)
        console.print(str(out))
    if json:
        print_json(_points_json(found, firm))
    elif firm is None:
        _all_points(region, found)
    else:
        _one_firm(region, found, firm)


def _points_json(found: Any, firm: str | None) -> dict[str, Any]:  # noqa: ANN401 - Points, loaded when asked for
    firms, parts = found.firms, found.parts
    if firm is not None:
        firms, parts = firms.filter(firms["actor"] == firm), parts.filter(parts["actor"] == firm)
    return {
        "scheme": found.scheme.name, "notice": found.scheme.notice, "year": found.year, "draws": found.draws,
        "seed": found.seed, "firms": firms.to_dicts(), "parts": parts.to_dicts(),
        "unstaged": found.unstaged.to_dicts(), "unused": found.unused.height,
    }  # fmt: skip


def _all_points(region: Region, found: Any) -> None:  # noqa: ANN401
    output.print(found.scheme.notice, style="yellow")
    for stage in found.scheme.stages:
        firms = found.firms.filter(found.firms["stage"] == stage.id)
        lines = [
            [
                f"{r['rank']}/{r['peers']}", f"{r['actor']} {_name(region, r['actor'])}", f"{r['score']:.1f}",
                f"{r['lower']:.1f}–{r['upper']:.1f}", f"{r['rank_p5']:.0f}–{r['rank_p95']:.0f}",
                "–" if r["shift"] is None else f"{r['shift']:.1%}", str(r["missing"]),
            ]
            for r in firms.head(15).to_dicts()
        ]  # fmt: skip
        heads = ["名次/rank", "企业/firm", "得分/score", "缺失上下界/bounds", "权重扰动名次90%/rank range"]
        table(f"{stage.zh} / {stage.en}", [*heads, "换位所需权重/shift", "缺失/missing"], lines)
    for actor, why in found.unstaged.head(10).iter_rows():
        output.print(f"未评分 / not scored: {actor} {why}", markup=False)
    if found.unused.height:
        output.print(f"未计入的行 / rows not counted: {found.unused.height}")


def _one_firm(region: Region, found: Any, firm: str) -> None:  # noqa: ANN401
    output.print(found.scheme.notice, style="yellow")
    r = found.firms.filter(found.firms["actor"] == firm).to_dicts()[0]
    stage = next(s for s in found.scheme.stages if s.id == r["stage"])
    swap = "不换位 / none" if r["shift"] is None else f"{r['shift']:.1%}（{r['shift_against']}）"
    lines = [
        ["阶段 / stage", f"{stage.zh} / {stage.en} ({r['stage_from']})"],
        ["得分 / score", f"{r['score']:.1f} / {found.scheme.full_marks:g}"],
        ["缺失取最差与最好 / bounds", f"{r['lower']:.1f} – {r['upper']:.1f}（缺 {r['missing']} 项 / missing）"],
        ["名次 / rank", f"{r['rank']} / {r['peers']}（{r['rank_best']}–{r['rank_worst']}）"],
        ["权重扰动下名次 / under random weights", f"{r['rank_p5']:.0f}–{r['rank_p95']:.0f}，不变 {r['rank_kept']:.0%}"],
        ["移动多少权重即换位 / least shift of weight", swap],
    ]  # fmt: skip
    table(f"{firm} {_name(region, firm)}", ["", ""], lines)
    parts = found.parts.filter(found.parts["actor"] == firm)
    rows = [
        [
            p["indicator"], "缺失 / missing" if p["missing"] else f"{p['value']:,.6g}", f"{p['mark']:.2f}",
            f"{p['weight']:.1%}", f"{p['contribution']:.1f}", f"+{p['gain_to_peer']:.1f}",
            "" if p["peer_value"] is None else f"{p['peer_value']:,.4g}",
        ]
        for p in parts.sort("gain_to_peer", descending=True).to_dicts()
    ]  # fmt: skip
    heads = ["指标/indicator", "值/value", "分/mark", "权重/weight", "贡献/points"]
    table("怎样提高 / what raises it", [*heads, "达到同类上四分位可得/gain", "该值/that value"], rows)


def products(
    folder: Workspace,
    firm: Annotated[str, typer.Option(help="企业编号 / the firm's id")],
    amount: Annotated[str, typer.Option(help="金额，如 300万、50000元 / how much, such as 300万")],
    months: Annotated[
        int | None, typer.Option(min=1, max=600, help="期限（月）；不给则用各产品期限 / term")
    ] = None,
    purpose: Annotated[
        str | None, typer.Option(help="用途 research、pilot、equipment、working、expansion / what for")
    ] = None,
    trl: Annotated[int | None, typer.Option(min=1, max=9, help="成果成熟度 / TRL of the result")] = None,
    valuation: Annotated[
        str | None, typer.Option(help="投前估值，如 5000万 / worth before the money")
    ] = None,
    equity_share: Annotated[float, typer.Option(help="投贷联动中股权占比 / equity beside a loan")] = 0.3,
    warrant: Annotated[float, typer.Option(help="认股权占贷款比例 / warrants, share of the loan")] = 0.0,
    start: Annotated[str, typer.Option(help="放款日 / day of payment")] = "2026-01-01",
    out: OutOption = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """产品比较：能用哪些、差在哪里、实际年化成本、还款、稀释、组合与材料。 Every product for one firm."""
    from sanwang.finance.offers import offers

    day = _day(start)
    region = Region.open(folder)
    found = offers(
        region,
        firm,
        _fen(amount, "--amount"),
        start=day,
        months=months,
        purpose=purpose,
        trl=trl,
        valuation=None if valuation is None else _fen(valuation, "--valuation"),
        equity_share=equity_share,
        warrant=warrant,
    )
    if out is not None:
        from sanwang.report.funding import write_offers

        write_offers(region, found, out, firm, lang)
        console.print(str(out))
    if json:
        tables = {k: getattr(found, k).to_dicts() for k in ("offers", "rules", "schedules", "documents")}
        print_json({"firm": firm, "facts": dict(found.facts), "notice": found.notice, **tables})
    else:
        _show_offers(f"{firm} {_name(region, firm)}", found)


def _fen(text: str, option: str) -> int:
    from sanwang.sources.cells import money_of

    value, _ = money_of(text)
    if not isinstance(value, int) or value <= 0:
        raise OptionError(f"{option} {text!r}: wanted an amount such as 300万 or 50000元 / 金额无法识别")
    return value


def _show_offers(title: str, found: Any) -> None:  # noqa: ANN401 - Offers, loaded when asked for
    import polars as pl

    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.2%}"

    heads = [
        "产品/product",
        "实际年化/effective",
        "含股权/with equity",
        "稀释/dilution",
        "月/months",
        "息费/cost",
    ]
    good = found.offers.filter(pl.col("eligible"))
    for words, frame in (
        ("可用 / open", good.filter(pl.col("with").is_null())),
        (
            "组合（最省的 12 种） / combinations, the 12 cheapest",
            good.filter(pl.col("with").is_not_null()).head(12),
        ),
    ):
        rows = [
            [
                f"{r['offer']} {r['name']}", share(r["effective_rate"]), share(r["blended_rate"] or r["return_asked"]),
                share(r["dilution"]), f"{r['months']}", yuan(r["interest"] + r["fees"]), r["to_read"],
            ]
            for r in frame.to_dicts()
        ]  # fmt: skip
        table(f"{title}：{words}", [*heads, "须人工核对/to read"], rows)
    alone = found.offers.filter(~pl.col("eligible") & pl.col("with").is_null())
    shut = [[f"{r['product']} {r['name']}", r["why"]] for r in alone.to_dicts()]
    table("不可用 / closed", ["产品/product", "差在哪里 / what keeps it out"], shut)
    best = found.offers.filter(pl.col("eligible"))
    if best.height:
        first = best["offer"][0]
        papers = found.documents.filter(pl.col("offer") == first)["document"].to_list()
        output.print(f"{first} 材料 / documents：{'、'.join(papers)}（{found.notice}）", markup=False)


def allocate(
    folder: Workspace,
    asks: Annotated[
        Path | None, typer.Option(help="csv：firm,amount，如 300万；不给则取需求预算之和 / who asks how much")
    ] = None,
    risks: Annotated[
        Path | None,
        typer.Option(help="csv：firm,risk 预期损失率；不给则按规模假设 / expected loss of a yuan"),
    ] = None,
    loss_share: Annotated[float, typer.Option(help="预期损失率上限 / expected loss at most")] = 0.03,
    least: Annotated[
        list[str] | None, typer.Option(help="地区下限，如 130600=500万 / a city at least, repeatable")
    ] = None,
    most: Annotated[
        list[str] | None, typer.Option(help="地区上限，如 110000=2000万 / a city at most, repeatable")
    ] = None,
    per_firm: Annotated[int, typer.Option(min=1, help="一家企业至多几种产品 / products a firm at most")] = 3,
    plan: Annotated[
        Path | None,
        typer.Option(help="方案目录：核对方案的融资与本分配的规则是否一致 / check against a plan"),
    ] = None,
    start: Annotated[str, typer.Option(help="放款日 / day of payment")] = "2026-01-01",
    time_limit: Annotated[float, typer.Option(min=1, help="求解秒数上限 / seconds for the solver")] = 30.0,
    out: OutOption = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """额度分配：额度、单笔、地区与风险约束下放款最有用，附影子价格。 Who gets how much of which product."""
    from sanwang.finance import allocation, asking

    region = Region.open(folder)
    day = _day(start)
    own = {f: float(_share(v, risks)) for f, v in _pairs(risks)} if risks else None
    wanted = None
    if asks is not None:
        import polars as pl

        rows = [(f, _fen(v, str(asks))) for f, v in _pairs(asks)]
        wanted = pl.DataFrame(rows, schema={"firm": pl.String, "amount": pl.Int64}, orient="row")
    given = asking.asking(region, start=day, asks=wanted, risks=own)
    found = allocation.allocate(
        given.asks, given.products, given.allowed, loss_share, _quotas(least), _quotas(most), per_firm, time_limit
    )  # fmt: skip
    agreed = asking.agreement(region, asking.read_routes(plan), start=day) if plan else None
    if out is not None:
        from sanwang.report.funding import write_allocation

        write_allocation(region, found, given, out, lang)
        console.print(str(out))
    if json:
        data: dict[str, Any] = {
            "value": found.value, "bound": found.bound, "proven": found.proven, "loss_share": found.loss_share,
            "assumed": given.assumed, "placed": found.placed.to_dicts(), "prices": found.prices.to_dicts(),
            "unserved": found.unserved.to_dicts(),
        }  # fmt: skip
        if agreed is not None:
            data["plan"] = {
                "agrees": agreed.agrees, "planned": agreed.planned, "allocated": agreed.allocated,
                "guaranteed": agreed.guaranteed, "faults": agreed.faults.to_dicts(),
            }  # fmt: skip
        print_json(data)
    else:
        _show_allocation(region, found, given, agreed)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise OptionError(f"--start {text!r}: wanted YYYY-MM-DD / 日期格式须为 年-月-日") from error


def _pairs(path: Path) -> list[tuple[str, str]]:
    """The first two cells of every line after the heading."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()[1:]
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: cannot be read / 无法读取 ({error})") from error
    cells = [[c.strip() for c in line.split(",")] for line in lines if line.strip()]
    if bad := next((c for c in cells if len(c) < 2 or not c[0] or not c[1]), None):
        raise InputError(f"{path}: {','.join(bad)}: wanted firm and value / 每行须有企业与数值")
    return [(c[0], c[1]) for c in cells]


def _share(text: str, path: Path | None) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(f"{path}: {text!r}: wanted a share between 0 and 1 / 须在 0 与 1 之间")
    return value


def _quotas(texts: list[str] | None) -> dict[str, int]:
    parts = [t.partition("=") for t in texts or []]
    return {place.strip(): _fen(value, f"{place}=") for place, _, value in parts}


def _show_allocation(region: Region, found: Any, given: Any, agreed: Any) -> None:  # noqa: ANN401
    import polars as pl

    for sentence in given.assumed:
        output.print(sentence, style="yellow")
    total = int(found.placed["amount"].sum())
    gap = (found.bound - found.value) / found.bound if found.bound else 0.0
    lines = [
        ["放款 / placed", f"{yuan(total)} / {yuan(int(given.asks['amount'].sum()))}"],
        ["企业 / firms", f"{found.placed['firm'].n_unique()} / {given.asks.height}"],
        ["预期损失率 / expected loss", f"{found.loss_share:.2%}"],
        ["离上界 / from the bound", f"{gap:.2%}{'（整数最优已证 / proven)' if found.proven else ''}"],
    ]
    table("额度分配 / allocation", ["", ""], lines)
    tight = found.prices.filter(pl.col("price") > 1e-9).sort("price", descending=True).head(15)
    rows = [[f"{r['limit']} {r['name']}", f"{r['price']:.4f}"] for r in tight.to_dicts()]
    table("影子价格 / shadow prices", ["限制/limit", "多一元的价值/worth of a yuan more"], rows)
    top = found.placed.sort("amount", descending=True).head(20).to_dicts()
    rows = [[r["firm"], _name(region, r["firm"]), r["product"], yuan(r["amount"])] for r in top]
    table("最大的 20 笔 / the largest", ["企业/firm", "", "产品/product", "金额/amount"], rows)
    if agreed is not None:
        words = "一致 / agrees" if agreed.agrees else "不一致 / differs"
        output.print(
            f"与方案 / with the plan: {words}；方案 {yuan(agreed.planned)}，分配 {yuan(agreed.allocated)}，"
            f"另有担保项下 {yuan(agreed.guaranteed)}"
        )
        for r in agreed.faults.head(10).to_dicts():
            output.print(f"{r['need']} {r['product']}: {r['why']}", markup=False)
