"""From a sheet's cells to guesses: its tables found, each given a kind, its columns fields and units, and
what must be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sanwang.schema import KINDS
from sanwang.sources.cells import amounts
from sanwang.sources.cells.numerals import plain
from sanwang.sources.cells.parse import PLAIN, Unit
from sanwang.sources.raw import Cell, RawTable, Row
from sanwang.sources.readings import original
from sanwang.sources.recognise import grid, names, units
from sanwang.sources.recognise.assign import Assignment, Column, ranked
from sanwang.sources.recognise.content import profile
from sanwang.sources.recognise.guess import ASK_BELOW, ColumnGuess, TableGuess
from sanwang.sources.recognise.rows import Records, records

LEAST = 1.15
"""Standing below which a sheet is none of our tables."""

_OWNER = re.compile(
    r"(?:编制|制表|填报|填表|报送|我方|本)(?:单位|公司|企业)?\s*[::]\s*(?P<name>[\u4e00-\u9fff()()A-Za-z0-9]{4,40}?(?:公司|厂|集团|院|所|中心|合作社|店|站|部|局|大学))"
)
_BLANK_ABOVE = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{0,8})(?:空着的?|空白的?|不填|没填的?|留空的?)\s*(?:即为?|"
    r"表示|就是|为|是|指)?\s*(?:同上|跟上面一样|与上行相同|同前)|"
    r"blank (?:cells? )?(?:means?|=) (?:same )?as above",
    re.I,
)


@dataclass(frozen=True)
class Known:
    """What is known before a sheet is looked at: the kind its name says, words a workspace maps itself
    (heading → field by kind), decisions remembered for a set of headings."""

    kind: str | None = None
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    shapes: Sequence[Shape] = ()


@dataclass(frozen=True)
class Shape:
    """A decision on a sheet's headings: its table (None: not to be read), heading → field, heading → unit word."""

    headings: frozenset[str]
    table: str | None
    columns: Mapping[str, str | None]
    units: Mapping[str, str] = field(default_factory=dict[str, str])


def recognise(raw: RawTable, known: Known | None = None) -> list[TableGuess]:
    """The tables of one sheet, each with its kind, columns and records. A sheet without one gives one guess
    without a kind."""
    known = known or Known()
    if not raw.rows or not any(any(c not in (None, "") for c in cells) for _, cells in raw.rows):
        return [TableGuess(raw.file, raw.sheet, None, reason="empty")]
    mapped = frozenset(names.fold(h) for words in known.own.values() for h in words)
    blocks = grid.tables_in(raw, mapped | {names.fold(h) for s in known.shapes for h in s.headings})
    found = [_guess(raw, block, known) for block in blocks]
    ours = [g for g in found if g.kind is not None]
    if raw.hidden and ours and not known.kind:
        return [TableGuess(raw.file, raw.sheet, None, reason="hidden")]
    return ours or [
        TableGuess(raw.file, raw.sheet, None, reason="no table", others=found[0].others if found else ())
    ]


def _guess(raw: RawTable, block: grid.Block, known: Known) -> TableGuess:
    block = _with_stray_columns(block)
    first = records(block, raw.merged)
    notes = (*block.above, *first.notes)
    group = [i for i, h in block.headings.items() if _blank_means_above(h, notes)]
    kept = records(block, raw.merged, group) if group else first
    shape = next((s for s in known.shapes if _same_shape(s, block)), None)
    columns = _profiled(block, kept)
    kind, got, others = _kind(raw, block, columns, known, shape)
    blank = TableGuess(raw.file, raw.sheet, None, block=block, records=kept, others=others)
    if kind is None or got is None:
        return blank
    decided = _columns(kind, got, columns, kept, notes, block, known, shape)
    row_units = next(
        (c.index for c in columns if units.row_unit([_at(r, c.index) for _, r in kept.rows])), None
    )
    confidence = 1.0 if shape else min(0.99, got.total / max(1, len(got.fields)))
    table = TableGuess(
        raw.file,
        raw.sheet,
        kind,
        confidence,
        block,
        kept,
        decided,
        row_units,
        remembered=shape is not None,
        others=others,
    )
    table = _with_units(table, notes, shape.units if shape else {}, known.kind is not None)
    return _without_units_row(replace(table, owner=_owner(notes)))


