"""Speed and memory of the lasting index, beside bm25s and, where it is installed, lancedb's hybrid search.

    python benchmarks/match/scale.py patents.csv needs.csv --sizes 10000 100000 [--noise 1000000] [--folder DIR]

Texts are made by joining halves of real abstracts, so that words and lengths are real and no two are alike.
``--noise`` sizes take random vectors for the texts and the encoder for the needs: they measure all but indexing.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import bm25s
import numpy as np
import polars as pl

from sanwang.collaboration.index import Index
from sanwang.collaboration.tokenise import words
from sanwang.encoding.own import OwnEncoder

ASKED = 100


class Noise:
    """Random unit vectors in place of an encoder's for texts; needs are encoded."""

    name = "random vectors"

    def __init__(self) -> None:
        self._draw = np.random.default_rng(3)
        self._own = OwnEncoder()
        self.reference, self.queries = self._own.reference, self._own.queries

    def passages(self, texts):
        """One random unit vector a text."""
        rows = self._draw.standard_normal((len(texts), 384), dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("needs", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000])
    parser.add_argument("--noise", type=int, nargs="*", default=[])
    parser.add_argument("--length", type=int, default=400, help="characters of a made text")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    needs = pl.read_csv(given.needs).with_columns(pl.all().fill_null("")).select("title", "text").rows()
    asked = [f"{t}\n{x}".strip()[:1000] for t, x in needs if (t + x).strip()]
    print(
        "| size | encoder | system | index s | processor s | one change ms | a need ms (median, 95 %) | 1,000 needs s "
        "| peak GB |"
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for size in given.sizes:
        report(corpus(given.texts, size, given.length), asked, OwnEncoder(), given.folder, peers=True)
    for size in given.noise:
        report(corpus(given.texts, size, 60), asked, Noise(), given.folder, peers=False)


def corpus(path: Path, size: int, length: int) -> pl.DataFrame:
    rows = pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))
    titles, bodies = rows["title"].to_list(), rows["abstract"].to_list()
    draw = np.random.default_rng(5).integers(0, len(rows), (size, 2))
    texts = [bodies[a][: length // 2] + bodies[b][-length // 2 :] for a, b in draw]
    return pl.DataFrame(
        {"id": [f"R{i}" for i in range(size)], "title": [titles[a] for a, _ in draw], "abstract": texts}
    )


def report(table: pl.DataFrame, asked: list[str], encoder, folder: Path | None, peers: bool) -> None:
    place = Path(tempfile.mkdtemp(dir=folder))
    try:
        index = Index(place, encoder)
        began, busy = time.perf_counter(), time.process_time()
        index.update(table)
        built = time.perf_counter() - began, time.process_time() - busy
        index.search(asked[0])
        took = _times(lambda text: index.search(text, 10), asked)
        change = table.head(1).with_columns(pl.lit("改过的名称").alias("title"))
        began = time.perf_counter()
        index.update(change, complete=False)
        index.search(asked[0])
        changed = (time.perf_counter() - began) * 1000
        _line(table.height, encoder.name, "Sanwang index", built, f"{changed:.0f}", took)
        if peers:
            bm25(table, asked, encoder.name)
            lance(table, asked, encoder, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _times(search, asked: list[str]) -> list[float]:
    found = []
    for i in range(ASKED):
        began = time.perf_counter()
        search(asked[i % len(asked)])
        found.append(time.perf_counter() - began)
    return found


def _line(
    size: int, encoder: str, system: str, built: tuple[float, float], changed: str, took: list[float]
) -> None:
    median, late = statistics.median(took) * 1000, sorted(took)[int(0.95 * len(took))] * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    thousand = statistics.fmean(took) * 1000
    cells = (
        f"{size:,}",
        encoder,
        system,
        f"{built[0]:.1f}",
        f"{built[1]:.1f}",
        changed,
        f"{median:.0f}, {late:.0f}",
        f"{thousand:.0f}",
    )
    print("| " + " | ".join((*cells, f"{peak:.1f}")) + " |", flush=True)


def bm25(table: pl.DataFrame, asked: list[str], encoder: str) -> None:
    began, busy = time.perf_counter(), time.process_time()
    index = bm25s.BM25()
    index.index(
        [words(f"{t}\n{b}") for t, b in table.select("title", "abstract").iter_rows()], show_progress=False
    )
    built = time.perf_counter() - began, time.process_time() - busy

    def search(text: str) -> None:
        known = [w for w in words(text) if w in index.vocab_dict]
        index.retrieve([known or ["的"]], k=10, show_progress=False)

    _line(table.height, "–", "bm25s", built, "rebuild", _times(search, asked))


def lance(table: pl.DataFrame, asked: list[str], encoder, place: Path) -> None:
    try:
        import lancedb
        import pyarrow as pa
    except ImportError:
        print("| | | lancedb: not installed | | | | | |")
        return
    began, busy = time.perf_counter(), time.process_time()
    vectors = np.concatenate(
        [encoder.passages([f"{t}\n{b}" for t, b in part.select("title", "abstract").rows()])
         for part in table.iter_slices(256)]
    )  # fmt: skip
    said = [" ".join(words(f"{t} {b}")) for t, b in table.select("title", "abstract").iter_rows()]
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    store = lancedb.connect(str(place / "lance")).create_table(
        "achievements", pa.table({"id": table["id"].to_list(), "words": said, "vector": column})
    )
    store.create_fts_index("words", base_tokenizer="whitespace")
    built = time.perf_counter() - began, time.process_time() - busy

    def search(text: str) -> None:
        query = (
            store.search(query_type="hybrid").vector(encoder.queries([text])[0]).text(" ".join(words(text)))
        )
        query.limit(10).to_list()

    _line(table.height, encoder.name, "lancedb hybrid", built, "–", _times(search, asked))


if __name__ == "__main__":
    main()
