"""What a need says it does not want: 已有，不要再推; 不想装…; 除…外; 不拍…也能."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sanwang.collaboration.tokenise import words

_STOP = r"[，,。；;！!？?\n（()）]"
_WHO = r"(?:我们|咱们|公司|本公司|我公司|我司|我厂|厂里|企业|自己|现在|目前)?"
_THING = r"(?P<thing>[^，,。；;！!？?\n（()）：:、]{2,20}?)"
_HAVE = (
    rf"{_THING}(?:{_WHO}(?:都|早|也|就)?(?:已经有|已有|已具备|已掌握|有了|已经做了|已上线|做过了|用过了)"
    r"[^，,。；;\n]{0,8})"
)
_AGAIN = r"(?:不要再?|别再?|不用再?|无需再?|不必再?|请勿)(?:给我们?|向我们?)?(?:推|重复|推荐|提供|发)"
_PATTERNS = (
    ("have", re.compile(rf"{_HAVE}[，,]?{_AGAIN}[^，,。；;！!？?\n]*")),
    ("again", re.compile(rf"{_AGAIN}[荐送给]*{_THING}(?=的?{_STOP}|的?$|类|方案|产品)")),
    (
        "against",
        re.compile(
            rf"(?:不想|不愿意?|不考虑|不接受|不打算|不希望|不允许|不得|禁止|拒绝|杜绝|不可|不要|不采用|不使用|不能)"
            rf"(?:再)?(?:装|安装|加装|用|使用|采用|上|买|购买|引入|引进|依赖|做|含有?|添加|增加|更换|改造)(?:任何|额外|新的)?{_THING}(?={_STOP}|$|[、和或也来的])"
        ),
    ),
    (
        "without",
        re.compile(
            rf"(?:不(?:用|装|拍|靠|依赖|使用|采集|安装|加)|无需|免){_THING}(?:也|就|即|便)(?:能|可|可以|要能)"
        ),
    ),
    ("without", re.compile(rf"(?<!是)不用{_THING}(?=的(?!时)|[，,。；;？?！!\n]|$)")),
    ("except", re.compile(rf"除(?:了|去)?{_THING}(?:以外|之外|外)(?={_STOP}|[均都皆其不]|$)")),
    ("except", re.compile(rf"{_THING}除外")),
)
_OTHERS = re.compile(r"^[，,]?(?:均|都|皆|其他|其余|其它|不限|$|[。；;])")
_PLAIN = frozenset(
    {"原来", "现有", "传统", "任何", "其他", "这种", "这个", "那个", "重新", "我们", "这类", "此类"}
)
SPELLED = 2
"""Characters that may stand between those of a short name where a title spells it out."""

_TITLES = ("have", "again", "except")
"""Ways of saying it that are about whole results: those whose title is about the thing."""

_DENIED = re.compile(
    r"(?:无需|无须|不需要?|免|不用|不使用|不装|不加|不需|没有|无|不依赖|取代|替代|代替|避免|摆脱|省去)[^，,。；;]{0,6}$"
)


@dataclass(frozen=True)
class Exclusion:
    """What is not wanted (``thing``), in the words of the need (``quote``, verbatim), and how it is said."""

    thing: str
    quote: str
    way: str


def exclusions(text: str) -> list[Exclusion]:
    """The exclusions of a need's text in order. 除…外，还需要… adds to a thing and excludes nothing."""
    found: list[tuple[int, Exclusion]] = []
    for way, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            thing = match["thing"]
            if way == "except" and not _OTHERS.search(text[match.end() : match.end() + 10]):
                continue
            if _content(thing):
                found.append((match.start(), Exclusion(thing.strip(), match[0].strip("，,"), way)))
    once = {e.quote: e for _, e in sorted(found, key=lambda f: f[0])}
    return list(once.values())


def _content(thing: str) -> list[str]:
    return [w for w in words(thing) if len(w) > 1 and w not in _PLAIN]


def offers(title: str, body: str, excluded: Exclusion) -> str:
    """The clause of a result that offers exactly what is excluded, "" where none does.

    What a firm already has counts only where the result's title is about it; what it refuses counts wherever the
    result says that it is used, and not where it says that it does without (无需传感器).
    """
    thing = excluded.thing.removeprefix("有").removeprefix("含").casefold()
    if not _content(thing):
        return ""
    texts: Sequence[str] = (
        (title,) if excluded.way in ("have", "again", "except") else (title, *re.split(_STOP, body))
    )
    for clause in texts:
        said = clause.casefold()
        about = excluded.way in _TITLES and (all(w in said for w in _content(thing)) or _spelled(thing, said))
        if (about or thing in said) and not _denied(clause, thing):
            return clause.strip()
    return ""


def _spelled(thing: str, said: str) -> bool:
    """Whether a title spells out a short name: 箱号识别 in 箱面号码识别, its characters in order and close together."""
    if len(thing) < 4 or not re.fullmatch("[一-龥]+", thing):
        return False
    return re.search(f"[一-龥]{{0,{SPELLED}}}".join(thing), said) is not None


def _denied(clause: str, thing: str) -> bool:
    at = clause.casefold().find(thing)
    return at >= 0 and bool(_DENIED.search(clause[:at]))