def _profiled(block: grid.Block, kept: Records) -> list[Column]:
    """The columns with their profiles; the one with much the longest texts is marked."""
    found = [Column(i, h, profile([_at(r, i) for _, r in kept.rows])) for i, h in block.headings.items()]
    lengths = sorted((c.profile.length for c in found), reverse=True)
    clear = len(lengths) > 1 and lengths[0] >= 12 and lengths[0] >= 1.4 * lengths[1]
    return [replace(c, longest=True) if clear and c.profile.length == lengths[0] else c for c in found]


def _at(row: Sequence[Cell], index: int) -> Cell:
    return row[index] if index < len(row) else None


def _with_stray_columns(block: grid.Block) -> grid.Block:
    """Columns with cells and no heading are kept under their letters."""
    from sanwang.sources.raw import column_letters

    width = max(block.headings) + 1
    more = {
        i: ""
        for _, cells in block.body
        for i, c in enumerate(cells)
        if i not in block.headings and c is not None and str(c).strip() and i < width + 20
    }
    if not more:
        return block
    named = {i: f"({column_letters(i)})" for i in sorted(more)}
    return replace(block, headings=dict(sorted((block.headings | named).items())))


def _blank_means_above(heading: str, notes: Sequence[str]) -> bool:
    for note in notes:
        for match in _BLANK_ABOVE.finditer(note):
            what = match["what"] or ""
            if not what or names.fold(heading) in names.fold(what) or names.fold(what) in names.fold(heading):
                return True
    return False


def _same_shape(shape: Shape, block: grid.Block) -> bool:
    mine = {names.fold(h) for h in block.headings.values()}
    theirs = {names.fold(h) for h in shape.headings}
    return bool(theirs) and len(mine & theirs) >= 0.9 * max(len(theirs), len(mine))


def _words(raw: RawTable, block: grid.Block) -> dict[str, float]:
    """What the sheet's name, the titles and the file's name say for each kind, the nearest counting most."""
    stem = raw.file.rpartition(".")[0] or raw.file
    said = (
        (1.0, names.fold(raw.sheet)),
        (0.8, names.fold(" ".join(block.above)[:200])),
        (0.5, names.fold(stem)),
    )
    found: dict[str, float] = {}
    for kind, words in names.table_words().items():
        best = max((weight * _says(text, words) for weight, text in said), default=0.0)
        if best:
            found[kind] = best
    return found


def _says(text: str, words: Sequence[str]) -> float:
    hits = sorted({w for w in words if w in text and len(w) > 1}, key=len)
    return (
        min(1.0, 0.45 + 0.2 * (len(hits) - 1) + (0.25 if any(text.endswith(w) for w in hits) else 0.0))
        if hits
        else 0.0
    )


def _kind(
    raw: RawTable, block: grid.Block, columns: Sequence[Column], known: Known, shape: Shape | None
) -> tuple[str | None, Assignment | None, tuple[tuple[str, float], ...]]:
    if shape is not None and shape.table is None:
        return None, None, ()
    only = shape.table if shape else known.kind
    standings = ranked(columns, _words(raw, block), only)
    others = tuple((a.kind, round(s, 2)) for a, s in standings[:4])
    if not standings:
        return None, None, others
    best, standing = standings[0]
    ahead = standing - (standings[1][1] if len(standings) > 1 else 0.0)
    clear = standing >= 2.6 and ahead >= 0.5 and len(best.fields) >= 0.7 * len(columns)
    if only is None and (standing < LEAST or not (clear or _convincing(best, columns))):
        return None, None, others
    return (best.kind, best, others) if best.fields or only else (None, None, others)


