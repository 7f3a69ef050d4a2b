"""What the cells of a column look like, and how well that suits a field: the evidence that headings cannot give."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from sanwang.schema import Field
from sanwang.sources.cells import amounts, dates, figures, parse, people, wording
from sanwang.sources.cells.numerals import plain, says_nothing
from sanwang.sources.raw import Cell
from sanwang.standards import places, zones

SAMPLE = 200
"""Cells of a column that are looked at."""

_ORG = re.compile(
    r"公司|集团|大学|学院|研究院|研究所|学校|医院|银行|中心|(?:[\u4e00-\u9fff]厂$)|厂\(|工作室|合作社|支行|协会|科技$|电子$|事务所|实验室|院$|所$|"
    r"\b(?:co\b|ltd|inc|corp|gmbh|llc|university|institute|college|hospital|bank|group|academy|laboratory|center|centre|works|company|"
    r"technologies|technology|materials|robotics|energy|pharma|bio|school|metals?|plastics|systems|holding)",
    re.I,
)
_SURNAMES = set(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦昌马苗方俞任袁柳鲍史唐费岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊惠甄曲封芮储靳汲松井段富巫乌焦巴弓牧隗谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公"
)
_TITLES = re.compile(
    r"(?:老师|工|总|经理|主任|教授|博士|女士|先生|师傅|姐|哥|叔|厂长|院长|所长|科长|处|部|科|办公室|客服)$|^(?:老|小|阿)[\u4e00-\u9fff]$"
)
_ENGLISH_NAME = re.compile(r"(?:(?i:mr|ms|mrs|dr|prof)\.?\s+)?[A-Z][a-z]+(?:[ -][A-Z][a-z]*\.?){0,2}$")
_MATURITY = re.compile(
    r"trl|小试|中试|样机|量产|产业化|实验室|概念验证|pilot|prototype|成熟|批量|[1-9]\s*级", re.I
)
_IPC = re.compile(r"[A-H]\d{2}[A-Z]\s*\d{1,4}\s*/\s*\d{2,6}")
_INDUSTRY = re.compile(r"[A-T]\d{2}\d{0,2}(?![\dA-Z/])")
_CODE = re.compile(r"(?=[^\u4e00-\u9fff]*\d)[A-Za-z]{0,8}[-_/.#]?[A-Za-z0-9]+(?:[-_/.][A-Za-z0-9]+)*")
_MONEY_WORD = re.compile(r"[万亿元¥￥块]|\d\s*[wkm]\b|yuan|rmb|cny|usd|面议|美元|欧元|million", re.I)
_SPAN_WORD = re.compile(
    r"(?:[\d一二三四五六七八九十半两]\s*(?:个?月|年|周|天|日))$|months?|weeks?|days?|years?|半年", re.I
)
_DATE_SHAPE = re.compile(r"(?<![A-Za-z\d-])(?:19|20)\d{2}\s*[-/.年]|\d{1,2}月|年底|季度|半年|q[1-4]\b", re.I)


@dataclass(frozen=True)
class Profile:
    """The sampled cells of one column, as they stand, less blanks."""

    cells: tuple[Cell, ...]
    filled: float
    texts: tuple[str, ...] = field(default=())
    memo: dict[tuple[str, str, str, bool], float] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def count(self) -> int:
        """Cells that hold something."""
        return len(self.cells)

    @cached_property
    def length(self) -> float:
        """Median number of characters."""
        sizes = sorted(len(t) for t in self.texts)
        return float(sizes[len(sizes) // 2]) if sizes else 0.0

    @cached_property
    def distinct(self) -> float:
        """Share of different values."""
        return len(set(self.texts)) / len(self.texts) if self.texts else 0.0

    def share(self, test: Callable[[str], object]) -> float:
        """Share of the cells whose text passes a test."""
        return sum(bool(test(t)) for t in self.texts) / len(self.texts) if self.texts else 0.0

    def raw_share(self, test: Callable[[Cell], object]) -> float:
        """Share of the cells that pass a test as they stand."""
        return sum(bool(test(c)) for c in self.cells) / len(self.cells) if self.cells else 0.0

    @cached_property
    def numeric(self) -> float:
        """Share of numbers, typed or as plain text."""
        return self.share(lambda t: re.fullmatch(r"[+-]?[\d,]*\.?\d+", t))

    @cached_property
    def serial(self) -> bool:
        """Whether the cells count 1, 2, 3 …"""
        numbers = [int(float(t)) for t in self.texts if re.fullmatch(r"\d{1,6}(?:\.0)?", t)]
        steps = Counter(b - a for a, b in pairwise(numbers))
        return (
            len(numbers) >= 0.8 * self.count
            and len(numbers) > 1
            and numbers[0] <= 2
            and steps[1] >= 0.7 * (len(numbers) - 1)
        )

    @cached_property
    def people(self) -> float:
        """Share of cells that look like a person's name, with or without a phone behind."""
        return self.share(_is_person)

    @cached_property
    def organisations(self) -> float:
        """Share of cells that look like the name of an organisation."""
        return self.share(lambda t: len(t) <= 60 and _ORG.search(t))

    @cached_property
    def phones(self) -> float:
        """Share of cells that are phone numbers."""
        return self.raw_share(lambda c: people.phones(c) and len(plain(c)) < 60)

    @cached_property
    def emails(self) -> float:
        """Share of cells with an e-mail address."""
        return self.raw_share(lambda c: people.emails(c) and len(plain(c)) < 80)

    @cached_property
    def years(self) -> float:
        """Share of cells that are years."""
        return self.raw_share(_is_year)

    @cached_property
    def dates(self) -> float:
        """Share of cells that are dates, or say when."""
        return self.raw_share(_is_date)

    @cached_property
    def moneyed(self) -> float:
        """Share of cells that are amounts with a unit or a word for money in them."""
        return self.share(lambda t: len(t) < 30 and _MONEY_WORD.search(t) and _amount(t))

    @cached_property
    def places(self) -> float:
        """Share of cells that name a division or a zone."""
        return self.share(_is_place)

    @cached_property
    def levels(self) -> float:
        """Share of cells that are levels of maturity, in words or marked as such."""
        return self.share(lambda t: len(t) < 24 and _MATURITY.search(t))

    def vocabulary(self, name: str) -> float:
        """Share of cells whose parts are words of a closed list (those taken only for want of a better are not)."""
        return self.share(lambda t: len(t) < 40 and _chosen(name, t))


