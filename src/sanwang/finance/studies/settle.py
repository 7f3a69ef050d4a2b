"""Set-off declared as a study: the most debt that cancels, nobody's balance changing, with its certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from sanwang.engine.port import Engine
from sanwang.errors import InputError, OptionError
from sanwang.finance import certificate, harm, setoff, variants
from sanwang.finance.harm import TOLERANCE, Effects
from sanwang.finance.notices import safe_name, write_notices
from sanwang.finance.payments import payments
from sanwang.finance.privacy import write_private
from sanwang.finance.setoff import Settlement, kept_out
from sanwang.finance.studies.debts import (
    Unit,
    banked,
    cash_of,
    currency_of,
    debts_of,
    finance_table,
    in_currency,
    in_yuan,
    kept_table,
    lines_of,
    named,
    names_of,
    pairs_of,
    rejected_table,
    yuan_only,
)
from sanwang.region import Region
from sanwang.sources.atomic import atomic_path
from sanwang.study.declare import study
from sanwang.study.option import DAY, Option, money, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table
from sanwang.study.words import amount_words, money_words, percent_words, say, word

ROWS = 2_000
"""Invoices the page and workbook hold; all of them are in invoices.csv."""


@dataclass(frozen=True)
class Settled:
    """A settlement with what was asked beside it: the cost of a preference (fen), the curve of injected money and where
    it is placed, the set-off of each place alone, one firm's notice, what the set-off changes for every firm given
    its cash, and what hurting nobody outside costs (fen). ``private`` is the key of sealed notices."""

    settlement: Settlement
    names: Mapping[str, str]
    cost_of_preference: int | None = None
    injection: tuple[pl.DataFrame, pl.DataFrame] | None = None
    places: pl.DataFrame | None = None
    notice: Mapping[str, Any] | None = None
    private: Path | None = None
    effects: Effects | None = None
    price: int | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the settlement's own
        if name.startswith("__") or name == "settlement":
            raise AttributeError(name)
        return getattr(self.settlement, name)


def shown(found: Settled, region: Region, lang: str) -> Shown:
    """What was set off, by firm, by pair and by invoice; with a key only the totals."""
    settled = found.settlement
    title, told = say("settle_title", lang), _sentences(found, lang)
    if found.private is not None:
        return Shown(title, told, [_steps(settled, lang)], notes=[say("settle_private", lang)])
    return Shown(title, told, [*_tables(found, lang), _steps(settled, lang), *_beside(found, lang)])


def _sentences(found: Settled, lang: str) -> list[str]:
    settled = found.settlement
    sums = settled.sums()
    told = [_lead(*one, lang) for one in sums]
    unit = sums[0][0] if sums else ""
    if len(sums) < 2:  # without a rate no bound is one sum
        told.append(
            say("settle_bound", lang, upper=amount_words(settled.steps["amount_on_cycles"], unit, lang))
        )
    told.append(say("settle_proved" if settled.optimal else "settle_unproved", lang))
    if settled.cleared == 0:
        told.append(say("settle_none", lang))
    if found.cost_of_preference is not None:
        told.append(say("settle_preference", lang, cost=amount_words(found.cost_of_preference, unit, lang)))
    return told + _harm(found, lang)


def _lead(currency: str, total: int, cleared: int, lang: str) -> str:
    """What was owed in a currency and set off of it."""
    words = {"total": total, "cleared": cleared, "remaining": total - cleared}
    share = percent_words(cleared / total if total else 0.0, 2)
    return say(
        "settle_lead", lang, share=share, **{n: amount_words(a, currency, lang) for n, a in words.items()}
    )


def _harm(found: Settled, lang: str) -> list[str]:
    """Who gains and loses, in sentences; nothing where no cash was given."""
    if found.effects is None:
        return []
    firms = found.effects.firms
    gain = firms.filter(pl.col("gain") > TOLERANCE)
    loss = firms.filter(pl.col("gain") < -TOLERANCE)
    told = [
        say("settle_harm", lang, gain=gain.height, gained=money_words(round(gain["gain"].sum()), lang),
            loss=loss.height, lost=money_words(round(-loss["gain"].sum()), lang),
            outside=found.effects.outside.height, fails=found.effects.newly_failing.height),
    ]  # fmt: skip
    if found.price is not None:
        out = len(found.settlement.options["without"])  # pyright: ignore[reportArgumentType]  # a list of ids
        told.append(say("settle_harmless", lang, price=money_words(found.price, lang), out=out))
    return told


def _tables(found: Settled, lang: str) -> list[Table]:
    settled, names = found.settlement, found.names
    units = [unit for unit, _, _ in settled.sums()]
    firms = named(settled.firms, names, "firm", "name").sort("cleared", "firm", descending=[True, False])
    moved = settled.pairs.filter(pl.col("cleared") > 0).sort(
        "cleared", "debtor", "creditor", descending=[True, False, False]
    )
    pairs = named(named(moved, names, "debtor", "debtor_name"), names, "creditor", "creditor_name")
    lines = (
        settled.invoices.filter(pl.col("cleared") > 0)
        .sort("cleared", "row", descending=[True, False])
        .head(ROWS)
    )
    made = [
        finance_table("firms", say("settle_firms", lang), firms, lang, currencies=units, firm="id",
                      name="text", currency="text", payable="money", payable_after="money",
                      receivable="money", receivable_after="money",
                      cleared="money", net="money"),
        finance_table("setoffs", say("settle_pairs", lang), pairs, lang, currencies=units,
                      debtor_name="text", creditor_name="text", currency="text", before="money",
                      cleared="money", after="money"),
        finance_table("invoices", say("settle_invoices", lang, rows=ROWS),
                      lines.with_columns(pl.col("due").cast(pl.String)), lang, currencies=units, id="id",
                      debtor="id", creditor="id", due="text", **in_currency(units), amount="money", cleared="money",
                      after="money"),
    ]  # fmt: skip
    whole_ = {"firms": settled.firms, "setoffs": moved.drop("weight"), "invoices": settled.invoices}
    made = [Table(t.name, t.title, t.frame, t.columns, data=whole_[t.name]) for t in made]
    made += _effects(found, lang)
    kept = settled.invoices.with_columns(kept_out(settled.options).alias("why")).filter(
        pl.col("why").is_not_null()
    )
    made += (
        [kept_table(kept.select("row", "id", "debtor", "creditor", "currency", "amount", "due", "why"), lang)]
        if kept.height
        else []
    )
    return [*made, *([rejected_table(settled.rejected, lang)] if settled.rejected.height else [])]


def _effects(found: Settled, lang: str) -> list[Table]:
    """Firms for which the set-off changes what they get, those who lose most first."""
    if found.effects is None:
        return []
    moved = found.effects.firms.filter(
        (pl.col("gain").abs() > TOLERANCE) | (pl.col("fails_before") != pl.col("fails_after"))
    )
    yes, no = ("是", "否") if lang == "zh" else ("yes", "no")
    frame = named(moved.sort("gain", "firm"), found.names, "firm", "name").with_columns(
        pl.col("lost_before", "lost_after", "gain").round().cast(pl.Int64),
        pl.when(pl.col("fails_before", "fails_after", "inside"))
        .then(pl.lit(yes))
        .otherwise(pl.lit(no))
        .name.keep(),
    )
    return [finance_table("effects", say("settle_effects", lang), frame, lang, firm="id", name="text",
                          lost_before="money", lost_after="money", gain="money", fails_before="text",
                          fails_after="text", inside="text")]  # fmt: skip


def _steps(settled: Settlement, lang: str) -> Table:
    """The steps of the computation; sums of several currencies are left out, since no rate makes them one."""
    units = [unit for unit, _, _ in settled.sums()]
    money = say("yuan", lang) if units in ([], [""], ["CNY"]) else units[0]
    rows = [
        {"step": word("steps", k, lang), "code": k, "value": v / 100 if _is_money(k) else v,
         "unit": money if _is_money(k) else ""}
        for k, v in settled.steps.items()
        if len(units) < 2 or not _is_money(k)
    ]  # fmt: skip
    frame = pl.DataFrame(
        rows, schema={"step": pl.String, "code": pl.String, "value": pl.Float64, "unit": pl.String}
    )
    table = finance_table(
        "steps", say("settle_steps", lang), frame, lang, step="text", value="real", unit="text"
    )
    return Table(table.name, table.title, frame, table.columns, data=frame)


def _is_money(step: str) -> bool:
    return step.startswith("amount") or step.endswith(("amount", "alone"))


def _beside(found: Settled, lang: str) -> list[Table]:
    made: list[Table] = []
    if found.injection is not None:
        curve, placed = found.injection
        made.append(finance_table("injection", say("settle_injection", lang), curve, lang, injected="money",
                                  used="money", cleared="money", added="money"))  # fmt: skip
        put = named(placed, found.names, "firm", "name")
        made.append(finance_table("placement", say("settle_placement", lang), put, lang, firm="id", name="text",
                                  put_in="money", ends_with="money"))  # fmt: skip
    if found.places is not None:
        money_ = [c for c in found.places.columns if c != "place"]
        made.append(finance_table("by_place", say("settle_places", lang), found.places, lang,
                                  currencies=[u for u, _, _ in found.settlement.sums()], place="text",
                                  **dict.fromkeys(money_, "money")))  # pyright: ignore[reportArgumentType]  # fmt: skip
    return made


def data(found: Settled, region: Region) -> dict[str, object]:
    """Totals in fen, the steps, whether proved optimal, and what was asked beside."""
    more: dict[str, object] = {}
    if found.cost_of_preference is not None:
        more["cost_of_preference"] = found.cost_of_preference
    if found.injection is not None:
        more["injection"] = {"curve": found.injection[0], "placed": found.injection[1]}
    if found.places is not None:
        more["places"] = found.places
    if found.notice is not None:
        more["notice"] = found.notice
    if found.effects is not None:
        more["effects"] = {
            "outside": found.effects.outside["firm"].to_list(),
            "newly_failing": found.effects.newly_failing["firm"].to_list(),
            "price": found.price,
        }
    return {**certificate.summary(found.settlement), **more}


def files(
    found: Settled, region: Region, folder: Path, options: Mapping[str, object], lang: str
) -> list[Path]:
    """The certificate, notices and payments asked for; with a key the sealed notices and nothing else."""
    if found.private is not None:
        return write_private(found.settlement, _key(found.private), folder)
    written = [certificate.write_certificate(found.settlement, folder)]
    if options.get("notices"):
        write_notices(found.settlement, folder / "notices", found.names)
        firms = found.settlement.firms["firm"].to_list()
        written += [p for f in firms if (p := folder / "notices" / f"{safe_name(f)}.txt").is_file()]
    if (day := options.get("pay_on")) is not None:
        assert isinstance(day, dt.date)
        with atomic_path(folder / "pain.001.xml") as path:
            path.write_text(_payments(found, day, options.get("accounts")), encoding="utf-8", newline="\n")
        written.append(folder / "pain.001.xml")
    return written


def _payments(found: Settled, day: dt.date, file: object) -> str:
    held = banked(file) if isinstance(file, Path) else {}
    accounts = {f: a for f, (a, _) in held.items()}
    agents = {f: b for f, (_, b) in held.items() if b}
    return payments(found.settlement, day, found.names, accounts, agents=agents)


def _key(path: Path) -> bytes:
    try:
        return path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", f"{path}：无法读取密钥文件") from error


def check(region: Region, folder: Path, options: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with a saved settlement: every invoice recomputed, and optimality proved, without a solver."""
    if options.get("private_key"):
        return ()
    given = debts_of(region, options.get("file"), options.get("unit"))
    return certificate.check_settlement(given, folder).faults