def _convincing(got: Assignment, columns: Sequence[Column]) -> bool:
    """Two columns by their names, or most of the sheet: a car pool's list has a phone and a place too."""
    strong = sum(score >= 0.7 for _, score in got.fields.values())
    named = sum(
        names.likeness(got.kind, f, next(c.heading for c in columns if c.index == i)) >= 0.6
        for i, (f, _) in got.fields.items()
    )
    return (
        named >= 2
        and (strong >= 2 or len(got.fields) >= 0.5 * len(columns))
        and len(got.fields) >= min(3, 0.34 * len(columns))
    )


def _columns(
    kind: str,
    got: Assignment,
    columns: Sequence[Column],
    kept: Records,
    notes: Sequence[str],
    block: grid.Block,
    known: Known,
    shape: Shape | None,
) -> tuple[ColumnGuess, ...]:
    own = {names.fold(h): f for h, f in known.own.get(kind, {}).items()}
    given: dict[str, str | None] = dict(own)
    if shape is not None:
        given |= {names.fold(h): f for h, f in shape.columns.items()}
    fixed = {c.index: given[names.fold(c.heading)] for c in columns if names.fold(c.heading) in given}
    fixed = _own_labels(kind, columns, fixed) if shape is None else fixed
    taken = {f for f in fixed.values() if f}
    ours = sum(
        any(names.is_own(kind, f, c.heading) for f in KINDS[kind].fields) for c in columns
    ) >= 0.6 * len([c for c in columns if not names.is_written_by_us(c.heading)]) and any(
        names.is_written_by_us(c.heading) for c in columns
    )
    done: list[ColumnGuess] = []
    for column in columns:
        name, score = got.fields.get(column.index, (None, 0.0))
        asks: tuple[str, ...] = ()
        if column.index in fixed:
            name, score = fixed[column.index], 1.0
        elif name in taken:
            name, score = None, 0.0
        runner = got.runners_up.get(column.index)
        if name is not None and column.index not in fixed and _unsure(kind, name, score, runner, column):
            asks = ("mapping",)
        unnamed = bool(re.fullmatch(r"\([A-Z]{1,3}\)", column.heading))
        if ours and name and column.index not in fixed and names.likeness(kind, name, column.heading) < 0.9:
            name, score = None, 0.0
        texts_of = original_field(kind, column.heading)
        if (unnamed or texts_of) and column.index not in fixed:
            name = None
        samples = tuple(original(c) for c in column.profile.cells[:2])
        done.append(
            ColumnGuess(
                column.index,
                column.heading,
                name,
                round(min(1.0, score), 3),
                samples,
                PLAIN,
                "",
                asks if name else (),
                runner[0] if runner else None,
                unnamed,
                texts_of,
            )
        )
    return tuple(done)


def _own_labels(
    kind: str, columns: Sequence[Column], fixed: Mapping[int, str | None]
) -> dict[int, str | None]:
    """The columns given by a person, and those under the very label or name that the schema gives a field."""
    done = dict(fixed)
    for column in columns:
        for target in KINDS[kind].fields.values():
            own = names.bare(column.heading) in map(names.fold, (target.zh, target.name, target.en))
            if own and column.index not in done and target.name not in done.values():
                done[column.index] = target.name
    return done


def original_field(kind: str, heading: str) -> str | None:
    """The field whose original texts a column holds that an earlier writing set beside it; None for other columns."""
    for mark in names.ORIGINAL.values():
        if heading.endswith(mark):
            label = heading.removesuffix(mark).strip()
            return next((f.name for f in KINDS[kind].fields.values() if label in (f.zh, f.en)), None)
    return None


def _unsure(kind: str, name: str, score: float, runner: tuple[str, float] | None, column: Column) -> bool:
    """Weak evidence, or another field nearly as likely where the name decides nothing."""
    said = names.likeness(kind, name, column.heading)
    if said >= 0.97 and score >= 0.7:
        return False
    if (
        "/" in column.heading
        and names.likeness(kind, name, column.heading.rpartition("/")[2]) < 0.45
        and said < 0.9
    ):
        return True
    return (
        score < ASK_BELOW
        or (runner is not None and runner[1] > score - 0.05 and said < 0.7)
        or (said < 0.3 and score < 0.56)
    )