def profile(cells: Sequence[Cell]) -> Profile:
    """The profile of a column's cells, spread over the whole of it."""
    step = max(1, len(cells) // SAMPLE)
    looked = cells[::step][:SAMPLE]
    kept = tuple(c for c in looked if not says_nothing(c))
    return Profile(kept, len(kept) / len(looked) if looked else 0.0, tuple(plain(c) for c in kept))


def _is_person(text: str) -> bool:
    name = people.person(text) or ""
    name = re.split(r"[/、,(（]" if name.isascii() else r"[\s/、,(（]", name)[0].strip()
    if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", name):
        return name[0] in _SURNAMES or bool(_TITLES.search(name))
    return bool(_ENGLISH_NAME.fullmatch(name) and not _ORG.search(name)) or (
        len(name) < 8 and bool(_TITLES.search(name))
    )


def _is_year(cell: Cell) -> bool:
    text = plain(cell)
    return bool(
        re.fullmatch(r"(?:19[5-9]\d|20[0-4]\d)(?:\.0)?年?度?|\d{2}年|二〇[\u4e00-\u9fff]{2}年?", text)
    )


def _is_date(cell: Cell) -> bool:
    if isinstance(cell, dt.date):
        return True
    text = plain(cell)
    if isinstance(cell, (int, float)):
        return bool(re.fullmatch(r"(?:19|20)\d{6}", text))
    if re.search(r"[A-Za-z]", text) and not re.search(
        r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|q[1-4]|h[12]|end|by|t\d", text, re.I
    ):
        return False
    read = dates.date(text)
    return len(text) < 24 and (
        (read.value is not None and not _is_year(text)) or bool(_DATE_SHAPE.search(text))
    )


def _amount(text: str) -> bool:
    stated = amounts.amount(text)
    return stated is not None and stated.kind != "blank"


def _is_place(text: str) -> bool:
    if (
        not 2 <= len(text) <= 40
        or (text.isdecimal() and len(text) not in (6, 9, 12))
        or (_ORG.search(text) and not re.search(r"院内|区$|市$|县$", text))
    ):
        return False
    if len(parts := [p.strip() for p in re.split(r"[、,，;；/]", text) if p.strip()]) > 1:
        return all(map(_is_place, parts))
    found = places.resolve(text)
    return (
        found.status != "unknown"
        or text in zones.GROUPS
        or zones.zone(text) is not None
        or zones.part_of(text) is not None
    )


def _chosen(name: str, text: str) -> bool:
    parts = [p for p in re.split(r"[;；、,，/|\n或和及+·]| (?:or|and) ", text) if p.strip()]
    read = [wording.choice(name, p) for p in parts]
    return bool(read) and all(r.value is not None and r.rule != "choice_strict" for r in read)


def fit(column: Profile, target: Field) -> float:
    """From 0 to 1: how well a column's cells suit a field; 0.5 where they say nothing."""
    if not column.count:
        return 0.5
    if target.name in _BY_NAME:
        return _BY_NAME[target.name](column)
    if target.vocabulary:
        return column.vocabulary(target.vocabulary) * (0.9 if column.length <= 24 else 0.5)
    return _BY_TYPE.get(target.item, _text)(column)


def _phone(c: Profile) -> float:
    # A cell with a name and a number is the contact's; the number is found there.
    named = c.share(lambda t: _is_person(t) and people.phones(t))
    return c.phones * (0.2 if named > 0.5 else 1.0)


def _email(c: Profile) -> float:
    return c.emails


def _contact(c: Profile) -> float:
    return max(c.people, 0.0) if c.people > 0.3 else 0.15 * (c.length < 8)


def _organisation(c: Profile) -> float:
    if c.organisations >= 0.4:
        return min(1.0, 0.4 + 0.6 * c.organisations)
    if c.phones > 0.5 or c.emails > 0.5 or c.numeric > 0.7 or c.serial or c.length > 40:
        return 0.05
    code = c.share(_CODE.fullmatch)
    return 0.5 if code > 0.6 else 0.4 if c.length <= 16 and c.dates < 0.3 and c.moneyed < 0.3 else 0.15


def _title(c: Profile) -> float:
    if (
        c.numeric > 0.5
        or c.phones > 0.4
        or c.emails > 0.4
        or c.dates > 0.5
        or c.share(_CODE.fullmatch) > 0.6
        or c.moneyed > 0.5
    ):
        return 0.03
    if c.organisations > 0.75 and c.length < 25:
        return 0.2
    words = 4 <= c.length <= 60
    return (0.85 if c.distinct > 0.9 else 0.5) if words else (0.4 if c.length <= 120 else 0.15)


def _long(c: Profile) -> float:
    if c.numeric > 0.5 or c.phones > 0.4 or c.dates > 0.5 or c.moneyed > 0.5:
        return 0.03
    return (
        0.95
        if c.length >= 40
        else 0.8
        if c.length >= 18
        else 0.65
        if c.length >= 12
        else 0.45
        if c.length >= 8
        else 0.15
    )


def _acceptance(c: Profile) -> float:
    if c.numeric > 0.6 or c.phones > 0.4 or c.dates > 0.5 or c.emails > 0.4:
        return 0.03
    figures_in = c.share(lambda t: re.search(r"\d|[≥≤<>%℃]|不|达到|以上|以下|通过", t))
    return (0.5 + 0.4 * figures_in) if 3 <= c.length <= 120 else 0.2


def _id(c: Profile) -> float:
    if c.serial:
        return 0.8
    code = c.share(lambda t: len(t) <= 24 and _CODE.fullmatch(t))
    if c.numeric > 0.8 and c.length < 6:
        return 0.1  # plain small numbers that do not count the rows are figures
    if (
        c.phones > 0.5
        or c.years > 0.8
        or c.dates > 0.6
        or c.share(lambda t: re.fullmatch(r"[0-9A-Z]{18}", t)) > 0.6
    ):
        return 0.05
    return (
        (0.5 + 0.45 * c.distinct) * code
        if code > 0.5 and (c.distinct > 0.6 or c.count < 8)
        else (0.3 if c.length <= 12 else 0.1)
    )


def _uscc(c: Profile) -> float:
    good = c.share(
        lambda t: re.fullmatch(r"[0-9A-Za-z]{17,19}", t.replace(" ", "")) or re.fullmatch(r"\d\.\d+E\+\d+", t)
    )
    return good


def _money(c: Profile) -> float:
    if c.phones > 0.5 or c.emails > 0.3 or c.length > 30 or c.organisations > 0.4 or c.people > 0.6:
        return 0.02
    if c.dates > 0.4 or c.years > 0.85:
        return 0.05
    able = c.raw_share(lambda x: amounts.amount(x) is not None)
    return min(1.0, 0.55 * able + 0.45 * c.moneyed) if able > 0.5 else 0.15 * able


def _date(c: Profile) -> float:
    if c.phones > 0.4 or c.length > 30:
        return 0.02
    open_words = c.share(
        lambda t: (
            len(t) < 16
            and (dates.date(t).rule == "date_open" or ((f := dates.date(t).fault) and f.code == "date_vague"))
        )
    )
    return min(1.0, c.dates + 0.8 * open_words + 0.5 * c.years)


def _year(c: Profile) -> float:
    return min(1.0, c.years + 0.6 * c.dates) if c.years + c.dates > 0.3 else 0.03


def _number(c: Profile) -> float:
    if c.phones > 0.5 or c.emails > 0.3 or c.dates > 0.4 or c.years > 0.85 or c.moneyed > 0.6:
        return 0.05
    able = c.raw_share(lambda x: figures.real(x).value is not None)
    return 0.65 * able if able > 0.5 else 0.08


def _months(c: Profile) -> float:
    if c.phones > 0.5 or c.dates > 0.6 or c.length > 20:
        return 0.03
    words = c.share(_SPAN_WORD.search)
    small = c.raw_share(lambda x: isinstance(v := figures.real(x).value, float) and 0 < v <= 120)
    return min(1.0, 0.9 * words + 0.5 * small)


def _share(c: Profile) -> float:
    if c.phones > 0.5 or c.dates > 0.5 or c.length > 24:
        return 0.02
    marked = c.share(lambda t: re.search(r"%|‰|百分|成$|lpr", t, re.I))
    small = c.raw_share(lambda x: isinstance(v := figures.real(x).value, float) and 0 <= v <= 1)
    return min(1.0, 0.95 * marked + 0.55 * small)


def _trl(c: Profile) -> float:
    small = c.raw_share(lambda x: parse.trl_read(x).value is not None)
    return (
        min(1.0, c.levels + 0.45 * max(0.0, small - c.levels)) if c.phones < 0.3 and c.dates < 0.5 else 0.02
    )


def _industries(c: Profile) -> float:
    coded = c.share(lambda t: len(t) < 40 and _INDUSTRY.match(t) and not _IPC.search(t))
    named = c.share(lambda t: re.search(r"[\u4e00-\u9fff]{2,}(?:业|服务|制造)$", t) and len(t) < 30)
    return (
        max(coded, 0.7 * named)
        if max(coded, named) > 0.2
        else 0.1
        if c.length <= 14 and c.numeric < 0.3
        else 0.03
    )


def _ipc(c: Profile) -> float:
    full = c.share(_IPC.search)
    return full if full > 0.2 else 0.5 * c.share(lambda t: re.fullmatch(r"(?:[A-H]\d{2}[A-Z][;；,、 ]*)+", t))


def _fields(c: Profile) -> float:
    coded = max(
        _industries(c), _ipc(c), c.share(lambda t: re.match(r"[A-T]\d{1,2}[A-Z]?\b", t) and len(t) < 40)
    )
    return coded if coded > 0.3 else 0.4 if c.length <= 20 and c.numeric < 0.3 and c.phones < 0.2 else 0.1


def _keywords(c: Profile) -> float:
    listed = c.share(lambda t: re.search(r"[;；、,，]", t) and len(t) < 60)
    return 0.4 + 0.4 * listed if 2 <= c.length <= 40 and c.numeric < 0.3 and c.phones < 0.2 else 0.05


def _place(c: Profile) -> float:
    return c.places


def _text(c: Profile) -> float:
    return 0.4 if c.numeric < 0.5 and c.phones < 0.3 and c.dates < 0.4 else 0.15


def _chain(c: Profile) -> float:
    return 0.4 if c.length <= 10 and c.numeric < 0.5 and c.phones < 0.2 and c.dates < 0.2 else 0.05


def _latin(c: Profile) -> float:
    return c.share(lambda t: t.isascii() and re.search(r"[A-Za-z]{3}", t))


def _link(c: Profile) -> float:
    return c.share(lambda t: re.search(r"https?://|www\.|10\.\d{4,}/", t))


_BY_NAME: dict[str, Callable[[Profile], float]] = {
    "phone": _phone,
    "email": _email,
    "contact": _contact,
    "title": _title,
    "text": _long,
    "abstract": _long,
    "capabilities": _long,
    "process": _long,
    "equipment": _long,
    "conditions": _acceptance,
    "acceptance": _acceptance,
    "actor": _organisation,
    "owner": _organisation,
    "debtor": _organisation,
    "creditor": _organisation,
    "a": _organisation,
    "b": _organisation,
    "partner": _organisation,
    "fields": _fields,
    "keywords": _keywords,
    "chain": _chain,
    "name_en": _latin,
    "title_en": _latin,
    "evidence": _link,
}
_BY_TYPE: dict[str, Callable[[Profile], float]] = {
    "id": _id,
    "uscc": _uscc,
    "money": _money,
    "date": _date,
    "year": _year,
    "int": _number,
    "real": _number,
    "share": _share,
    "trl": _trl,
    "industry": _industries,
    "ipc": _ipc,
    "place": _place,
    "text": _text,
}


def suits(column: Profile, kind: str, target: Field) -> float:
    """Like :func:`fit`, with what the kind tells besides: months are spans, a firm's name is an organisation.

    Kinds share most of their fields, so each question is asked of a column once.
    """
    key = (target.name, target.type, target.unit, kind == "actors")
    if key not in column.memo:
        column.memo[key] = _suits(column, kind, target)
    return column.memo[key]


def _suits(column: Profile, kind: str, target: Field) -> float:
    if target.item == "int" and target.unit in ("months", "days"):
        return _months(column)
    if target.name == "name":
        return (
            _organisation(column)
            if kind == "actors"
            else max(0.6 * _title(column), 0.5 * column.organisations)
        )
    return fit(column, target)