@study("settle", show=shown, data=data, files=files, check=check, source=True)
def settle(
    region: Region,
    *,
    file: Annotated[
        Path | None,
        Option("债务清单文件；缺省用工作区的债务表", "a file of obligations; else the workspace's table"),
    ] = None,
    unit: Annotated[Unit | None, Option("清单的金额单位", "unit of the file's amounts")] = None,
    all_consent: Annotated[bool, Option("不同意的也参加", "ignore the consent column")] = False,
    include_disputed: Annotated[bool, Option("有争议的也参加", "disputed ones take part")] = False,
    prefer: Annotated[Path | None, Option("优先企业名单，一行一家", "firms to put first, one a line")] = None,
    preference: Annotated[
        int, Option("优先企业的一分计几分", "what a preferred fen counts as", whole(1, 1000))
    ] = 10,
    inject: Annotated[
        int | None, Option("注入资金上限，如 100万", "liquidity to place, such as 100万", money())
    ] = None,
    points: Annotated[int, Option("注资曲线点数", "points on its curve", whole(1, 50))] = 5,
    places: Annotated[
        Path | None, Option("csv：firm,place，比较分地与跨地", "a csv firm,place: place by place")
    ] = None,
    notice: Annotated[str | None, Option("一家企业的通知书", "one firm's notice")] = None,
    notices: Annotated[bool, Option("写出每家企业的通知书", "every firm's notice as a file")] = False,
    pay_on: Annotated[
        dt.date | None, Option("余额的付款报文 pain.001，执行日", "what remains as pain.001, for a day", DAY)
    ] = None,
    accounts: Annotated[
        Path | None,
        Option("csv：firm,account,bank，写入付款报文", "a csv firm,account,bank for the payments"),
    ] = None,
    due_by: Annotated[
        dt.date | None, Option("只冲抵该日及以前到期的债务", "only debts due by that day take part", DAY)
    ] = None,
    cash: Annotated[
        Path | None, Option("csv：firm,cash，显示谁得谁失", "a csv firm,cash: who gains and who loses")
    ] = None,
    harmless: Annotated[
        bool, Option("不使场外任何一家受损（须给出现金）", "nobody outside it loses (wants cash)")
    ] = False,
    private_key: Annotated[
        Path | None, Option("密钥文件：只写各企业的加密编号通知书", "a key file: keyed-hash notices only")
    ] = None,
    engine: Engine | None = None,
) -> Settled:
    """Cancel the most debt around circles of obligations, exact to the fen, oldest invoices first.

    The largest circulation of the debts (Gavrila and Popa 2021) by a primal-dual method that brings its own proof.
    Consent, disputes and settled rows are respected; what cannot be read takes no part and is listed.
    """
    found = debts_of(region, file, unit)
    for given, what in (
        (inject, ("what is injected", "注入资金")),
        (cash, ("the firms' cash", "企业现金")),
    ):
        if given is not None:
            yuan_only(found.rows, what)
    if (prefer is not None or places is not None) and not in_yuan(found.rows):
        currency_of(found.rows)
    if harmless and cash is None:
        raise OptionError("harmless wants the firms' cash", "不使场外受损须给出各企业现金")
    chosen: Any = {"consenting_only": not all_consent, "include_disputed": include_disputed, "due_by": due_by}
    chosen["engine"] = engine
    liked = frozenset(lines_of(prefer)) if prefer else frozenset[str]()
    own: Any = {**chosen, "prefer": liked, "preference": preference}
    funds = None if cash is None else cash_of(cash)
    price, changed = None, None
    if funds is not None and harmless:
        settled, changed, price = harm.harmless(found, funds, **own)
    else:
        settled = setoff.settle(found, **own)
        changed = None if funds is None else harm.effects(settled, funds)
    plain = setoff.settle(found, **chosen).cleared if liked else None
    return Settled(
        settled,
        names_of(region),
        None if plain is None else plain - settled.cleared,
        None if inject is None else variants.inject(found, [inject * k // points for k in range(points + 1)]),
        None if places is None else variants.by_place(found, dict(pairs_of(places))),
        None if notice is None else certificate.notice(settled, notice),
        private_key,
        changed,
        price,
    )
