"""Obligations a study is asked about: those of a Region, or of a file of their own."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from sanwang.errors import DataError, InputError
from sanwang.finance.obligations import WHY, Obligations, check_obligations, read_obligations
from sanwang.finance.setoff import KEPT
from sanwang.region import Region
from sanwang.sources.cells import money_of
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word

Unit = Literal["fen", "yuan", "wan"]
COLUMNS = ("id", "debtor", "creditor", "amount", "due", "status")


def debts_of(region: Region, file: Path | None, unit: Unit | None) -> Obligations:
    """The obligations of a file, or the Region's. Raises DataError where there are none."""
    if file is not None:
        return read_obligations(file, unit)
    if not region.has("obligations"):
        raise DataError("no rows in obligations, and no file of them", "债务表没有数据，也未给出文件")
    return check_obligations(region["obligations"].select(pl.col(COLUMNS).cast(pl.String)), "fen")


def names_of(region: Region) -> dict[str, str]:
    """Names of firms by id, where the Region has them."""
    return dict(region["actors"].drop_nulls(["id", "name"]).select("id", "name").iter_rows())


def lines_of(path: Path) -> list[str]:
    """Lines of a text file that are not blank. Raises InputError where it cannot be read."""
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})", f"{path}：无法读取（{error}）") from error


def pairs_of(path: Path) -> list[tuple[str, str]]:
    """The first two cells of every line after the heading. Raises InputError for a line without both."""
    cells = [[c.strip() for c in row] for row in csv.reader(lines_of(path)[1:])]
    if bad := next((c for c in cells if len(c) < 2 or not c[0] or not c[1]), None):
        raise InputError(
            f"{path}: {','.join(bad)}: two cells are wanted in every line",
            f"{path}：{','.join(bad)}：每行须有两格",
        )
    return [(c[0], c[1]) for c in cells]


def cash_of(path: Path) -> dict[str, float]:
    """Cash by firm; a bare whole number is fen, anything else says its unit."""
    found: dict[str, float] = {}
    for firm, text in pairs_of(path):
        value = int(text) if text.isdecimal() else money_of(text)[0]
        if not isinstance(value, int):
            raise InputError(
                f"{path}: {firm} {text!r}: an amount such as 20万元, or whole fen, is wanted",
                f"{path}：{firm} {text!r}：应为金额，如 20万元，或以分计的整数",
            )
        found[firm] = float(value)
    return found


def banked(path: Path) -> dict[str, tuple[str, str]]:
    """Each firm's account and its bank's code (may be empty) from a csv firm,account,bank. Raises InputError."""
    found = dict(pairs_of(path))
    banks = {r[0].strip(): r[2].strip() for r in csv.reader(lines_of(path)[1:]) if len(r) > 2}
    return {firm: (account, banks.get(firm, "")) for firm, account in found.items()}


YUAN = frozenset({"", "CNY"})
"""How a list says the yuan: by its code, or by naming no currency."""


def currency_of(rows: pl.DataFrame) -> str:
    """The one currency of some debts. Raises DataError where there are several."""
    found = rows["currency"].unique().sort().to_list()
    if len(found) > 1:
        raise DataError(
            f"several currencies ({', '.join(c or 'none' for c in found)}); look at one at a time",
            f"有多种货币（{'、'.join(c or '未写' for c in found)}），须分别查看",
        )
    return found[0] if found else ""


def in_yuan(rows: pl.DataFrame) -> bool:
    """Whether every debt is in yuan."""
    return set(rows["currency"].unique()) <= YUAN


def yuan_only(rows: pl.DataFrame, what: tuple[str, str]) -> None:
    """Raises DataError where amounts of yuan (what they are, in English and Chinese) stand beside debts that are not in
    yuan: without a rate the two do not compare."""
    if not in_yuan(rows):
        other = currency_of(rows)
        raise DataError(
            f"{what[0]} is in yuan and the debts are in {other}; without a rate they do not compare",
            f"{what[1]}以人民币计，债务以 {other} 计：没有汇率，无法相比",
        )


def _unit(currencies: Iterable[str], lang: str) -> str:
    """What amounts are counted in, as it stands behind a heading."""
    others = set(currencies)
    if others <= YUAN:
        return word("columns", "wan", lang)
    if len(others) == 1:
        return say("heading_in_currency", lang, currency=others.pop())
    return say("heading_in_currencies", lang)


def finance_table(
    name: str,
    heading: str,
    frame: pl.DataFrame,
    lang: str,
    /,
    *,
    currencies: Iterable[str] = (),
    **styles: Style,
) -> Table:
    """A table with the headings of finance; money says its unit, the yuan where no currencies are given."""
    wan = _unit(currencies, lang)
    columns = [
        Column(k, word("finance_columns", k, lang) + (wan if s == "money" else ""), s)
        for k, s in styles.items()
    ]
    return Table(name, heading, frame, tuple(columns))


def in_currency(currencies: Iterable[str]) -> dict[str, Style]:
    """The column of currencies, where not every amount is in yuan."""
    return {} if set(currencies) <= YUAN else {"currency": "text"}


def rejected_table(rejected: pl.DataFrame, lang: str) -> Table:
    """Rows of the list that take no part, each with the reason."""
    words = {code: pair[0 if lang == "zh" else 1] for code, pair in WHY.items()}
    frame = rejected.with_columns(pl.col("why").replace(words).alias("why_words"))
    table = finance_table("rejected", say("settle_rejected", lang), frame, lang, row="int", id="id", debtor="id",
                          creditor="id", text="text", why_words="long")  # fmt: skip
    return Table(table.name, table.title, table.frame, table.columns, data=rejected)


def kept_table(kept: pl.DataFrame, lang: str) -> Table:
    """Debts that count and take no part in the set-off, each with the reason."""
    units = kept["currency"].unique().to_list()
    words = {code: pair[0 if lang == "zh" else 1] for code, pair in KEPT.items()}
    frame = kept.with_columns(pl.col("why").replace(words).alias("why_words"))
    table = finance_table("kept_out", say("settle_kept", lang), frame, lang, currencies=units, row="int",
                          id="id", debtor="id", creditor="id", **in_currency(units), amount="money", due="text",
                          why_words="long")  # fmt: skip
    return Table(table.name, table.title, table.frame, table.columns, data=kept)


def named(frame: pl.DataFrame, names: Mapping[str, str], key: str, to: str) -> pl.DataFrame:
    """The frame with a column of names for the ids in ``key``."""
    return frame.with_columns(pl.col(key).replace(dict(names)).alias(to))
