"""Which rows under the headings are records, and what stands for the row above: merged cells, 同上, 〃."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sanwang.sources.cells.numerals import plain
from sanwang.sources.raw import Area, Cell, Row
from sanwang.sources.recognise.grid import Block, is_note, repeats, texts_of

_TOTAL = re.compile(
    r"^(?:合计|小计|总计|共计|总额|累计|本页合计|本页小计|汇总|total|sub-?total|"
    r"grand total|sum)(?:\s*[(（:：].*|\s*\d+.*|\s+.*|[一-鿿]{0,4}|[家项个]?)?$",
    re.I,
)
_EXAMPLE = re.compile(
    r"^(?:例|示例|样例|举例|范例|填写示例|填表示例|例如|如|例[:：1一].*|example|e\.g\.|sample)$|填写示例|请勿删除|示例行|填写样例|\(example\)|（示例）",
    re.I,
)
_PLACEHOLDER = re.compile(r"[x×＊*]{3,}|某某|××|xx@|@xx|＊＊|__{2,}", re.I)
_SIGNED = re.compile(
    r"^(?:填表人|审核人|审核|制表|制表人|复核|单位负责人|负责人签字|联系人|填报人|经办人|日期|填报日期|填表日期|盖章|签字|审批|主管|附注|注|说明|备注|"
    r"填表说明|编制|以上|prepared by|approved by|note|notes|source|remark)s?\s*[:：]",
    re.I,
)
_LINE = re.compile(r"^[\s—\-–_=*·.~↓↑→▲▼●■◆]{2,}|[\s—\-–_=*]{3,}$|^[↓↑]")
DITTO = re.compile(
    r"^(?:同上|同前|同上行|如上|〃|″|\"|''|“|”|〞|同|\.\.|同上单位|do\.?|ditto|same(?: as above)?|as above|-\"-|—〃—)$",
    re.I,
)
"""A cell that stands for the one above it."""


@dataclass(frozen=True)
class Records:
    """The rows that are records, with cells that stand for the row above filled in; the others with the
    reason; the words of rows that hold a heading or remark of their own, by the record they precede; which
    cells were filled."""

    rows: tuple[Row, ...]
    left_out: tuple[tuple[int, str, str], ...]
    sections: dict[int, str]
    filled: frozenset[tuple[int, int]]
    notes: tuple[str, ...]


def records(block: Block, merged: Sequence[Area], group_columns: Sequence[int] = ()) -> Records:
    """The records of a table. ``group_columns`` are columns where a blank means the cell above (the sheet says so)."""
    kept: list[Row] = []
    out: list[tuple[int, str, str]] = []
    sections: dict[int, str] = {}
    section = ""
    notes: list[str] = []
    spread_over = _vertical(merged)
    filled: set[tuple[int, int]] = set()
    last: dict[int, Cell] = {}
    for number, cells in block.body:
        reason = _reason(cells, block)
        if reason:
            said = " ".join(texts_of(cells))
            out.append((number, reason, said[:60]))
            if reason in ("note", "section"):
                section = said if reason == "section" else section
                notes.append(said)
            continue
        row = _completed(number, cells, block, spread_over, last, filled, group_columns)
        kept.append((number, row))
        sections[number] = section
    return Records(tuple(kept), tuple(out), sections, frozenset(filled), tuple(notes))


def _vertical(merged: Sequence[Area]) -> dict[tuple[int, int], int]:
    """(row, column) of a cell under the top of a merged area → the top's row."""
    return {
        (r, c): top
        for top, left, bottom, right in merged
        if bottom > top
        for r in range(top + 1, bottom + 1)
        for c in range(left, right + 1)
    }


def _completed(
    number: int,
    cells: Sequence[Cell],
    block: Block,
    spread_over: dict[tuple[int, int], int],
    last: dict[int, Cell],
    filled: set[tuple[int, int]],
    group_columns: Sequence[int],
) -> list[Cell]:
    row = list(cells)
    width = max(block.headings, default=-1) + 1
    row += [None] * (width - len(row))
    for i in block.headings:
        blank = row[i] is None or row[i] == "" or (isinstance(row[i], str) and not str(row[i]).strip())
        over = (number, i) in spread_over and spread_over[number, i] > block.header_rows[-1]
        same = (
            isinstance(row[i], str)
            and len(str(row[i])) < 16
            and bool(DITTO.fullmatch(plain(str(row[i])).strip()))
        )
        if (blank and (over or i in group_columns)) or same:
            if i in last or same:
                row[i] = last.get(i)
                filled.add((number, i))
        elif not blank:
            last[i] = row[i]
        elif i in last and not over:
            last.pop(i, None)
    return row


def _reason(cells: Sequence[Cell], block: Block) -> str:
    """Why a row is no record; empty where it is one."""
    mine = [
        (i, cells[i])
        for i in block.headings
        if i < len(cells) and cells[i] is not None and str(cells[i]).strip()
    ]
    texts = texts_of(cells)
    if not mine:
        return "note" if texts else "blank"
    if is_note(cells):
        return "note"
    if repeats(cells, block.headings):
        return "heading"
    first = [str(v).strip() for _, v in mine[:3]]
    folded = [re.sub(r"\s+", "", plain(t)) for t in first]
    if _TOTAL.fullmatch(folded[0]) and folded[0].casefold() in (
        "合计",
        "小计",
        "总计",
        "共计",
        "total",
        "subtotal",
    ):
        return "total"
    if any(_TOTAL.fullmatch(t) for t in folded[:2]) and len(mine) < max(3, 0.75 * len(block.headings)):
        return "total"
    if any(_EXAMPLE.search(t) for t in (folded[0], re.sub(r"\s+", "", str(mine[-1][1])))):
        return "example"
    if sum(bool(_PLACEHOLDER.search(str(v))) for _, v in mine) >= 2:
        return "example"
    if _SIGNED.match(first[0]) and len(mine) <= max(3, 0.5 * len(block.headings)):
        return "note"
    if len(mine) == 1 and len(block.headings) >= 3:
        return _lone(str(mine[0][1]).strip())
    return ""


def _lone(text: str) -> str:
    return "section" if len(text) <= 30 and not _LINE.search(text) else "note"
