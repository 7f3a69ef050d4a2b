"""What one cell of a record tells of another: a phone beside a name, the unit of an amount, which of two
places is meant, who made the list; and ids for records that have none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from sanwang.schema import Field
from sanwang.sources.cells import Fault, Reading, amounts
from sanwang.sources.cells.numerals import plain
from sanwang.sources.cells.people import emails, person, phones, points_elsewhere
from sanwang.sources.cells.reading import unread
from sanwang.sources.places import settle
from sanwang.sources.raw import Cell
from sanwang.sources.readings import original
from sanwang.sources.recognise import units
from sanwang.standards import places as gb2260

if TYPE_CHECKING:
    from sanwang.sources.recognise.guess import ColumnGuess
    from sanwang.sources.typed import Sheet

PREFIXES = {
    "needs": "N",
    "achievements": "R",
    "actors": "A",
    "bases": "B",
    "makers": "M",
    "factors": "F",
    "products": "P",
    "obligations": "O",
    "progress": "G",
    "chains": "C",
    "links": "L",
}
"""Kind → the letter that made ids begin with."""

_NAMES = ("name", "actor", "owner", "uscc", "debtor", "creditor")


def _at(cells: object, index: int) -> Cell:
    row: list[Cell] = cells  # pyright: ignore[reportAssignmentType]
    return row[index] if index < len(row) else None


def bare_amount_unit(
    sheet: Sheet, target: Field, column: ColumnGuess
) -> Callable[[int, Cell], Reading] | None:
    """A reader of amounts whose unit stands in the row: in a column of its own, or in a remark (单位：元/卡时)."""
    if target.item != "money":
        return None
    kept = [c.index for c in sheet.guess.columns if c.field is None]
    if sheet.guess.unit_column is None and not (column.unit.yuan is None and _remarked(sheet, kept)):
        return None

    def read(index: int, raw: Cell) -> Reading:
        stated = amounts.amount(raw)
        if stated is None:
            return unread("money")
        unit = _unit_of_row(sheet, index, kept)
        bare = not stated.written and stated.kind not in ("blank", "open", "free")
        scale = unit if unit is not None else (None if bare else column.unit.yuan)
        return amounts.fen(
            stated,
            scale if scale is not None else column.unit.yuan if sheet.guess.unit_column is None else None,
        )

    return read


def _remarked(sheet: Sheet, kept: list[int]) -> bool:
    return any(units.remark_unit(_at(cells, i)) for _, cells in sheet.rows for i in kept)


def _unit_of_row(sheet: Sheet, index: int, kept: list[int]) -> int | None:
    cells = sheet.rows[index][1]
    if sheet.guess.unit_column is not None:
        return units.unit_word(_at(cells, sheet.guess.unit_column))
    for i in kept:
        if unit := units.remark_unit(_at(cells, i)):
            return unit
    return None


def placed_by_row(sheet: Sheet, index: int, text: str, found: Reading) -> Reading:
    """An ambiguous place settled by the row: its credit code, its names, the heading of its group, its remarks."""
    cells = sheet.rows[index][1]
    by_field = {c.field: _at(cells, c.index) for c in sheet.guess.columns if c.field}
    hints = [plain(by_field[f]).upper() for f in ("uscc",) if by_field.get(f)]
    hints += [str(by_field[f]) for f in _NAMES if by_field.get(f) and f != "uscc"]
    section = sheet.guess.records.sections.get(sheet.rows[index][0], "") if sheet.guess.records else ""
    hints += [section] if section else []
    hints += [
        str(v) for c in sheet.guess.columns if c.field is None and isinstance(v := _at(cells, c.index), str)
    ]
    settled = settle(plain(text), hints)
    if settled is None:
        return found
    code, hint = settled
    place = gb2260.place(code)
    now = f"{code} {place.name}" if place else code
    fault = Fault("place_by_row", (("hint", hint[:40]), ("now", now)), "warning")
    return Reading(code, rule="place_by_row", fault=fault)


def completed(sheet: Sheet) -> None:
    """Fill from the rest of the record what its own columns leave open, and tell each time."""
    _people(sheet)
    _title_and_text(sheet)
    _owner_of_list(sheet)
    _made_ids(sheet)


def _people(sheet: Sheet) -> None:
    """Phones and addresses that stand beside a name, in the phone's column, or in the text that a contact points to."""
    fields = sheet.kind.fields
    if "contact" not in fields and "phone" not in fields:
        return
    contact, phone = sheet.guess.column("contact"), sheet.guess.column("phone")
    for index, (_, cells) in enumerate(sheet.rows):
        beside = _at(cells, contact.index) if contact else None
        if contact and isinstance(beside, str):
            _name(sheet, index, contact, beside)
            _harvest(sheet, index, contact, beside)
            if points_elsewhere(beside):
                for other in sheet.guess.columns:
                    if other.index != contact.index and isinstance(text := _at(cells, other.index), str):
                        _harvest(sheet, index, other, text)
        if phone and isinstance(text := _at(cells, phone.index), str):
            _harvest(sheet, index, phone, text)


