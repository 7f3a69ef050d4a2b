"""Catalogues of data: DCAT-AP 3 as JSON-LD in and out, checked on the way in, nothing ever fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import DataError, InputError, OptionError
from sanwang.factors.policy import ODRL, Ask, Decision, Node, decide
from sanwang.region import Region
from sanwang.sources.atomic import atomic_path

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
TERMS = "urn:sanwang:terms:"
UNMAPPED = "urn:sanwang:unmapped:"
"""Where words without a meaning land, so that they are seen instead of dropped."""

MOST_BYTES, MOST_DEPTH = 8 * 2**20, 60
PREFIXES = {
    "dcat": DCAT, "dct": DCT, "odrl": ODRL, "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#", "sw": TERMS,
}  # fmt: skip
_KEYWORDS = {
    "@context",
    "@id",
    "@type",
    "@value",
    "@language",
    "@graph",
    "@list",
    "@set",
    "@vocab",
    "@base",
    "@version",
}


@dataclass(frozen=True)
class Dataset:
    """One dataset: where it was read, title, description, publisher, keywords, addresses, and other literals of this
    project's terms."""

    file: str
    id: str
    title: str
    description: str
    publisher: str
    keywords: tuple[str, ...]
    access: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Catalogue:
    """Datasets in the order of file and name, and problems by file and entry (Chinese, English)."""

    datasets: tuple[Dataset, ...]
    problems: tuple[tuple[str, str, str, str], ...]
    nodes: dict[str, dict[str, list[tuple[str, str]]]]
    """What all files together say of each thing; names of things without one are their file's own."""

    def decide(self, dataset: Dataset, ask: Ask) -> Decision:
        """Whether the policies of the dataset, in any of the files, allow the use.

        Policies of the collections, series and catalogues that it is in count too. A dataset with a problem is closed,
        and so is every one where a file could not be read: it may hold a prohibition.
        """
        if wrong := [(zh, en) for _, e, zh, en in self.problems if e in (dataset.id, "")]:
            return Decision(False, tuple(wrong))
        assets, policies = self.bound(dataset)
        return decide(policies, lambda name: self.nodes.get(name, {}), assets, ask)

    def bound(self, dataset: Dataset) -> tuple[tuple[str, ...], list[str]]:
        """A dataset with all that it is in, from it outwards, and the names of every policy that binds it."""
        assets = _around(dataset.id, self.nodes)
        return assets, _policies(assets, self.nodes)


def read_catalogue(paths: Sequence[str | Path]) -> Catalogue:
    """Every dataset of the files, with all problems at once. Raises InputError where no file is given."""
    if not paths:
        raise InputError("no catalogue file / 没有目录文件")
    datasets: list[Dataset] = []
    problems: list[tuple[str, str, str, str]] = []
    nodes: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for path in sorted({Path(p) for p in paths}):
        found = _read(path)
        datasets += found.datasets
        problems += found.problems
        for name, body in found.nodes.items():
            whole = nodes.setdefault(name, {})
            for prop, values in body.items():
                whole[prop] = sorted({*whole.get(prop, ()), *values})
    return Catalogue(tuple(datasets), tuple(problems), nodes)


def _read(path: Path) -> Catalogue:
    name = str(path)
    try:
        data = _json(path)
        if wrong := list(dict.fromkeys(_unsafe(data, 0))):
            return Catalogue((), tuple((name, "", zh, en) for zh, en in wrong), {})
        graph = _graph(data)
    except (InputError, RecursionError, ValueError) as error:
        words = (
            "嵌套过深或循环 / nested too deep, or circular"
            if isinstance(error, RecursionError)
            else str(error)
        )
        zh, _, en = words.partition(" / ")
        return Catalogue((), ((name, "", zh, en or zh),), {})
    problems = _shape_problems(name, graph)
    nodes, datasets = _nodes(graph, name), list[Dataset]()
    for subject in sorted(s for s, body in nodes.items() if (DCAT + "Dataset", "iri") in body.get(_TYPE, ())):
        datasets.append(_dataset(name, subject, nodes))
    if not datasets and not any(p.startswith(ODRL) for body in nodes.values() for p in body):
        problems.append((name, "@graph", "没有数据集（dcat:Dataset）", "no dcat:Dataset"))
    return Catalogue(tuple(datasets), tuple(problems), nodes)


_IN = (ODRL + "partOf", DCT + "isPartOf", DCAT + "inSeries", DCAT + "inCatalog")
_HOLDS = (DCT + "hasPart", DCAT + "dataset", DCAT + "catalog", DCAT + "seriesMember")
"""How a thing says what it is in, and how a thing says what is in it."""

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _json(path: Path) -> Any:  # noqa: ANN401 - any JSON
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [k for k, _ in pairs]
        if twice := sorted({k for k in keys if keys.count(k) > 1}):
            raise InputError(f"同一对象中重复的键 {twice[0]} / key {twice[0]} twice in one object")
        return dict(pairs)

    if not path.is_file():
        raise InputError(f"没有这个文件 {path.name} / no such file {path.name}")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"文件超过 {MOST_BYTES >> 20} MB / larger than {MOST_BYTES >> 20} MB")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=once)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"不是 JSON：{error} / not JSON: {error}") from error


