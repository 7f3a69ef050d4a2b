"""Technology readiness levels (GB/T 22900-2022; nine levels as in ISO 16290)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

LEVELS: dict[int, tuple[str, str]] = {
    1: ("基本原理得到观察和报告", "basic principles observed"),
    2: ("形成技术概念或应用设想", "concept or application formulated"),
    3: ("关键功能在实验室得到验证", "key functions proven in the laboratory"),
    4: ("部件或原理样机在实验室环境通过验证", "components or a breadboard validated in the laboratory"),
    5: ("样机在相关环境中通过验证", "prototype validated in a relevant environment"),
    6: ("正样在相关环境中演示", "demonstrator shown in a relevant environment"),
    7: ("工程样机在实际环境中演示", "engineering prototype shown in the real environment"),
    8: ("系统定型并通过测试", "system complete and qualified"),
    9: ("批量应用并稳定运行", "in regular use"),
}
"""Level → what has been shown, in Chinese and English (our wording)."""


@cache
def maturity_words() -> dict[str, tuple[int, int]]:
    """Word of maturity (小试, pilot …) → lowest and highest level it stands for. Basis of each: data/trl_words.csv."""
    text = (files("sanwang.standards") / "data" / "trl_words.csv").read_text(encoding="utf-8")
    return {r["word"]: (int(r["low"]), int(r["high"])) for r in csv.DictReader(text.splitlines())}


def levels_of(text: str) -> tuple[int, int] | None:
    """The range of levels that words of maturity in a text span (小试→中试 is 4…7); None where it holds none."""
    found: list[tuple[int, int]] = []
    rest = text.casefold()
    for word in sorted(maturity_words(), key=len, reverse=True):
        if word in rest:
            found.append(maturity_words()[word])
            rest = rest.replace(word, " ")
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None
