"""Empty templates of every table, in the headings of the official forms."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from sanwang.schema import KINDS
from sanwang.sources.atomic import atomic_path
from sanwang.sources.config import CONFIG
from sanwang.sources.sheets import write_template


def write_templates(folder: Path, lang: str = "zh") -> list[Path]:
    """Write one workbook a table, with an explanation row and drop-downs, and ``sanwang.toml``; the files."""
    written: list[Path] = []
    for kind in KINDS.values():
        target = folder / f"{kind.name}.xlsx"
        with atomic_path(target) as temporary:
            write_template(kind, temporary, lang)
        written.append(target)
    with atomic_path(folder / CONFIG) as temporary:
        temporary.write_text(
            tomli_w.dumps({"name": folder.resolve().name, "fictional": False}), encoding="utf-8"
        )
    return [*written, folder / CONFIG]
