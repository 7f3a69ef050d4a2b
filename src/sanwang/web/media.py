"""What an uploaded file is by its first bytes, held against what its name says."""

from __future__ import annotations

from pathlib import Path

from sanwang.exchange.errors import Refused
from sanwang.sources.raw import SPREADSHEETS, TEXTS
from sanwang.sources.records import OTHERS

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_FIRST = 4096


def require_table(path: Path) -> None:
    """Raise Refused (``media``) for a file that is no table of a kind that is read, or another than its name says.

    Offices hand out pages and plain text named ``.xls``: text passes as a workbook and the reader says what it is.
    """
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(_FIRST)
    if suffix == ".parquet":
        right = head.startswith(_PARQUET)
    elif suffix in SPREADSHEETS:
        right = head.startswith((_ZIP, _OLE)) or _text(head)
    else:
        right = suffix in (*TEXTS, *OTHERS) and _text(head)
    if not right:
        raise Refused(
            "media",
            f"{path.name}: no spreadsheet, csv, Parquet, RIS, BibTeX or OpenAlex file",
            f"{path.name}：不是可读取的 Excel、csv、Parquet、RIS、BibTeX 或 OpenAlex 文件",
        )


def require_json(path: Path) -> None:
    """Raise Refused (``media``) for a file that is no JSON-LD by its name and first bytes."""
    with path.open("rb") as file:
        head = file.read(_FIRST)
    if path.suffix.lower() not in (".json", ".jsonld") or not _text(head):
        raise Refused("media", f"{path.name}: no JSON-LD file", f"{path.name}：不是 JSON-LD 文件")


def _text(head: bytes) -> bool:
    """Whether it reads as text in some encoding: no NUL, unless a mark says two bytes a letter; no picture."""
    return bool(head.strip()) and (head.startswith(_WIDE) or b"\0" not in head) and head[:4] not in _NEVER


_NEVER = (b"\x7fELF", b"%PDF", b"\x89PNG", b"\xff\xd8\xff\xe0", b"GIF8")
