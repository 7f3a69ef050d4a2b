"""Vectors of the words that headings are compared with, from ``words.toml`` and the schema, as eight-bit integers."""

from pathlib import Path

import numpy as np

from sanwang.sources.recognise import meaning

OUT = Path(__file__).parents[2] / "src" / "sanwang" / "sources" / "recognise" / "vectors.npz"


def main() -> None:
    words = list(meaning.listed())
    rows = np.concatenate([meaning.encode(words[i : i + 16]) for i in range(0, len(words), 16)])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    mean = rows.mean(axis=0)
    centred = rows - mean
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    # One part in 127 of the largest component keeps every cosine to three digits.
    scale = 127 / np.abs(centred).max(axis=1, keepdims=True)
    digest = np.frombuffer(bytes.fromhex(meaning.digest()), dtype=np.uint8)
    np.savez_compressed(OUT, vectors=np.round(centred * scale).astype(np.int8), mean=mean, words=digest)


if __name__ == "__main__":
    main()
