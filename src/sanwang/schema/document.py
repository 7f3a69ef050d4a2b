"""The page that describes every table, made from the declarations."""

from __future__ import annotations

from sanwang.schema.kind import KINDS, Field, Kind
from sanwang.schema.vocabulary import words_of

_TITLES = {
    "zh": "# 数据表\n\n本页由表的声明生成。",
    "en": "# Tables\n\nThis page is made from the declarations.",
}
_HEADINGS = {
    "zh": ["列", "名称", "类型", "单位", "必填", "取值", "指向", "说明", "也认的表头"],
    "en": [
        "column",
        "label",
        "type",
        "unit",
        "needed",
        "values",
        "refers to",
        "about",
        "headings also accepted",
    ],
}


def tables_page(lang: str = "en") -> str:
    """The tables in Markdown: a section a kind, a row a field."""
    return "\n\n".join([_TITLES[lang], *(_section(kind, lang) for kind in KINDS.values())]) + "\n"


def _section(kind: Kind, lang: str) -> str:
    head = f"## {kind.name} {kind.label(lang)}\n\n{kind.about(lang)}\n"
    lines = [_HEADINGS[lang], ["---"] * 9, *(_row(f, lang) for f in kind.fields.values())]
    return head + "\n" + "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _row(field: Field, lang: str) -> list[str]:
    need = {"key": {"zh": "主键", "en": "key"}, "required": {"zh": "是", "en": "yes"}}.get(field.need, {})
    return [
        f"`{field.name}`",
        field.label(lang),
        field.type.replace("choice:", ""),
        field.unit,
        need.get(lang, ""),
        _values(field, lang),
        field.ref or "",
        field.about(lang).replace("|", "\\|"),
        "、".join(field.headers),
    ]


def _values(field: Field, lang: str) -> str:
    if field.vocabulary:
        return " · ".join(words_of(field.vocabulary, lang))
    low, high = ("" if v is None else format(v, "g") for v in (field.low, field.high))
    return f"{low}…{high}" if low or high else ""
