"""Obligations as they come in a file: read as text, checked row by row, held in integer fen.

A negative row is a credit note: it comes off the invoices of the same two parties, those due first before others.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from sanwang.errors import InputError
from sanwang.region import Region
from sanwang.sources.cells.dates import date
from sanwang.sources.cells.wording import choice
from sanwang.sources.csv_text import read_csv
from sanwang.sources.raw import SPREADSHEETS, RawTable
from sanwang.sources.recognise.names import fold

Unit = Literal["fen", "yuan", "wan"]
LARGEST = 2**53
"""A single amount above this many fen is taken for a slip: no reader with binary doubles would keep it."""

_NAMES = {
    "debtor": ("debtor", "债务人编号", "债务人", "付款方", "债务方"),
    "creditor": ("creditor", "债权人编号", "债权人", "收款方", "债权方"),
    "amount": ("amount", "金额(分)", "金额（分）"),
    "id": ("id", "应付单号", "编号", "发票号", "发票号码"),
    "due": ("due", "due_date", "到期日"),
    "currency": ("currency", "币种"),
    "status": ("status", "状态"),
    "consent": ("consent", "同意"),
}
_IN_YUAN = ("金额", "amount_yuan", "金额(元)", "金额（元）")
_DIGITS: dict[Unit, int] = {"fen": 0, "yuan": 2, "wan": 6}
_AGREED = ("1", "yes", "true", "y", "是", "同意", "ok", "√", "已同意", "agreed")
_REFUSED = (
    "0",
    "no",
    "false",
    "n",
    "否",
    "不",
    "不同意",
    "未同意",
    "拒绝",
    "×",
    "✗",
    "未签",
    "refused",
    "none",
)
_RENMINBI = ("cny", "rmb", "人民币", "元", "yuan", "¥", "")

WHY = {
    "missing": ("缺债务人、债权人或金额", "debtor, creditor or amount is missing"),
    "amount": ("金额不是数", "the amount is not a number"),
    "fraction": ("金额不足一分", "the amount has a fraction of a fen"),
    "not_positive": ("金额为零", "the amount is zero"),
    "credited": (
        "红字（贷项）：已从同一双方的单据中扣减",
        "a credit note: taken off the invoices of the same two parties",
    ),
    "credit_left": (
        "红字（贷项）大于同一双方的单据：余额未计",
        "a credit note above the invoices of the same two parties: the rest does not count",
    ),
    "offset": ("已被红字（贷项）全部扣减", "taken off whole by a credit note"),
    "huge": ("金额过大", "the amount is too large to be meant"),
    "duplicate": ("编号重复，只计第一笔", "the id occurs before; only the first counts"),
    "twin": (
        "与前面一行完全相同又没有编号，只计第一笔",
        "the same as a row before and no id tells them apart; only the first counts",
    ),
    "settled": ("已经结清", "it is settled already"),
    "status": (
        "状态不是认识的说法，不作未付处理",
        "the status is no known word, so it does not count as unpaid",
    ),
    "due": ("到期日读不出", "the due date cannot be read"),
    "self": ("债务人即债权人", "debtor and creditor are the same"),
}
"""Why a row takes no part, in Chinese and English."""


@dataclass(frozen=True)
class Obligations:
    """Rows that count and rows that do not.

    ``rows``: row, id, debtor, creditor, amount (net of credit notes), due, currency, disputed, consent, unclear (the
    word for consent is neither a known yes nor a known no; it counts as no). ``rejected``: row, id, debtor, creditor,
    text, amount, why (a code of ``WHY``).
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame


def read_obligations(path: Path, unit: Unit | None = None) -> Obligations:
    """The obligations of a csv or Parquet file, or of a workspace (a folder or workbook).

    Amounts are fen unless the heading or ``unit`` says yuan; a workspace says itself. Raises InputError where the file
    cannot be read or has no debtor, creditor and amount column.
    """
    if path.is_dir() or path.suffix.lower() in SPREADSHEETS:
        region = Region.open(path)
        if not region.has("obligations"):
            raise InputError(f"{path}: the workspace has no obligations / 工作区没有债务表")
        columns = ("id", "debtor", "creditor", "amount", "due", "status")
        return check_obligations(region["obligations"].select(pl.col(columns).cast(pl.String)), "fen")
    return check_obligations(_read(path), unit)


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        return _frame(read_csv(path), path)
    except (OSError, pl.exceptions.PolarsError, UnicodeError) as error:
        raise InputError(f"{path}: cannot be read as a table / 无法读取 ({str(error)[:200]})") from error


def _frame(raw: RawTable, path: Path) -> pl.DataFrame:
    """The cells of a text file under its headings, in whatever encoding and with whatever mark between them."""
    if raw.problems:
        raise InputError(f"{path}: {raw.problems[0].message('zh')} / {raw.problems[0].message('en')}")
    if not raw.rows:
        raise InputError(f"{path}: cannot be read as a table / 无法读取 (empty)")
    headings = [str(h) for h in raw.rows[0][1]]
    twice = [h for n, h in enumerate(headings) if h in headings[:n]]
    if twice:
        raise InputError(f"the column {twice[0]} is there twice / 列名重复：{twice[0]}")
    body = [
        [str(c) or None for c in cells] + [None] * (len(headings) - len(cells)) for _, cells in raw.rows[1:]
    ]
    rows = [row[: len(headings)] for row in body if any(row)]
    return pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row")


