"""The sheets of a result as Word files, one page each; the same sheet gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from sanwang.sources.atomic import atomic_path
from sanwang.study.marks import COLOURS, pieces
from sanwang.study.sheet import Part, Sheet
from sanwang.study.words import say

FONT = "Microsoft YaHei"
WIDTHS = Mm(28), Mm(154)
"""Of the columns of labels and of what they hold; some readers go by the columns, some by the cells."""

AMOUNT = Mm(60)
"""Where amounts end, one under the other."""

_MADE = datetime(2000, 1, 1)
_STAMP = (2000, 1, 1, 0, 0, 0)
"""The date of every file, so that the same sheet gives the same bytes."""

_CONTROL = {c: None for c in range(32) if c not in (9, 10)}


def write_sheets(sheets: Sequence[Sheet], folder: Path, lang: str, fictional: bool) -> list[Path]:
    """Write ``{key}.docx`` for each sheet into a folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for sheet in sheets:
        path = folder / f"{sheet.key}.docx"
        with atomic_path(path) as temporary:
            temporary.write_bytes(sheet_bytes(sheet, lang, fictional))
        written.append(path)
    return written


def sheet_bytes(sheet: Sheet, lang: str, fictional: bool = False) -> bytes:
    """One sheet as the bytes of a Word file: heading, facts, a table of parts; marked lines in colour."""
    file: Any = docx.Document()
    _page(file)
    if fictional:
        _run(file.add_paragraph(), say("fictional", lang), "8A4B00", bold=True)
    _run(file.add_paragraph(), f"{sheet.key}  {sheet.title}", "1F3A54", bold=True, size=14)
    facts = "　".join(f"{label} {words}" for label, words in sheet.facts)
    _run(file.add_paragraph(), facts, "5A6872")
    table = file.add_table(rows=0, cols=2)
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = width
    for part in sheet.parts:
        _part(table, part)
    out = io.BytesIO()
    file.save(out)
    return _dated(out.getvalue())


def _page(file: Any) -> None:  # noqa: ANN401 - python-docx's document
    section = file.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(14))
    style = file.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(8.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(1)
    properties = file.core_properties
    properties.author, properties.created, properties.modified = "Sanwang", _MADE, _MADE


def _part(table: Any, part: Part) -> None:  # noqa: ANN401 - python-docx's table
    left, right = table.add_row().cells
    left.width, right.width = WIDTHS
    _run(left.paragraphs[0], part.label, "1F3A54", bold=True)
    lines = [*(f"{label}\t{words}" for label, words in part.sums), *part.lines]
    for n, line in enumerate(lines):
        into = right.paragraphs[0] if n == 0 else right.add_paragraph()
        if n < len(part.sums):
            into.paragraph_format.tab_stops.add_tab_stop(AMOUNT, WD_TAB_ALIGNMENT.RIGHT)
        for mark, said in pieces(line):
            _run(into, said, COLOURS.get(mark, ""), bold=bool(mark))


def _run(paragraph: Any, text: str, colour: str = "", bold: bool = False, size: float = 0) -> None:  # noqa: ANN401
    run = paragraph.add_run(text.translate(_CONTROL))
    run.bold = bold or None
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    if size:
        run.font.size = Pt(size)


def _dated(content: bytes) -> bytes:
    """The same package with every member dated alike."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            made.writestr(zipfile.ZipInfo(name, _STAMP), given.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