def _unsafe(data: Any, depth: int, context: bool = False) -> list[tuple[str, str]]:  # noqa: ANN401
    """What could fetch something, or make a statement vanish unseen."""
    if depth > MOST_DEPTH:
        return [("嵌套过深", "nested too deep")]
    if data is None:
        return [("值为空（null），会使语句无声消失", "a null value would make a statement vanish")]
    found: list[tuple[str, str]] = []
    if isinstance(data, list):
        for item in data:  # pyright: ignore[reportUnknownVariableType]
            found += _unsafe(item, depth + 1, context)
    elif isinstance(data, dict):
        for key, value in data.items():  # pyright: ignore[reportUnknownVariableType]
            word = str(key)
            if word.startswith("_:") or (word.startswith("@") and word not in _KEYWORDS):
                found.append((f"不支持的键 {word}", f"{word} is not supported"))
            absolute = isinstance(value, str) and ":" in value
            if context and (":" in word or (word == "@vocab" and not absolute)):
                found.append((f"@context 中不支持 {word}", f"{word} in a @context is not supported so"))
            if word == "@context" and any(
                isinstance(c, str) for c in (value if isinstance(value, list) else [value])
            ):  # pyright: ignore
                found.append(
                    (
                        "不读取远程 @context，请写在文件内",
                        "a remote @context is never loaded; write it inline",
                    )
                )
            found += _unsafe(value, depth + 1, context or word == "@context")
    elif (
        context and isinstance(data, str) and data.startswith("@") and data not in ("@id", "@type", "@vocab")
    ):
        found.append((f"@context 中不支持 {data}", f"{data} is not supported in a @context"))
    return found


def _graph(data: Any) -> Any:  # noqa: ANN401 - an rdflib Graph
    try:
        from rdflib import Graph
    except ImportError as error:
        raise OptionError(
            "this needs rdflib and pyshacl: pip install 'sanwang[catalogue]' / 须安装附加依赖"
        ) from error
    base = {**PREFIXES, "@vocab": UNMAPPED}
    try:
        return Graph().parse(
            data=json.dumps(data), format="json-ld", context=base, base="https://catalogue.invalid/"
        )
    except RecursionError:
        raise
    except Exception as error:  # rdflib raises its own and built-in errors alike on bad input
        raise InputError(f"不是 JSON-LD：{error} / not JSON-LD: {error}") from error


def _nodes(graph: Any, file: str) -> dict[str, dict[str, list[tuple[str, str]]]]:  # noqa: ANN401
    from rdflib import BNode, Literal

    def named(term: Any) -> str:  # noqa: ANN401 - a term of rdflib
        return f"{file}\0{term}" if isinstance(term, BNode) else str(term)

    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for s, p, o in graph:
        sort = "literal" if isinstance(o, Literal) else "blank" if isinstance(o, BNode) else "iri"
        found.setdefault(named(s), {}).setdefault(str(p), []).append((named(o), sort))
    return {s: {p: sorted(v) for p, v in sorted(body.items())} for s, body in found.items()}


def _shape_problems(name: str, graph: Any) -> list[tuple[str, str, str, str]]:  # noqa: ANN401
    from pyshacl import validate
    from rdflib import Graph
    from rdflib.namespace import SH

    text = (files("sanwang.factors") / "catalogue_shapes.ttl").read_text(encoding="utf-8")
    shapes = Graph().parse(data=text, format="turtle")
    fine, report, _ = validate(graph, shacl_graph=shapes, inference="none", do_owl_imports=False)
    if fine:
        return []
    found: list[tuple[str, str, str, str]] = []
    for result in report.subjects(SH.focusNode, None):  # pyright: ignore
        path = _brief(str(report.value(result, SH.resultPath)))  # pyright: ignore
        rule = str(report.value(result, SH.sourceConstraintComponent)).rsplit("#", 1)[-1]  # pyright: ignore
        missing = rule == "MinCountConstraintComponent"
        entry = str(report.value(result, SH.focusNode))  # pyright: ignore
        zh = f"缺少 {path}" if missing else f"{path} 的值不合要求（{rule}）"
        found.append(
            (name, entry, zh, f"{path} is missing" if missing else f"{path} has a wrong value ({rule})")
        )
    return sorted(found)


def _brief(iri: str) -> str:
    return next((f"{p}:{iri.removeprefix(u)}" for p, u in PREFIXES.items() if iri.startswith(u)), iri)


