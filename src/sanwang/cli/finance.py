"""Commands of the finance network."""

from __future__ import annotations

import json as json_text
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sanwang.cli.terminal import console, output, table
from sanwang.errors import InputError, OptionError
from sanwang.region import Region

if TYPE_CHECKING:
    from sanwang.finance.setoff import Settlement

Unit = Literal["fen", "yuan", "wan"]
File = Annotated[Path, typer.Argument(metavar="FILE", help="债务清单 csv 或 parquet / obligations")]
JsonOption = Annotated[bool, typer.Option("--json", help="标准输出只写一个 JSON 对象 / one JSON object")]
UnitOption = Annotated[
    Unit | None, typer.Option(help="金额单位，默认分 / unit of the amounts, fen unless said")
]


def register(app: typer.Typer) -> None:
    """Add the finance commands to the command line."""
    app.command("settle")(settle)
    app.command("settle-check")(settle_check)
    app.command("stress")(stress)


def _print(data: dict[str, Any]) -> None:
    sys.stdout.write(json_text.dumps(data, ensure_ascii=False, default=str) + "\n")


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d} 元"


def settle(
    file: File,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="输出目录 / where to")
    ] = None,
    unit: UnitOption = None,
    all_consent: Annotated[
        bool, typer.Option("--all-consent", help="不同意的也参加 / ignore the consent column")
    ] = False,
    include_disputed: Annotated[bool, typer.Option(help="有争议的也参加 / disputed ones take part")] = False,
    prefer: Annotated[
        Path | None, typer.Option(help="优先企业名单，一行一家 / firms to put first, one a line")
    ] = None,
    preference: Annotated[int, typer.Option(help="优先企业的一分计几分 / a preferred fen counts as")] = 10,
    inject: Annotated[int | None, typer.Option(help="注入资金上限（分）/ liquidity to place, in fen")] = None,
    points: Annotated[int, typer.Option(min=1, max=50, help="注资曲线点数 / points on its curve")] = 5,
    places: Annotated[
        Path | None, typer.Option(help="csv：firm,place，比较分地与跨地 / place by place")
    ] = None,
    notice: Annotated[str | None, typer.Option(help="一家企业的通知书 / one firm's notice")] = None,
    notices: Annotated[
        bool, typer.Option("--notices", help="在输出目录写出每家企业的通知书 / every firm's notice as a file")
    ] = False,
    pay_on: Annotated[
        str | None,
        typer.Option(
            "--pay-on", help="余额的付款报文 pain.001，执行日 / what remains, as pain.001, for a day"
        ),
    ] = None,
    private: Annotated[
        Path | None,
        typer.Option("--private-key", help="密钥文件：只写各企业的加密编号通知书 / keyed-hash notices only"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """多边轧差：不改变任何一方净头寸，冲抵最多的债务。 Cancel the most debt, nobody's balance changing."""
    from sanwang.finance import certificate, setoff
    from sanwang.finance.obligations import read_obligations

    found = read_obligations(file, unit)
    chosen: Any = {"consenting_only": not all_consent, "include_disputed": include_disputed}
    liked = frozenset(_lines(prefer)) if prefer else frozenset[str]()
    settled = setoff.settle(found, **chosen, prefer=liked, preference=preference)
    data = certificate.summary(settled)
    if liked:
        data["cost_of_preference"] = setoff.settle(found, **chosen).cleared - settled.cleared
    data |= _variants(found, inject, points, places)
    if notice is not None:
        data["notice"] = certificate.notice(settled, notice)
    if out is not None:
        data["files"] = _write(settled, out, private)
        if private is None:
            data["files"] += _report(file, settled, out, notices, pay_on)
    if json:
        _print(data)
    else:
        _show(data)


def _write(settled: Any, out: Path, private: Path | None) -> list[str]:  # noqa: ANN401
    from sanwang.finance import certificate

    if private is None:
        return [str(p) for p in certificate.write_settlement(settled, out)]
    from sanwang.finance.privacy import write_private

    try:
        key = private.read_bytes().strip()
    except OSError as error:
        raise InputError(f"{private}: {error.strerror}") from error
    return [str(p) for p in write_private(settled, key, out)]


def _report(file: Path, settled: Settlement, out: Path, notices: bool, pay_on: str | None) -> list[str]:
    """The page, the workbook, notices and the payments that remain, with names where the workspace has them."""
    from sanwang.finance.notices import write_notices
    from sanwang.finance.payments import payments
    from sanwang.report.finance import write_settlement_report
    from sanwang.sources.atomic import atomic_path

    names, fictional = _names(file)
    written = [str(p) for p in write_settlement_report(settled, names, fictional, out)]
    if notices:
        count = write_notices(settled, out / "notices", names)
        written.append(f"{out / 'notices'}: {count}")
    if pay_on is not None:
        text = payments(settled, _day(pay_on), names)
        with atomic_path(out / "pain.001.xml") as path:
            path.write_text(text, encoding="utf-8", newline="\n")
        written.append(str(out / "pain.001.xml"))
    return written


def _names(file: Path) -> tuple[dict[str, str], bool]:
    """Names of firms by id and whether they are fictional, where the obligations are a workspace's."""
    if not file.is_dir():
        return {}, False
    region = Region.open(file)
    rows = region["actors"].drop_nulls(["id", "name"]).select("id", "name")
    return dict(rows.iter_rows()), region.fictional


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise OptionError(f"{text!r}: 应为 YYYY-MM-DD / a date is asked") from error


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: cannot be read / 无法读取 ({error})") from error


def _variants(found: Any, inject: int | None, points: int, places: Path | None) -> dict[str, Any]:  # noqa: ANN401
    from sanwang.finance import variants

    data: dict[str, Any] = {}
    if inject is not None:
        curve, placed = variants.inject(found, [inject * k // points for k in range(points + 1)])
        data["injection"] = {"curve": curve.to_dicts(), "placed": placed.to_dicts()}
    if places is not None:
        split = [line.split(",") for line in _lines(places)[1:]]
        where = {cells[0].strip(): cells[1].strip() for cells in split if len(cells) > 1 and cells[1].strip()}
        data["places"] = variants.by_place(found, where).to_dicts()
    return data


def _show(data: dict[str, Any]) -> None:
    steps = data["steps"]
    lines = [
        ["债务总额 / total", _yuan(data["total"])],
        ["冲抵 / cleared", f"{_yuan(data['cleared'])} ({data['cleared'] / max(1, data['total']):.2%})"],
        ["仍须支付 / remaining", _yuan(data["remaining"])],
        ["在环上的债务（上限） / on cycles, an upper bound", _yuan(steps["amount_on_cycles"])],
        ["仅双边可冲抵 / netting pair by pair alone", _yuan(steps["bilateral_alone"])],
        ["最优性已证 / proved optimal", "是 / yes" if data["optimal"] else "否 / no"],
        ["未计入的行 / rows rejected", str(steps["rejected"])],
        ["自己欠自己 / self-debts", f"{steps['self_debts']} ({_yuan(steps['self_debt_amount'])})"],
        ["未参加 / kept out", str(steps["kept_out"])],
    ]
    table("多边轧差 / set-off", ["", ""], lines)
    if data["cleared"] == 0:
        output.print("没有环，无可冲抵 / no cycle among the obligations: nothing can be set off")
    for name in ("cost_of_preference", "injection", "places", "notice"):
        if name in data:
            output.print_json(json_text.dumps({name: data[name]}, ensure_ascii=False, default=str))
    for name in data.get("files", [])[:8]:
        console.print(name)


def settle_check(
    file: File,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="轧差结果目录 / the settlement's folder")],
    unit: UnitOption = None,
    json: JsonOption = False,
) -> None:
    """核验轧差：不用求解器，逐笔重算并验证最优性。 Check a settlement without a solver; status 1 if unsound."""
    from sanwang.finance.certificate import check_settlement
    from sanwang.finance.obligations import read_obligations

    found = check_settlement(read_obligations(file, unit), out)
    if json:
        _print(
            {
                "ok": found.ok,
                "faults": found.faults,
                "total": found.total,
                "cleared": found.cleared,
                "bound": found.bound,
            }
        )
    elif found.ok:
        output.print(f"核验通过 / sound: {_yuan(found.cleared)} / {_yuan(found.total)}")
    for fault in () if json else found.faults:
        output.print(f"不符 / wrong: {fault}", markup=False)
    raise typer.Exit(0 if found.ok else 1)


def stress(
    file: File,
    cash: Annotated[
        Path | None,
        typer.Option(
            help="csv：firm,cash（分）；缺省为应付与应收之差加缓冲 / cash in fen; else just enough plus a buffer"
        ),
    ] = None,
    fails: Annotated[
        list[str] | None, typer.Option(help="停止付款的企业编号 / a firm that stops paying")
    ] = None,
    buffer: Annotated[
        float, typer.Option(min=0, help="缺省现金另加应付额的比例 / extra cash, share of payables")
    ] = 0.02,
    unit: UnitOption = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="输出目录 / folder to write")
    ] = None,
    json: JsonOption = False,
) -> None:
    """压力测试：谁付不出、按什么顺序波及谁、轧差能减轻多少。 Who cannot pay, who is hit next, what set-off saves."""
    import polars as pl

    from sanwang.finance import stress as falls
    from sanwang.finance.obligations import read_obligations
    from sanwang.finance.setoff import settle as set_off

    found = read_obligations(file, unit)
    if found.rows["currency"].n_unique() > 1:
        raise InputError("several currencies; stress one at a time / 多币种须分别测试")
    settled = set_off(found)
    money = _assumed_cash(settled, buffer) if cash is None else _cash(cash)
    known = set(settled.firms["firm"])
    halted = frozenset(fails or [])
    if unknown := sorted(halted - known):
        raise OptionError(f"{unknown[0]} 不在债务清单中 / is in no obligation")
    left = settled.invoices.select("debtor", "creditor", pl.col("after").alias("amount")).filter(
        pl.col("amount") > 0
    )
    before, after = falls.stress(found.rows, money, halted), falls.stress(left, money, halted)
    data = {
        name: {"defaults": s.defaults, "unpaid": round(s.unpaid), "residual": s.residual}
        for name, s in (("before", before), ("after_set_off", after))
    }
    hit = before.firms.filter(pl.col("round") > 0).sort("round", "shortfall", descending=[False, True])
    if out is not None:
        from sanwang.report.finance import write_stress

        names, fictional = _names(file)
        assumed = f"现金为推定：应付与应收之差（如为正）加应付额的 {buffer:.0%} / cash is assumed"
        told = "" if cash is not None else assumed
        told += "" if not fails else f"；停止付款的企业：{'、'.join(names.get(f, f) for f in fails)}"
        written = write_stress(before, after, found.rows, names, told, fictional, out)
        console.print(", ".join(str(p) for p in written))
    if json:
        _print(data | {"cleared": settled.cleared, "hit": hit.to_dicts()})
        return
    lines = [
        [n, str(d["defaults"]), _yuan(int(d["unpaid"])), f"{d['residual']:.2g} 分"] for n, d in data.items()
    ]
    table("压力测试 / stress", ["", "违约家数 / defaults", "未付 / unpaid", "不动点误差 / residual"], lines)
    shown = [[r["firm"], str(r["round"]), _yuan(round(r["shortfall"]))] for r in hit.head(20).to_dicts()]
    table("波及顺序 / order", ["企业 / firm", "轮次 / round", "未付 / shortfall"], shown)


def _assumed_cash(settled: Settlement, buffer: float) -> dict[str, float]:
    """Just what a firm lacks if all its debtors pay, and a share of its payables more."""
    rows = settled.firms.select("firm", "payable", "receivable").iter_rows()
    return {firm: max(0, owed - due) + buffer * owed for firm, owed, due in rows}


def _cash(path: Path) -> dict[str, float]:
    try:
        split = [line.split(",") for line in _lines(path)[1:]]
        return {cells[0].strip(): float(int(cells[1])) for cells in split}
    except (ValueError, IndexError) as error:
        raise InputError(
            f"{path}: every line must be firm,cash in whole fen / 每行须为 企业,现金（分）"
        ) from error
