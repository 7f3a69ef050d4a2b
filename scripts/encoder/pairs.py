"""Training pairs: what is read, what is left out, and how a batch is drawn from a seed and a step."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SOURCES = {"chinaxiv", "arxiv-ai-zh", "arxiv-ai4chem", "sbir-awards", "openalex-topics", "scitldr"}
"""Sources under CC BY 4.0, CC0, Apache-2.0 or public: rows without a licence, under a copyleft one, or taken from the
patents and papers that matching is measured on are left out."""

SHARES = {"need": 0.26, "zh": 0.22, "words": 0.10, "method": 0.06, "zh-en": 0.14, "en-zh": 0.08, "en": 0.14}
"""Share of each kind of pair in a batch: problem → result, title → abstract, keywords → abstract (all Chinese),
motivation → method, Chinese → English, English → Chinese, English."""

_FRAMES = (
    "{}",
    "{}",
    "{}",
    "技术需求：{}",
    "我公司需要解决的技术难题：{}",
    "企业目前在生产中遇到问题，希望寻求{}方面的技术合作。",
    "{}。目前公司现有工艺成本高、效率低，急需攻克该技术难题。",
    "需求名称：{}，期望与高校院所联合研发，实现产业化。",
    "公司拟开展{}的研发，寻求技术支持或成果转化。",
    "如何实现{}？现有产品性能不能满足客户要求。",
    "针对{}，目前国内技术水平落后，依赖进口，希望突破关键技术。",
    "研发{}，提高产品质量，降低生产成本，形成自主知识产权。",
)


@dataclass(frozen=True)
class Pair:
    """A query, the passage that answers it, its field, and what marks the passage's paper."""

    query: str
    passage: str
    field: str
    paper: str


def read_pairs(folder: Path) -> dict[str, list[Pair]]:
    """Pairs by kind."""
    found: dict[str, list[Pair]] = {kind: [] for kind in SHARES}
    for name in ("zh_pairs", "needs_style", "xl_pairs", "en_pairs"):
        for row in rows(folder / f"{name}.jsonl.gz"):
            passage = row["passage"]
            field = str(row.get("class") or "").removeprefix("nb:").split(".")[0]
            found[_kind(name, row)].append(Pair(row["query"], passage, field, passage[:40]))
    english = {}
    for row in rows(folder / "parallel.jsonl.gz"):
        if row["kind"] == "title":
            english[row["zh"]] = row["en"]
        elif row["kind"] == "abstract":
            found["en-zh"].append(Pair(row["en"], row["zh"], "", row["zh"][:40]))
            found["zh-en"].append(Pair(row["zh"], row["en"], "", row["en"][:40]))
    for pair in found["zh"]:
        if pair.query in english:
            found["en-zh"].append(Pair(english[pair.query], pair.passage, pair.field, pair.paper))
    return found


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a file that are trained on."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["source"] in SOURCES:
                yield row


def _kind(name: str, row: dict[str, str]) -> str:
    plain = {"needs_style": "need", "xl_pairs": "zh-en", "en_pairs": "en"}
    if name in plain:
        return plain[name]
    by_kind = {"title-abstract": "zh", "keywords-abstract": "words"}
    return by_kind.get(row["kind"], "method")


def batch(pairs: dict[str, list[Pair]], size: int, rng: np.random.Generator) -> list[Pair]:
    """Pairs of a step: kinds by their shares; half the time neighbours of one field, which are harder to tell apart."""
    kinds = rng.choice(list(SHARES), size=size, p=list(SHARES.values()))
    chosen: list[Pair] = []
    field = ""
    for kind in kinds.tolist():
        pool = pairs[kind]
        pick = pool[rng.integers(len(pool))]
        for _ in range(12 if field else 0):
            if pick.field == field:
                break
            pick = pool[rng.integers(len(pool))]
        if not field and rng.random() < 0.5:
            field = pick.field
        elif rng.random() < 0.1:
            field = ""
        chosen.append(pick)
    return chosen


def framed(query: str, rng: np.random.Generator) -> str:
    """A short Chinese query in the words of an enterprise, at times."""
    if len(query) > 60 or not any("\u4e00" <= c <= "\u9fff" for c in query):
        return query
    return _FRAMES[rng.integers(len(_FRAMES))].format(query.rstrip("。？?. "))


def without_shared(passage: str, said: set[str], share: float, rng: np.random.Generator) -> str:
    """The passage without a share of the words that the query uses too, so that meaning has to do."""
    for word in sorted(said, key=len, reverse=True):
        if rng.random() < share:
            passage = passage.replace(word, "")
    return passage


def trap(passage: str, said: list[str], strength: float, rng: np.random.Generator) -> str:
    """A passage of something else with a share of the query's words put into it: right words, wrong matter."""
    pieces = list(passage)
    for word in said:
        if rng.random() < strength:
            pieces.insert(int(rng.integers(len(pieces) + 1)), word)
    return "".join(pieces)
