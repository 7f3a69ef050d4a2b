"""References and patents as literature programs export them (RIS, BibTeX, OpenAlex JSON lines), as tables of
results."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sanwang.errors import InputError
from sanwang.schema import Problem
from sanwang.sources.csv_text import decode
from sanwang.sources.raw import RawTable
from sanwang.sources.recognise.sheet import Known, recognise
from sanwang.sources.workspace import Found

OTHERS = (".ris", ".enw", ".bib", ".jsonl", ".ndjson")
"""Suffixes of exports from literature programs."""

_HEADINGS = ("成果编号", "成果名称", "成果简介", "完成单位编号", "关键词", "完成年份", "联系人", "证明链接")
_NEEDS = "pip install 'sanwang[literature]'"


def read_other(path: Path) -> list[Found]:
    """One table of achievements from the file. Raises InputError where the reader's library is missing."""
    text = decode(path.read_bytes())
    if isinstance(text, dict):
        problem = Problem("error", "encoding", file=path.name, terms=tuple(text.items()))
        return [_found(RawTable(path.name, "", [], problems=(problem,)))]
    match path.suffix.lower():
        case ".ris" | ".enw":
            rows = _ris(text)
        case ".bib":
            rows = _bibtex(text)
        case _:
            rows = _openalex(text)
    body = [(number, [row.get(h) for h in _HEADINGS]) for number, row in enumerate(rows, 2)]
    return [_found(RawTable(path.name, "", [(1, list(_HEADINGS)), *body] if body else []))]


def _found(raw: RawTable) -> Found:
    return Found(raw, "achievements", tuple(recognise(raw, Known("achievements"))))


def _ris(text: str) -> Iterable[dict[str, str | None]]:
    try:
        import rispy
    except ImportError as error:
        raise InputError(f"RIS needs rispy: {_NEEDS}") from error
    for entry in rispy.loads(text.lstrip("\ufeff")):
        title = entry.get("title") or entry.get("primary_title") or entry.get("translated_title")
        link = entry.get("doi") or _first(entry.get("urls")) or entry.get("url")
        yield _row(
            entry.get("doi") or entry.get("accession_number") or entry.get("number_of_works"),
            title,
            entry.get("abstract"),
            _first(entry.get("author_address")) or entry.get("publisher"),
            entry.get("keywords"),
            entry.get("year") or entry.get("publication_year"),
            entry.get("authors") or entry.get("first_authors"),
            link,
        )


def _bibtex(text: str) -> Iterable[dict[str, str | None]]:
    try:
        bibtexparser: Any = importlib.import_module("bibtexparser")
    except ImportError as error:
        raise InputError(f"BibTeX needs bibtexparser: {_NEEDS}") from error
    for entry in bibtexparser.parse_string(text.lstrip("\ufeff")).entries:
        plain = {k.casefold(): re.sub(r"[{}]", "", str(f.value)) for k, f in entry.fields_dict.items()}
        owner = (
            plain.get("institution")
            or plain.get("organization")
            or plain.get("school")
            or plain.get("affiliation")
        )
        keywords = re.split(r"[;,，；]\s*", plain["keywords"]) if plain.get("keywords") else None
        authors = re.split(r"\s+and\s+", plain["author"]) if plain.get("author") else None
        yield _row(
            plain.get("doi") or entry.key,
            plain.get("title"),
            plain.get("abstract"),
            owner,
            keywords,
            plain.get("year"),
            authors,
            plain.get("doi") or plain.get("url"),
        )


def _openalex(text: str) -> Iterable[dict[str, str | None]]:
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            work: Mapping[str, Any] = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"not JSON lines: {error} / 不是逐行 JSON") from error
        ships = work.get("authorships") or []
        owner = next((i.get("display_name") for a in ships for i in a.get("institutions") or []), None)
        people = [a["author"]["display_name"] for a in ships if a.get("author")]
        words = [k.get("display_name") or k.get("keyword") for k in work.get("keywords") or []]
        yield _row(
            str(work.get("id", "")).rpartition("/")[2] or None,
            work.get("title") or work.get("display_name"),
            _abstract(work),
            owner,
            [w for w in words if w],
            work.get("publication_year"),
            people[:1],
            work.get("doi"),
        )


def _abstract(work: Mapping[str, Any]) -> str | None:
    """The abstract from its inverted index (word → places), as OpenAlex gives it."""
    index: Mapping[str, list[int]] = work.get("abstract_inverted_index") or {}
    words = sorted((place, word) for word, places in index.items() for place in places)
    return " ".join(word for _, word in words) or work.get("abstract")


def _first(value: object) -> str | None:
    if isinstance(value, list):
        return str(value[0]) if value else None
    return str(value) if value else None


def _row(
    key: object,
    title: object,
    abstract: object,
    owner: object,
    keywords: object,
    year: object,
    people: object,
    link: object,
) -> dict[str, str | None]:
    listed = ";".join(map(str, keywords)) if isinstance(keywords, list) else keywords
    date = re.match(r"\d{4}", str(year)) if year else None
    values = (key, title, abstract, owner, listed, date[0] if date else None, _first(people), link)
    return {h: None if v is None or v == "" else str(v) for h, v in zip(_HEADINGS, values, strict=True)}