def _dataset(file: str, subject: str, nodes: dict[str, Any]) -> Dataset:
    body = nodes[subject]

    def texts(prop: str, of: Any = body) -> list[str]:  # noqa: ANN401
        return [str(v) for v, _ in of.get(prop, ())]

    parts = [nodes.get(d, {}) for d in texts(DCAT + "distribution")]
    own = tuple(sorted((k.removeprefix(TERMS), v) for k in body if k.startswith(TERMS) for v in texts(k)))
    first = {k: next(iter(texts(DCT + k)), "") for k in ("title", "description", "publisher")}
    access = tuple(a for d in parts for a in texts(DCAT + "accessURL", d))
    named = nodes.get(first["publisher"], {})
    publisher = next(iter(texts("http://xmlns.com/foaf/0.1/name", named)), first["publisher"])
    return Dataset(
        file, subject, first["title"], first["description"], publisher, tuple(texts(DCAT + "keyword")), access, own,
    )  # fmt: skip


def _around(dataset: str, nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """A dataset and, outwards, every collection, series and catalogue that it is in."""
    found = [dataset]
    for one in found:
        above = [v for p in _IN for v, sort in nodes.get(one, {}).get(p, ()) if sort != "literal"]
        above += [n for n, body in nodes.items() if any(v == one for p in _HOLDS for v, _ in body.get(p, ()))]
        found += [a for a in dict.fromkeys(above) if a not in found]
    return tuple(found)


def _policies(assets: Sequence[str], nodes: Mapping[str, Node]) -> list[str]:
    """The policies that the assets or their distributions name, and those that name one of the assets themselves."""

    def values(of: str, prop: str) -> list[str]:
        return [v for v, _ in nodes.get(of, {}).get(prop, ())]

    parts = [d for a in assets for d in values(a, DCAT + "distribution")]
    found = [p for a in (*assets, *parts) for p in values(a, ODRL + "hasPolicy")]
    for name in nodes:
        rules = [r for k in ("permission", "prohibition") for r in values(name, ODRL + k)]
        aimed = any(t in (*assets, *parts) for one in (name, *rules) for t in values(one, ODRL + "target"))
        if aimed and (rules or any(t.startswith(ODRL) for t in values(name, _TYPE))):
            found.append(name)
    return list(dict.fromkeys(found))


def write_catalogue(region: Region, path: str | Path) -> int:
    """Write the offers of factor data as a DCAT catalogue; returns how many.

    The table holds no policy, so none is written and the entries stay closed until their owners add one. Raises
    DataError where nothing of factor data is offered.
    """
    rows = region["factors"].filter(pl.col("factor") == "data").sort("id").to_dicts()
    if not rows:
        raise DataError("the workspace offers no data / 工作区没有数据类要素供给")
    names = {i: n for i, n in region["actors"].select("id", "name").iter_rows()}  # noqa: C416 - typed as pairs
    fictional = "（虚构 fictional）" if region.fictional else ""
    entries: list[dict[str, Any]] = []
    for r in rows:
        terms = {
            f"sw:{k}": str(r[k]) for k in ("id", "actor", "class", "capacity", "price") if r[k] is not None
        }
        entries.append({
            "@id": "urn:sanwang:data:" + re.sub(r"[^\w.-]", "_", r["id"]), "@type": "dcat:Dataset",
            "dct:title": r["class"],
            "dct:description": f"{names.get(r['actor']) or r['actor'] or ''} 供给的{r['class']}{fictional}",
            "dct:publisher": {"@id": f"urn:sanwang:actor:{r['actor']}"}, **terms,
        })  # fmt: skip
    used = sorted({r["actor"] for r in rows if r["actor"]})
    agents = [
        {"@id": f"urn:sanwang:actor:{a}", "@type": "foaf:Agent", "foaf:name": names.get(a) or a} for a in used
    ]
    head = {
        "@id": "urn:sanwang:catalogue", "@type": "dcat:Catalog", "dct:title": (region.name or "Sanwang") + fictional,
        "dct:description": "数据类要素供给 Offers of data" + fictional,
        "dct:publisher": {"@id": "urn:sanwang:publisher", "@type": "foaf:Agent", "foaf:name": region.name or "Sanwang"},
        "dcat:dataset": [{"@id": e["@id"]} for e in entries],
    }  # fmt: skip
    data = {"@context": PREFIXES, "@graph": [head, *agents, *entries]}
    with atomic_path(path) as whole:
        whole.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(entries)


def offers_of(found: Catalogue) -> pl.DataFrame:
    """Rows of the table ``factors`` from a catalogue written by ``write_catalogue``."""
    rows: list[dict[str, Any]] = []
    for dataset in found.datasets:
        terms = dict(dataset.terms)
        if "id" in terms and "class" in terms:
            rows.append({
                "id": terms["id"], "factor": "data", "actor": terms.get("actor"), "class": terms["class"],
                "capacity": float(terms["capacity"]) if "capacity" in terms else None,
                "price": int(terms["price"]) if "price" in terms else None,
            })  # fmt: skip
    kinds = {
        "id": pl.String,
        "factor": pl.String,
        "actor": pl.String,
        "class": pl.String,
        "capacity": pl.Float64,
    }
    return pl.DataFrame(rows, schema={**kinds, "price": pl.Int64}).sort("id")
