"""Where an amount stands: its clause, its sentence, the heading above it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sanwang.collaboration.figures.amounts import Amount

CUES: dict[str, Any] = tomllib.loads(
    (files("sanwang.collaboration.figures") / "roles.toml").read_text(encoding="utf-8")
)
_SENTENCE = re.compile(r"[。；;！!？?\n]|(?<=[\s\d])\.(?=[\u4e00-\u9fff\s])|(?<=[^\d\sA-Za-z])\.(?=[^\d])")
_CLAUSE = re.compile(r"[，,、：:（）()\[\]【】“”\"。；;！!？?\n]")
_HEADINGS = {name: re.compile(pattern) for name, pattern in CUES["heading"].items()}
_HEAD = re.compile(
    r"(?:^|[\n。；;：:\s]|[)）])\s*(?:[一二三四五六七八九十\d]{1,2}[、.．:：)）]|[（(][一二三四五六七八九十\d]{1,2}[)）]|[①-⑳])?\s*"
    r"(?P<words>[^\d，,。；;：:\n（）()]{2,16}?)(?:[（(][^）)]{0,30}[）)])?\s*(?=[:：;；\n]|\s[\d①（(一-龥]|$)"
)
_BELOW = re.compile(
    r"(?:以下|如下|下列|下述)[^。；;，,：:]{0,10}(?:要求|指标|参数|目标|性能)|(?:要求|指标|参数|目标)[^。；;，,：:]{0,4}(?:如下|为|有|包括)?(?=[：:])"
)
_SPELLED_OUT = re.compile(r"本发明|本实用新型|本申请|公开了一种|所述|其特征")
_STUDIED = re.compile(
    r"(?:目的|方法|结果|结论)[:：\s]|结果表明|结果显示|实验表明|表明[,，]|本文|本研究|旨在|研究了|分析了|探讨|讨论了|提出了?一种|综述"
)
_ASKED = re.compile(r"需求|希望|我单位|我公司|本公司|我司|我厂|急需|寻求|拟解决|预期目标|技术难题|合作")


@dataclass(frozen=True)
class Context:
    """The words around an amount; ``clause`` and ``sentence`` begin where those begin, ``heading`` is its kind."""

    before: str
    after: str
    said: str
    rest: str
    prior: str
    heading: str
    clause_start: int
    clause_end: int
    sentence_start: int
    sentence_end: int


def genre(text: str) -> str:
    """``need``, ``patent`` or ``paper``: what kind of text its own words say it is."""
    asked, told, studied = (len(p.findall(text)) for p in (_ASKED, _SPELLED_OUT, _STUDIED))
    if told > asked:
        return "patent"
    return "paper" if studied > asked + 1 or (studied and not asked) else "need"


def headings(text: str) -> list[tuple[int, str]]:
    """Where parts of the text begin, and of what kind they are."""
    found: list[tuple[int, str]] = []
    for match in _HEAD.finditer(text):
        words = match["words"]
        hits = [(m.end(), name) for name, p in _HEADINGS.items() if (m := p.search(words))]
        if hits and len(words) <= 16:
            found.append((match.end("words"), max(hits)[1]))
    return sorted(found + [(m.end(), "wish") for m in _BELOW.finditer(text)])


def context(text: str, one: Amount, parts: list[tuple[int, str]]) -> Context:
    """The context of one amount of a text."""
    sentence = max((m.end() for m in _SENTENCE.finditer(text, 0, one.start)), default=0)
    clause = max((m.end() for m in _CLAUSE.finditer(text, sentence, one.start)), default=sentence)
    after = _CLAUSE.search(text, one.end)
    behind = _SENTENCE.search(text, one.end)
    clause_end = after.start() if after else len(text)
    end = behind.start() if behind else len(text)
    heading = next((kind for at, kind in reversed(parts) if at <= one.start), "")
    return Context(
        text[clause : one.start],
        text[one.end : max(clause_end, one.end)],
        text[sentence : one.start],
        text[one.end : max(end, one.end)],
        text[max(0, sentence - 50) : sentence],
        heading,
        clause,
        clause_end,
        sentence,
        end,
    )
