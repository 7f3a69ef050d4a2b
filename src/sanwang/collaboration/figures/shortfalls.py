"""What a result says of itself that it does not reach or is not for: 达不到高敏口径, 不适用于含硫烟气."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sanwang.collaboration.tokenise import words

_STOP = r"，,。.；;！!？?\n（()）—"
_CANNOT = re.compile(
    r"(?:(?:还|尚|暂|仍|并)?(?:达不到|未达到|没有达到|够不上|不适用于?|不适合于?|不能用于|不可用于|不宜用于|不支持|不覆盖)"
    r"|尚不能|暂不能|暂不|不评估|不涉及|不包括|不包含|不负责|不提供)"
    rf"(?P<thing>[^{_STOP}：:、]{{2,16}})"
)
_ENGLISH = re.compile(
    r"(?:does not (?:yet )?(?:reach|meet|support|cover)|is not (?:yet )?(?:suitable|suited|intended) for|"
    rf"falls short of|cannot be used (?:for|in))\s+(?:the |an? )?(?P<thing>[^{_STOP}.:]{{3,60}})",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"传统|现有|常规|以往|以前|原有|原来|普通|一般|其他|人工|国内|国外|市售|商用|竞品|对手|现行|过去"
    r"|conventional|existing|traditional|other|previous|commercial",
    re.IGNORECASE,
)
"""Words that make a sentence one about somebody else's work."""

_SOLVED = re.compile(r"解决|克服|避免|针对|问题|难题|缺陷|痛点|不足|solv|overcom|address", re.IGNORECASE)
_UNWANTED = re.compile(
    r"不需要|不必|无需|不要求|不追求|不是要|不含|不包括|不得|避免|no need|not need|need not", re.IGNORECASE
)
"""Words of a need that does not ask for the thing either."""

_PLAIN = frozenset(
    re.findall(
        r"\S+",
        "口径 要求 标准 水平 指标 性能指标 技术指标 技术要求 目标 条件 场合 场景 情况 产品 技术 系统 设备 方法 使用 "
        "应用 需要 能力 性能 精度 温度 压力 环境 工艺 材料 规模 连续 长期 直接 单独 同时 其中 这种 以上 以下 "
        "level standard requirements use this that with the for and high low large small",
    )
)
"""Words that do not tell one thing from another."""


@dataclass(frozen=True)
class Shortfall:
    """What is not reached (``thing``) in a clause of the result, verbatim."""

    thing: str
    clause: str


@lru_cache(maxsize=20_000)
def shortfalls(text: str) -> tuple[Shortfall, ...]:
    """What a result's text says it does not reach or is not for, in order. What it says of others' work is left out."""
    found: list[tuple[int, Shortfall]] = []
    for pattern in (_CANNOT, _ENGLISH):
        for match in pattern.finditer(text):
            start = max((text.rfind(c, 0, match.start()) for c in "。；;！!？?\n"), default=-1) + 1
            said = text[start : match.end()]
            after = text[match.end() : match.end() + 8]
            if not _OTHERS.search(said) and not _SOLVED.search(said + after):
                found.append((match.start(), Shortfall(match["thing"].strip(), match[0].strip())))
    return tuple(one for _, one in sorted(found, key=lambda f: f[0]))


def _alternatives(thing: str) -> list[str]:
    """凹陷 and 裂口 of 箱体的凹陷或裂口: each thing that is named, without whose it is."""
    return [re.split("的", part)[-1] for part in re.split("或者?|和|与|及|以及| or | and ", thing)]


def asked_for(shortfall: Shortfall, wanted: str) -> str:
    """The clause of a need that speaks of what a result does not reach, verbatim; "" where none does.

    Every telling word of the thing, or of one of several that are named, has to stand in that clause.
    """
    told = [
        [w for w in words(one) if len(w) > 1 and w not in _PLAIN] for one in _alternatives(shortfall.thing)
    ]
    for clause in re.split(rf"[{_STOP}]", wanted):
        said = clause.casefold()
        if any(t and all(w in said for w in t) for t in told) and not _UNWANTED.search(clause):
            return clause.strip()
    return ""