def _name(sheet: Sheet, index: int, column: ColumnGuess, text: str) -> None:
    name = person(text)
    if name != sheet.values["contact"][index]:
        sheet.values["contact"][index] = name
        sheet.note(index, column, "contact", text, name, "contact_name")


def _harvest(sheet: Sheet, index: int, column: ColumnGuess, text: str) -> None:
    for name, found in (("phone", phones(text)), ("email", emails(text))):
        if not found or name not in sheet.kind.fields or column.field == name:
            continue
        values = sheet.values.setdefault(name, [None] * len(sheet.rows))
        have = values[index]
        known: list[str] = list(have) if isinstance(have, list) else []  # pyright: ignore[reportUnknownArgumentType]
        fresh = [f for f in found if f not in known]
        if fresh:
            values[index] = [*known, *fresh]
            sheet.note(index, column, name, text, fresh, "read_from_other")
            fault = Fault("read_from_other", (("column", column.heading),), "warning")
            sheet.tell("read_from_other", sheet.rows[index][0], name, None, fault)


def _title_and_text(sheet: Sheet) -> None:
    """A need or result that has only a title or only a text is matched by it: one stands for the other, and
    this is told."""
    if sheet.kind.name not in ("needs", "achievements"):
        return
    text = "text" if sheet.kind.name == "needs" else "abstract"
    titles = sheet.values.setdefault("title", [None] * len(sheet.rows))
    texts = sheet.values.setdefault(text, [None] * len(sheet.rows))
    for index in range(len(sheet.rows)):
        said, short = texts[index], titles[index]
        if short is None and isinstance(said, str):
            titles[index] = _first_clause(said)
            sheet.note(index, None, "title", said, titles[index], "title_from_text")
        elif said is None and isinstance(short, str) and sheet.kind.name == "needs":
            texts[index] = short
            sheet.note(index, None, text, short, short, "text_from_title")


def _first_clause(text: str) -> str:
    clause = re.split(r"[。；;！!?？\n]", text.strip(), maxsplit=1)[0]
    return clause if len(clause) <= 40 else clause[:39] + "…"


def _owner_of_list(sheet: Sheet) -> None:
    """A firm's list of what it is owed, or owes, does not say its own name in every row."""
    if sheet.kind.name != "obligations" or not sheet.guess.owner:
        return
    lacking = [f for f in ("debtor", "creditor") if sheet.guess.column(f) is None]
    if len(lacking) != 1:
        return
    sheet.values[lacking[0]] = [sheet.guess.owner] * len(sheet.rows)
    fault = Fault("owner_of_list", (("hint", sheet.guess.owner),), "warning")
    sheet.tell("owner_of_list", None, lacking[0], sheet.guess.owner, fault)
    for index in range(len(sheet.rows)):
        sheet.note(index, None, lacking[0], "", sheet.guess.owner, "owner_of_list")


def _made_ids(sheet: Sheet) -> None:
    """Ids for records without one, from their content: the same content gives the same id when it is imported again."""
    if sheet.kind.key != ("id",):
        return
    ids = sheet.values.setdefault("id", [None] * len(sheet.rows))
    seen: dict[str, int] = {}
    for index, value in enumerate(ids):
        if value is not None:
            continue
        made = _id_of(sheet, index)
        seen[made] = seen.get(made, 0) + 1
        ids[index] = made if seen[made] == 1 else f"{made}-{seen[made]}"
        sheet.note(index, None, "id", "", ids[index], "id_made")
    if seen:
        sheet.tell("id_made", None, "id", None, Fault("id_made", severity="warning"))


def _id_of(sheet: Sheet, index: int) -> str:
    """From the cells as the file has them, so that an answer about units, a mend or a better reading does not change
    the id."""
    number, cells = sheet.rows[index]
    before = sheet.raw.mended
    said = (
        (c.field, before.get((number, c.index), _at(cells, c.index))) for c in sheet.guess.columns if c.field
    )
    written = sorted((name, original(cell).strip()) for name, cell in said)
    content = "\x1f".join(f"{name}={text}" for name, text in written if text)
    digest = hashlib.sha256(f"{sheet.kind.name}\x1e{content}".encode()).hexdigest()
    return f"{PREFIXES.get(sheet.kind.name, 'X')}-{digest[:10]}"
