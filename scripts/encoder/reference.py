"""The reference of an exported encoder: each language's mean vector in each role, and the spread of likenesses.

    python scripts/encoder/reference.py DATA_FOLDER MODEL_FOLDER

Writes ``reference.json`` and ``digests.json`` beside the model, from texts of the training folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from pairs import framed, rows

from sanwang.encoding.own import KINDS, OwnEncoder

TEXTS = 400
"""Texts of each language and role."""


def sample(data: Path) -> dict[tuple[str, str], list[str]]:
    """Texts by kind and language: Chinese needs are problems, and titles in an enterprise's words."""
    rng = np.random.default_rng(11)
    found: dict[tuple[str, str], list[str]] = {}
    chinese = [*rows(data / "needs_style.jsonl.gz"), *rows(data / "zh_pairs.jsonl.gz")]
    chinese = [r for r in chinese if r["source"] == "chinaxiv"]
    english = [r for r in rows(data / "en_pairs.jsonl.gz") if "title-abstract" in r["kind"]]
    for mark, some in (("zh", chinese), ("en", english)):
        chosen = [some[i] for i in rng.permutation(len(some))[:TEXTS]]
        found["need", mark] = [framed(r["query"], rng) for r in chosen]
        found["achievement", mark] = [f"{r['query']}\n{r['passage']}"[:400] for r in chosen]
        titled = [r for r in some if r["kind"] == "title-abstract"]
        found["achievement_title", mark] = [titled[i]["query"] for i in rng.permutation(len(titled))[:TEXTS]]
    return found


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("data", type=Path)
    said.add_argument("model", type=Path)
    args = said.parse_args()
    names = ("encoder.onnx", "tokenizer.json")
    digests = {n: hashlib.sha256((args.model / n).read_bytes()).hexdigest() for n in names}
    (args.model / "digests.json").write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
    encoder = OwnEncoder(args.model)
    means: dict[str, dict[str, list[float]]] = {k: {} for k in KINDS}
    spreads: list[float] = []
    for (kind, mark), texts in sample(args.data).items():
        vectors = encoder.passages(texts) if kind.startswith("achievement") else encoder.queries(texts)
        means[kind][mark] = np.round(vectors.mean(axis=0), 5).tolist()
        if kind == "achievement":
            ready = vectors - vectors.mean(axis=0)
            ready /= np.linalg.norm(ready, axis=1, keepdims=True)
            spreads.append(float((ready @ ready.T)[np.triu_indices(len(ready), 1)].std()))
    told = {**means, "spread": round(float(np.mean(spreads)), 4)}
    (args.model / "reference.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    print(encoder.name, told["spread"])


if __name__ == "__main__":
    main()
