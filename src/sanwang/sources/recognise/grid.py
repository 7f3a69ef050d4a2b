"""Where the tables of a sheet stand: heading rows (one or two, a row of units below), the rows under them,
the words around."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sanwang.sources.cells.numerals import plain, says_nothing
from sanwang.sources.raw import Area, Cell, RawTable, Row
from sanwang.sources.recognise import names

LOOK_IN = 200
"""Rows searched for the first heading; official forms put titles and notes above it."""

NOTE = "※"
"""A row whose first cell begins with this explains the columns and holds no data."""

_UNIT_CELL = re.compile(
    r"[(\[]?\s*(?:单位[::]?)?\s*(?:人民币)?(?:元|千元|万元|百万元|亿元|万|亿|项|家|个|件|人|年|月|个月|天|日|%|‰|吨|平方米|㎡|m2|m²|t|级|1-9级|"
    r"rmb|cny|yuan|万元/年|项/年|个/年|万元/项|rmb 10k|10k rmb|months?|days?|text|文本|必填|选填)\s*[)\]]?",
    re.I,
)


@dataclass(frozen=True)
class Block:
    """One table in a sheet: its heading rows, its columns (place → heading, unit row's word), rows below,
    texts around."""

    headings: dict[int, str]
    header_rows: tuple[int, ...]
    body: tuple[Row, ...]
    units: dict[int, str] = field(default_factory=dict[int, str])
    above: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[int, ...]:
        """The places of the columns, from the left."""
        return tuple(self.headings)


def texts_of(cells: Sequence[Cell]) -> list[str]:
    """The cells of a row that hold something, as text."""
    return [str(c).strip() for c in cells if c is not None and str(c).strip()]


def is_note(cells: Sequence[Cell]) -> bool:
    """Whether a row of a template explains its columns."""
    first = next((c for c in cells if c is not None and c != ""), None)
    return isinstance(first, str) and first.lstrip().startswith(NOTE)


def tables_in(raw: RawTable, own: frozenset[str] = frozenset()) -> list[Block]:
    """The tables of a sheet from the top; ``own`` holds headings known beforehand (a workspace's own words, folded)."""
    rows = [r for r in raw.rows if any(not _blank(c) for c in r[1])]
    blocks: list[Block] = []
    start = 0
    while (first := _heading_at(rows, start, raw.merged, own)) is not None:
        headings, taken = _headings(rows, first, raw.merged)
        units, taken = _unit_row(rows, first, taken, headings)
        end = _next_table(rows, first + taken, headings)
        above = tuple(t for _, cells in rows[start:first] for t in texts_of(cells))
        numbers = tuple(rows[i][0] for i in range(first, first + taken - bool(units)))
        blocks += _split(Block(headings, numbers, tuple(rows[first + taken : end]), units, above))
        start = end
    return blocks


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _heading_at(rows: Sequence[Row], start: int, merged: Sequence[Area], own: frozenset[str]) -> int | None:
    """The first row that reads like headings; else, where no row has known words, the first that is built like one."""
    limit = min(len(rows), start + LOOK_IN)
    scores = [_heading_score(rows, i, own) for i in range(start, limit)]
    strong = [i for i, s in enumerate(scores, start) if s >= 2]
    if strong:
        first = strong[0]
        best = max(range(first, min(first + 4, limit)), key=lambda i: scores[i - start])
        # A row of groups stands above the headings proper and belongs to them.
        return first if best == first or _groups(rows, first, merged) else best
    built = [i for i in range(start, limit) if _built_like_heading(rows, i)]
    return built[0] if built and start == 0 else None


def _label(text: str) -> bool:
    """Whether a text is short and says one thing, as a heading does (not 填报日期：2026年)."""
    said = names.without_brackets(text)
    return len(said.replace("\n", "")) <= (36 if said.isascii() else 22) and not re.search(
        r"[:：].*\S|[。；;]|\d{4}年", said
    )


def _heading_score(rows: Sequence[Row], index: int, own: frozenset[str]) -> float:
    """How many cells of a row read like headings, less those that do not."""
    texts = texts_of(rows[index][1])
    if len(texts) < 2 or is_note(rows[index][1]):
        return 0.0
    known = sum(_label(t) and (names.sounds_like_heading(t) or names.fold(t) in own) for t in texts)
    exact = sum(_label(t) and (names.named(t) or names.fold(t) in own) for t in texts)
    numbers = sum(isinstance(c, (int, float)) and not isinstance(c, bool) for c in rows[index][1])
    wrong = numbers + sum(not _label(t) for t in texts) + (len(texts) - len(set(texts)))
    if max(exact, 0.7 * known) < max(2.0, 0.34 * len(texts)) or wrong > 0.34 * len(texts):
        return 0.0
    return max(exact, 0.8 * known) - wrong


def _built_like_heading(rows: Sequence[Row], index: int) -> bool:
    """A row of short, different texts as wide as the rows below it, which are longer or of other types."""
    cells = rows[index][1]
    texts = texts_of(cells)
    below = [texts_of(r[1]) for r in rows[index + 1 : index + 7]]
    if len(texts) < 3 or not below or len(set(texts)) < len(texts):
        return False
    if any(not isinstance(c, str) for c in cells if not _blank(c)) or not all(
        _label(t) and len(t) <= (30 if t.isascii() else 14) for t in texts
    ):
        return False
    if any(re.search(r"\d{3,}", t) for t in texts):
        return False
    usual = sorted(len(b) for b in below)[len(below) // 2]
    longer = sum(
        max(map(len, b), default=0) > 1.5 * max(map(len, texts)) or any(re.search(r"\d{4,}", t) for t in b)
        for b in below
    )
    return len(texts) >= 0.6 * usual and usual >= 0.4 * len(texts) and longer >= 0.5 * len(below)


def _spans(cells: Sequence[Cell], row: int, merged: Sequence[Area]) -> dict[int, tuple[int, int]]:
    """Label's column → the first and last column it stands over, by merged cells or by blanks after it."""
    spans = {
        left: (left, right) for top, left, bottom, right in merged if top <= row <= bottom and right > left
    }
    filled = [i for i, c in enumerate(cells) if not _blank(c)]
    if not any(top <= row <= bottom and right > left for top, left, bottom, right in merged):
        ends = [*(i - 1 for i in filled[1:]), len(cells) - 1]
        spans |= {i: (i, end) for i, end in zip(filled, ends, strict=True) if end > i}
    return spans


def _groups(rows: Sequence[Row], index: int, merged: Sequence[Area]) -> bool:
    """Whether the row below holds the parts of some headings of this row: short texts under its spans or its blanks."""
    if index + 1 >= len(rows):
        return False
    top, below = rows[index][1], rows[index + 1][1]
    spans = _spans(top, rows[index][0], merged)
    filled = [i for i, c in enumerate(below) if not _blank(c)]
    under = [
        i for i in filled if any(a <= i <= b for a, b in spans.values()) or i >= len(top) or _blank(top[i])
    ]
    if not spans or len(filled) < 2 or len(under) < len(filled) or is_note(below):
        return False
    labels = [str(below[i]).strip() for i in filled]
    if any(not isinstance(below[i], str) for i in filled) or not all(
        _label(t) and len(t) <= 20 for t in labels
    ):
        return False
    if sum(a <= rows[index][0] < b and left == right for a, left, b, right in merged) >= 2:
        return True
    numbers = sum(bool(re.search(r"\d{3,}|@", t)) for t in labels)
    if numbers == 0 and len(filled) <= 0.6 * len(texts_of(top)) and all(len(t) <= 8 for t in labels):
        return True
    known = sum(names.sounds_like_heading(t) for t in labels)
    return numbers == 0 and (known >= 0.4 * len(labels) or _typed_differently(rows, index + 1))


def _typed_differently(rows: Sequence[Row], index: int) -> bool:
    after = [c for _, cells in rows[index + 1 : index + 4] for c in cells if not _blank(c)]
    return bool(after) and sum(not isinstance(c, str) or len(c) > 14 for c in after) >= 0.3 * len(after)


def _headings(rows: Sequence[Row], first: int, merged: Sequence[Area]) -> tuple[dict[int, str], int]:
    """The headings by column, two rows joined by ``/``, and how many rows they take."""
    number, top = rows[first]
    if not _groups(rows, first, merged):
        return {i: str(c).strip() for i, c in enumerate(top) if not _blank(c)}, 1
    below = rows[first + 1][1]
    spans = _spans(top, number, merged)
    labels: dict[int, str] = {}
    for i in range(max(len(top), len(below))):
        over = next((a for a, (left, right) in spans.items() if left <= i <= right), i)
        group = str(top[over]).strip() if over < len(top) and not _blank(top[over]) else ""
        own = str(below[i]).strip() if i < len(below) and not _blank(below[i]) else ""
        if not own and over != i:
            continue
        if label := "/".join(filter(None, (group if own != group else "", own))):
            labels[i] = label
    return labels, 2


def _unit_row(
    rows: Sequence[Row], first: int, taken: int, headings: dict[int, str]
) -> tuple[dict[int, str], int]:
    """Units that stand in a row of their own under the headings."""
    if first + taken >= len(rows):
        return {}, taken
    cells = rows[first + taken][1]
    filled = {i: plain(c) for i, c in enumerate(cells) if not _blank(c)}
    if (
        filled
        and len(filled) < max(len(headings), 2)
        and all(_UNIT_CELL.fullmatch(t) for t in filled.values())
        and not all(t.isdecimal() for t in filled.values())
    ):
        return {i: t for i, t in filled.items() if i in headings}, taken + 1
    return {}, taken


def repeats(cells: Sequence[Cell], headings: dict[int, str]) -> bool:
    """Whether a row says the headings again."""
    first = [(str(cells[i]), h) for i, h in headings.items() if i < len(cells) and not _blank(cells[i])][:2]
    if not any(
        len(c) <= len(h) + 8 and names.fold(c) and names.fold(h).endswith(names.fold(c)) for c, h in first
    ):
        return False
    pairs = [
        (names.fold(str(cells[i])), names.fold(h))
        for i, h in headings.items()
        if i < len(cells) and not _blank(cells[i])
    ]
    if len(pairs) < 2:
        return False
    same = sum(a == b or b.endswith(a) for a, b in pairs)
    return same >= max(2, 0.6 * len(pairs)) and len(pairs) >= 0.4 * len(headings)


def _next_table(rows: Sequence[Row], start: int, headings: dict[int, str]) -> int:
    """The row where another table's headings stand, or the end."""
    for i in range(start, len(rows)):
        cells = rows[i][1]
        first = next((c for c in cells if not _blank(c)), None)
        if not isinstance(first, str) or len(first) > 22 or not names.named(first):
            continue
        texts = texts_of(cells)
        exact = sum(_label(t) and names.named(t) for t in texts)
        if (
            len(texts) >= 3
            and exact >= max(3, 0.6 * len(texts))
            and not repeats(cells, headings)
            and i + 1 < len(rows)
        ):
            return i
    return len(rows)


def _split(block: Block) -> list[Block]:
    """Tables side by side: parted by columns that are empty throughout."""
    width = max(block.headings) + 1
    used = {i for _, cells in block.body[:500] for i, c in enumerate(cells) if not _blank(c)} | set(
        block.headings
    )
    groups: list[dict[int, str]] = [{}]
    for i in range(width):
        if i not in used and groups[-1]:
            groups.append({})
        elif i in block.headings:
            groups[-1][i] = block.headings[i]
    parts = [g for g in groups if len(g) >= 3 and sum(names.named(h) for h in g.values()) >= 2]
    if len(parts) < 2 or sum(map(len, parts)) < len(block.headings):
        return [block]
    return [replace(block, headings=g, body=_within(block.body, g)) for g in parts]


def _within(body: Sequence[Row], headings: dict[int, str]) -> tuple[Row, ...]:
    keep = set(headings)
    cut = [(n, [c if i in keep else None for i, c in enumerate(cells)]) for n, cells in body]
    return tuple((n, cells) for n, cells in cut if any(not says_nothing(c) for c in cells))