def _mapped(frame: pl.DataFrame, column: str, read: Callable[[str], str | None]) -> pl.Series:
    """A column read value by value, each different text once."""
    texts = frame[column].cast(pl.String).str.strip_chars()
    known = {t: read(t) for t in texts.drop_nulls().unique().to_list()}
    return pl.Series(column, [None if t is None else known[t] for t in texts.to_list()], pl.String)


def _status(text: str) -> str | None:
    """The code of a status; a word that is not known is ``unclear`` and takes no part."""
    return str(choice("obligation_status", text).value or "") or None


def _due(text: str) -> str | None:
    """The date as ISO; ``?`` where a date stands that cannot be read."""
    found = date(text)
    return (
        found.value.isoformat()
        if isinstance(found.value, dt.date)
        else "?"
        if found.fault and not found.rule
        else None
    )


def _currency(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    return None if plain.casefold() in _RENMINBI else plain.upper()


def _one_spelling(frame: pl.DataFrame) -> pl.DataFrame:
    """Names of firms that look the same (brackets, width, unseen characters) in the spelling met first."""
    first: dict[str, str] = {}
    names = pl.concat([frame["debtor"], frame["creditor"]]).cast(pl.String).str.strip_chars()
    new = {n: first.setdefault(fold(n), n) for n in names.drop_nulls().unique(maintain_order=True).to_list()}
    return frame.with_columns(pl.col("debtor", "creditor").cast(pl.String).str.strip_chars().replace(new))


def check_obligations(frame: pl.DataFrame, unit: Unit | None = None) -> Obligations:
    """The rows that count and those that do not, each with its number in the file (the heading is row 1)."""
    named, unit = _named(frame, unit)
    named = _one_spelling(named).with_columns(
        _mapped(named, "status", _status), _mapped(named, "due", _due), _mapped(named, "currency", _currency)
    )
    asked = any(h.strip().lstrip("\ufeff").lower() in _NAMES["consent"] for h in frame.columns)
    table = named.with_row_index("row", offset=2).with_columns(
        pl.col("row").cast(pl.Int64),
        pl.col("id").cast(pl.String).str.strip_chars(),
        pl.col("amount").cast(pl.String).str.strip_chars().alias("text"),
        (pl.col("status") == "disputed").fill_null(False).alias("disputed"),
        (pl.col("status") == "settled").fill_null(False).alias("_settled"),
        *_consent(asked),
    )
    table = _with_amount(table, _DIGITS[unit])
    return _split(_credited(table.with_columns(_why().alias("why"))))


def _consent(asked: bool) -> list[pl.Expr]:
    """Yes where a known word says so; a list that has no such column asks for nobody's consent."""
    word = pl.col("consent").cast(pl.String).str.strip_chars().str.to_lowercase().fill_null("")
    agreed = word.is_in(_AGREED) if asked else pl.lit(True)
    unclear = ~(word.is_in(_AGREED) | word.is_in(_REFUSED)) if asked else pl.lit(False)
    return [agreed.alias("consent"), unclear.alias("unclear")]


_PAIR = ["debtor", "creditor", "_unit"]


def _credited(table: pl.DataFrame) -> pl.DataFrame:
    """Credit notes taken off the invoices of their pair, those due first before others; what is left of one is told."""
    table = table.with_columns(pl.col("currency").fill_null("").alias("_unit"))
    notes = table.filter(pl.col("why") == "credit")
    if notes.is_empty():
        return table
    credit = notes.group_by(_PAIR).agg((-pl.col("amount").sum()).alias("_credit"))
    billed = (
        table.filter(pl.col("why").is_null()).group_by(_PAIR).agg(pl.col("amount").sum().alias("_billed"))
    )
    table = table.join(credit, on=_PAIR, how="left", maintain_order="left")
    table = table.join(billed, on=_PAIR, how="left", maintain_order="left").with_columns(
        pl.col("_credit", "_billed").fill_null(0)
    )
    good = table.filter(pl.col("why").is_null()).sort("due", "row", nulls_last=True)
    before = pl.col("amount").cum_sum().over(_PAIR) - pl.col("amount")
    good = good.with_columns(
        (pl.col("amount") - (pl.col("_credit") - before).clip(0, pl.col("amount"))).alias("_net")
    )
    good = good.with_columns(
        pl.when(pl.col("_net") == 0).then(pl.lit("offset")).alias("why"),
        pl.when(pl.col("_net") == 0).then("amount").otherwise("_net").alias("amount"),
    ).drop("_net")
    over = (
        pl.when(pl.col("_credit") > pl.col("_billed"))
        .then(pl.lit("credit_left"))
        .otherwise(pl.lit("credited"))
    )
    rest = table.filter(pl.col("why").is_not_null()).with_columns(
        pl.when(pl.col("why") == "credit").then(over).otherwise("why").alias("why")
    )
    return pl.concat([good, rest]).sort("row")


def _split(table: pl.DataFrame) -> Obligations:
    columns = [
        "row",
        "id",
        "debtor",
        "creditor",
        "amount",
        "due",
        "currency",
        "disputed",
        "consent",
        "unclear",
    ]
    good = (
        table.filter(pl.col("why").is_null()).select(columns).with_columns(pl.col("currency").fill_null(""))
    )
    bad = table.filter(pl.col("why").is_not_null()).select(
        "row", "id", "debtor", "creditor", "text", "amount", "why"
    )
    return Obligations(good, bad)


def _named(frame: pl.DataFrame, unit: Unit | None) -> tuple[pl.DataFrame, Unit]:
    headings = {h.strip().lstrip("\ufeff").lower(): h for h in frame.columns}
    found = {
        name: next((headings[w] for w in words if w in headings), None) for name, words in _NAMES.items()
    }
    yuan = next((headings[w] for w in _IN_YUAN if w in headings), None)
    if found["amount"] is None and yuan is not None:
        found["amount"], unit = yuan, unit or "yuan"
    lacking = [n for n in ("debtor", "creditor", "amount") if found[n] is None]
    if lacking:
        raise InputError(
            f"no column {', '.join(lacking)}; met {', '.join(frame.columns[:12])} / 缺少列：债务人、债权人、金额"
        )
    twice = [h for h in found.values() if h is not None and f"{h}_duplicated_0" in frame.columns]
    if twice:
        raise InputError(f"the column {twice[0]} is there twice / 列名重复：{twice[0]}")
    chosen = [pl.lit(None, pl.String).alias(n) if h is None else pl.col(h).alias(n) for n, h in found.items()]
    return frame.select(chosen), unit or "fen"


def _with_amount(table: pl.DataFrame, digits: int) -> pl.DataFrame:
    # A comma counts only between groups of three: "1,2" may mean 1.2 elsewhere and is no number here.
    grouped = pl.col("text").str.contains(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$")
    plain = (
        pl.when(grouped)
        .then(pl.col("text").str.replace_all(",", "", literal=True))
        .otherwise(pl.col("text"))
        .str.strip_prefix("+")
    )
    parts = plain.str.extract_groups(r"^(-?)([0-9]*)(?:\.([0-9]*))?$")
    whole, part = parts.struct.field("2").fill_null(""), parts.struct.field("3").fill_null("")
    clean = part.str.strip_chars_end("0")
    number = (whole + clean.str.pad_end(digits, "0")).str.strip_chars_start("0")
    return table.with_columns(
        (plain.str.contains(r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)$")).fill_null(False).alias("_number"),
        (clean.str.len_chars() > digits).fill_null(False).alias("_fraction"),
        (parts.struct.field("1") == "-").fill_null(False).alias("_negative"),
        number.alias("_digits"),
        pl.when(number.str.len_chars() <= 18)
        .then(pl.when(number == "").then(pl.lit("0")).otherwise(number))
        .cast(pl.Int64, strict=False)
        .mul(pl.when(parts.struct.field("1") == "-").then(-1).otherwise(1))
        .alias("amount"),
    )


_SAME = ("debtor", "creditor", "currency", "text", "due", "status", "consent", "unclear")


def _why() -> pl.Expr:
    blank = [pl.col(c).is_null() | (pl.col(c) == "") for c in ("debtor", "creditor", "text")]
    sound = pl.col("_number") & ~pl.col("_fraction")
    # Numbers of invoices are unique to who issued them.
    first = pl.struct("id", "creditor").is_first_distinct()
    named = pl.col("id").is_not_null() & (pl.col("id") != "")
    repeated = named & ~first
    twin = ~named & ~pl.struct(*_SAME).is_first_distinct()
    return (
        pl.when(pl.any_horizontal(blank))
        .then(pl.lit("missing"))
        .when(~pl.col("_number"))
        .then(pl.lit("amount"))
        .when(pl.col("_fraction"))
        .then(pl.lit("fraction"))
        .when(pl.col("_digits") == "")
        .then(pl.lit("not_positive"))
        .when(pl.col("amount").is_null() | (pl.col("amount").abs() > LARGEST))
        .then(pl.lit("huge"))
        .when(repeated & sound)
        .then(pl.lit("duplicate"))
        .when(twin & sound)
        .then(pl.lit("twin"))
        .when(pl.col("status") == "unclear")
        .then(pl.lit("status"))
        .when(pl.col("due") == "?")
        .then(pl.lit("due"))
        .when(pl.col("_settled"))
        .then(pl.lit("settled"))
        .when(pl.col("debtor") == pl.col("creditor"))
        .then(pl.lit("self"))
        .when(pl.col("_negative"))
        .then(pl.lit("credit"))
    )