def _with_units(
    guess: TableGuess, notes: Sequence[str], given: Mapping[str, str], named: bool = False
) -> TableGuess:
    answers = {names.fold(h): units.unit_word(word) for h, word in given.items()}
    kind = KINDS[guess.kind or ""]
    rows = guess.records.rows if guess.records else ()
    unit_words = guess.block.units if guess.block else {}
    done: list[ColumnGuess] = []
    by_row = guess.unit_column is not None and _beside_money(guess)
    for column in guess.columns:
        target = kind.fields.get(column.field or "")
        if target is None:
            done.append(column)
            continue
        said = (
            f"{column.heading}({unit_words[column.index]})" if column.index in unit_words else column.heading
        )
        own = names.is_own(kind.name, target.name, column.heading)
        if target.item == "money":
            # The schema's own names are in yuan; a budget under its label alone may still be a person's 万元.
            small = target.name in units.PLAUSIBLE
            own = names.fold(column.heading) == names.fold(target.name) or (own and named and not small)
        cells = [_at(r, column.index) for _, r in rows]
        found = _decide(
            target.item, target, said, cells, notes, own, by_row and units.heading_money(said) is None
        )
        if found and target.item == "money" and (yuan := answers.get(names.fold(column.heading))):
            odd = found.unit.odd if found.unit.yuan == yuan else None
            found = units.Decided(
                Unit(yuan=yuan, odd=odd), "given", tuple(a for a in found.asks if a not in ("unit", "size"))
            )
        elif (
            found and found.unit.yuan is None and target.item == "money" and _said_by_row(rows, guess, column)
        ):
            found = replace(found, source="row", asks=tuple(a for a in found.asks if a != "unit"))
        asks = tuple(dict.fromkeys([*column.asks, *(found.asks if found else ())]))
        done.append(replace(column, unit=found.unit, unit_from=found.source, asks=asks) if found else column)
    used = by_row and any(c.unit_from == "row" for c in done)
    return replace(guess, columns=tuple(done), unit_column=guess.unit_column if used else None)


def _said_by_row(rows: Sequence[Row], guess: TableGuess, column: ColumnGuess) -> bool:
    """Whether every bare amount has its unit in a remark of its own row (单位：元/卡时)."""
    kept = [c.index for c in guess.columns if c.field is None]
    for _, cells in rows:
        stated = amounts.amount(_at(cells, column.index))
        bare = (
            stated is not None
            and not stated.written
            and stated.kind in ("exact", "about", "range", "upto", "atleast")
        )
        if bare and not any(units.remark_unit(_at(cells, i)) for i in kept):
            return False
    return bool(kept)


def _beside_money(guess: TableGuess) -> bool:
    kind = KINDS[guess.kind or ""]
    return any(c.field and kind.fields[c.field].item == "money" for c in guess.columns)


def _decide(
    item: str, target: object, said: str, cells: Sequence[Cell], notes: Sequence[str], own: bool, by_row: bool
) -> units.Decided | None:
    from sanwang.schema import Field

    assert isinstance(target, Field)
    if item == "money":
        return units.money(target, said, cells, notes, own, by_row)
    if item == "share":
        return units.share(target, said, cells, notes)
    if item == "int" and target.unit in ("months", "days"):
        return units.span(target, said, cells, notes, own)
    if item in ("int", "real"):
        return units.count(target, said)
    return None


def _owner(notes: Sequence[str]) -> str:
    """Who made a list: the firm whose receivables or payables it shows."""
    for note in notes:
        if match := _OWNER.search(plain(note)):
            return match["name"]
    return ""


def _without_units_row(guess: TableGuess) -> TableGuess:
    """A column that gives the unit of each row is no field of ours."""
    if guess.unit_column is None:
        return guess
    columns = tuple(
        replace(c, field=None, asks=()) if c.index == guess.unit_column else c for c in guess.columns
    )
    return replace(guess, columns=columns)
