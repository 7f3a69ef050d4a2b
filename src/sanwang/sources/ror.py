"""Research organisations from the Research Organization Registry (ROR), schema versions 1 and 2, mixed if need be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import polars as pl

from sanwang.errors import InputError
from sanwang.schema import KINDS, Problem
from sanwang.standards import places as gb2260

_KINDS = {
    "education": "university",
    "healthcare": "hospital",
    "company": "firm",
    "government": "government",
    "facility": "institute",
    "archive": "institute",
    "nonprofit": "service",
    "funder": "service",
}


@dataclass(frozen=True)
class RorActors:
    """Rows of the actors table, and the lines that could not be read."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def read_ror(path: str | Path) -> RorActors:
    """Actors from a ROR dump: one JSON object a line, or one JSON list (as the registry publishes it).

    The id is the identifier's last part, the name the Chinese one where the registry has it; inactive
    organisations are left out. Raises InputError where the file cannot be opened.
    """
    source = Path(path)
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    for number, text in _records(source):
        try:
            record = json.loads(text) if isinstance(text, str) else text
            if record.get("status", "active") == "active":
                rows.append(_actor(record) | {"_file": source.name, "_row": number})
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
            reason = (("reason", f"{type(error).__name__}: {error}"),)
            problems.append(Problem("error", "unreadable", "actors", source.name, row=number, terms=reason))
    return RorActors(pl.DataFrame(rows, schema=KINDS["actors"].dtypes), tuple(problems))


def _records(path: Path) -> Iterator[tuple[int, str | dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as file:
            if file.read(1) == "[":
                file.seek(0)
                yield from enumerate(cast("list[dict[str, Any]]", json.load(file)), 1)
                return
            file.seek(0)
            yield from ((n, line) for n, line in enumerate(file, 1) if line.strip())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a ROR dump ({error})") from error


def _actor(record: Mapping[str, Any]) -> dict[str, object]:
    name, english = _names(record)
    return {
        "id": str(record["id"]).rsplit("/", 1)[-1],
        "name": name or english,
        "name_en": english,
        "kind": next((_KINDS[t.casefold()] for t in record["types"] if t.casefold() in _KINDS), None),
        "place": _place(record),
        "ror": record["id"],
        "founded": record.get("established"),
    }


def _names(record: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The Chinese name (None where the registry has none) and the displayed or English one."""
    if "names" in record:
        names: list[dict[str, Any]] = record["names"]
        chinese = (n["value"] for n in names if n.get("lang") == "zh")
        english = (n["value"] for n in names if n.get("lang") == "en")
        shown = next(n["value"] for n in names if "ror_display" in n["types"])
        return next(chinese, None), next(english, shown)
    labels = (n["label"] for n in record["labels"] if n.get("iso639") == "zh")
    return next(labels, None), record["name"]


def _place(record: Mapping[str, Any]) -> str | None:
    """The city, else the province, by the registry's English names (GeoNames); None where neither resolves."""
    if "locations" in record:
        detail = record["locations"][0]["geonames_details"]
        words = [detail.get("name"), detail.get("country_subdivision_name")]
    else:
        address = record["addresses"][0]
        admin = (address.get("geonames_city") or {}).get("geonames_admin1") or {}
        words = [address.get("city"), admin.get("ascii_name") or admin.get("name")]
    found = (gb2260.resolve(word) for word in words if word)
    return next((r.code for r in found if r.status == "current"), None)
