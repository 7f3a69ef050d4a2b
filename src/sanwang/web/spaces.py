"""Workspaces of a person: folders of tables under the workbench's own folder, and what is being imported into them."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile

from sanwang.errors import InputError, OptionError
from sanwang.exchange.errors import NotFound
from sanwang.exchange.who import Who
from sanwang.region import Region
from sanwang.region.sample import sample_region
from sanwang.schema import Problem
from sanwang.sources import importing
from sanwang.sources.config import CONFIG, remember, shape_of
from sanwang.sources.mending import MENDS, remember_mends, remembered_mends
from sanwang.web.media import require_table

SAMPLE = "sample"
"""The fictional sample, which everybody may ask about and nobody changes."""

INCOMING = ".incoming"

_NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff\- ]{0,39}")


def home(folder: Path, who: Who) -> Path:
    """A person's folder."""
    if who.user is None or not re.fullmatch(r"[0-9a-f-]{36}", who.user):
        raise NotFound
    return folder / "people" / who.user


def names(folder: Path, who: Who) -> list[str]:
    """A person's workspaces by name."""
    place = home(folder, who)
    return (
        sorted(p.name for p in place.iterdir() if p.is_dir() and not p.name.startswith("."))
        if place.is_dir()
        else []
    )


def place_of(folder: Path, who: Who, name: str, new: bool = False) -> Path:
    """The folder of a workspace. Raises OptionError for a name that cannot be one, NotFound where there is none."""
    if not _NAME.fullmatch(name) or name == SAMPLE:
        raise OptionError(
            "a workspace's name is 1 to 40 letters, digits, spaces or hyphens",
            "工作区名称须为 1 至 40 个字、字母、数字",
        )
    place = home(folder, who) / name
    if not new and not place.is_dir():
        raise NotFound
    return place


def region_of(folder: Path, who: Who, name: str) -> Region:
    """The Region of a workspace, or of the sample; read again only where a file has changed."""
    if name == SAMPLE:
        return _sample()
    place = place_of(folder, who, name)
    files = sorted(p for p in place.rglob("*") if p.is_file())
    return _opened(place, tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@lru_cache(maxsize=1)
def _sample() -> Region:
    return sample_region()


@lru_cache(maxsize=8)
def _opened(place: Path, stamp: tuple[tuple[str, int, int], ...]) -> Region:
    """``stamp`` says which state of the files was read."""
    return Region.open(place)


def own_copy(folder: Path, who: Who, name: str, lang: str) -> str:
    """The sample as a workspace of one's own, to decide in. Raises OptionError where one of that name is there."""
    place = place_of(folder, who, name, new=True)
    if place.exists():
        raise OptionError(f"there is a workspace {name} already", f"已有工作区 {name}")
    _sample().save(place, "csv", lang)
    return name


def writable(folder: Path, who: Who, name: str) -> Path:
    """The folder of a workspace that a person may decide in. Raises OptionError for the sample."""
    if name == SAMPLE:
        raise OptionError(
            "the sample is everybody's: make a copy of your own first", "样例为公用，请先复制为自己的工作区"
        )
    return place_of(folder, who, name)


def receive(
    folder: Path, who: Who, files: Sequence[UploadFile], require: Callable[[Path], None] = require_table
) -> str:
    """Keep uploaded files aside; nothing is taken over yet. Returns the import's key.

    ``require`` raises Refused for a file of a wrong kind, by default one that is no table. Raises InputError where
    there is no file; nothing is kept where anything is refused.
    """
    if not files:
        raise InputError("no file was chosen", "没有选择文件")
    key = secrets.token_hex(8)
    place = home(folder, who) / INCOMING / key
    place.mkdir(parents=True)
    try:
        _keep(place, files, require)
    except BaseException:
        shutil.rmtree(place)
        raise
    return key


def _keep(place: Path, files: Sequence[UploadFile], require: Callable[[Path], None]) -> None:
    for one in files:
        name = re.sub(r"[^\w\u4e00-\u9fff.\-]", "_", Path(one.filename or "").name)[-80:].lstrip(".")
        if not name:
            raise InputError("a file has no name", "文件没有名称")
        with (place / name).open("wb") as target:
            shutil.copyfileobj(one.file, target)
        require(place / name)


def drop(folder: Path, who: Who, key: str) -> None:
    """Forget an import. Raises NotFound where there is none."""
    shutil.rmtree(aside(folder, who, key))


def aside(folder: Path, who: Who, key: str) -> Path:
    """The folder of files kept aside under a key. Raises NotFound where there is none."""
    place = home(folder, who) / INCOMING / key
    if not re.fullmatch(r"[0-9a-f]{16}", key) or not place.is_dir():
        raise NotFound
    return place


def incoming(folder: Path, who: Who, key: str) -> tuple[Path, importing.Import]:
    """An import as it stands: its folder, and what its files were taken for under the corrections so far."""
    place = aside(folder, who, key)
    files = sorted(p for p in place.iterdir() if p.name not in (CONFIG, MENDS))
    return place, importing.begin(files, importing.remembered(place), remembered_mends(place))


def problems_of(current: importing.Import) -> list[Problem]:
    """What is wrong with an import: what reading it found, and what its tables must have and lack; errors first."""
    lacking = [p for p in Region.read(current.read).check().problems if p.code == "required"]
    found = [*current.read.problems, *lacking]
    return sorted(found, key=lambda p: (p.severity != "error", p.file, p.sheet, p.row or 0))


def mend(place: Path, current: importing.Import, texts: Mapping[tuple[int, int, str | int], str]) -> None:
    """Keep cells as a person mended them: (table, row, column) → what the cell is to say, empty for "as in the file".

    Raises OptionError where there is no such cell.
    """
    remember_mends(place, importing.mend(current, texts))


def correct(
    place: Path, current: importing.Import, table: int, columns: dict[str, tuple[str | None, str | None]]
) -> None:
    """Keep corrections of a table's columns: heading → (field or None for "keep as it is", unit of money or None)."""
    guess = current.tables[table]
    for heading, (field, unit) in columns.items():
        column = next((c for c in guess.columns if c.heading == heading), None)
        if column is None or (column.field == field and unit is None):
            continue
        current = importing.corrected(current, guess, heading, field, unit)
        guess = current.tables[table]
    remember(place, [shape_of(t) for t in current.tables if t.kind is not None])


def take_over(place: Path, current: importing.Import, target: Path, lang: str) -> list[Path]:
    """Write the tables into a workspace, joining what is there; the import is done with then."""
    written = importing.write(current, target, lang=lang, add=target.exists())
    shutil.rmtree(place)
    return written


def counts(region: Region) -> list[tuple[Any, int]]:
    """Each kind of table that the Region has, with its rows."""
    from sanwang.schema import KINDS

    return [
        (kind, region[name].height)
        for name, kind in KINDS.items()
        if region.has(name) and region[name].height
    ]
