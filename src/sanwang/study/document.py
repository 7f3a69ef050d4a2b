"""The page that describes every study, made from the declarations."""

from __future__ import annotations

from typing import Any

from sanwang.schema import KINDS
from sanwang.study.declare import Declared, Study
from sanwang.study.registry import GROUPS, entries, get, groups
from sanwang.study.saving import plain

_INTRO = {
    "zh": (
        "# 研究\n\n本页由声明生成。每项研究在 Python 中是 `sanwang` 的一个函数，在命令行中是同名命令；"
        "结果的形状相同：句子、带单位的表、图、说明。\n"
        "共同选项：`lang`（zh、en）、`strict`（数据有错即停）、`scenario`（情景）、`progress`。"
    ),
    "en": (
        "# Studies\n\nThis page is made from the declarations. Each study is a function of `sanwang` in Python and a "
        "command of the same name;\nits result has one shape: sentences, tables with units, drawings, notes.\n"
        "Every study takes `lang` (zh, en), `strict` (stop at errors in the data), `scenario` and `progress`."
    ),
}
_HEADS = {"zh": ("选项", "写法", "缺省", "含义"), "en": ("option", "written", "default", "meaning")}


def studies_page(lang: str = "en") -> str:
    """The studies in Markdown: a section a group, a table of options a study."""
    parts = [_INTRO[lang]]
    for group in GROUPS:
        named = [n for n, e in entries().items() if e.group == group]
        if named:
            parts.append(f"## {groups()[group][0 if lang == 'zh' else 1]}")
            parts += [_section(get(n), lang) for n in named]
    return "\n\n".join(parts) + "\n"


def _section(study: Study[Any], lang: str) -> str:
    entry, zh = study.entry, lang == "zh"
    needed = [f"{KINDS[k].label(lang)} (`{k}`)" for k in entry.needs]
    read = [f"`{k}`" for k in entry.uses]
    lines = [f"### {entry.name} · {entry.title(lang)}", "", f"{entry.about(lang)}{'。' if zh else '.'}"]
    if needed:
        lines += ["", ("须有：" if zh else "Needs: ") + ("、" if zh else ", ").join(needed)]
    if read:
        lines += ["", ("还读：" if zh else "Also reads: ") + " ".join(read)]
    rows = [_row(d, lang) for d in study.declared.values()]
    if rows:
        lines += ["", *("| " + " | ".join(cells) + " |" for cells in (_HEADS[lang], ("---",) * 4, *rows))]
    return "\n".join(lines)


def _row(one: Declared, lang: str) -> tuple[str, str, str, str]:
    zh, kind = lang == "zh", one.option.type
    assert kind is not None
    value = plain(one.default)
    said = ("必填" if zh else "required") if one.required else "" if value in (None, []) else f"`{value}`"
    written = (kind.metavar or "–").replace("|", "\\|") + ((" …") if one.option.many else "")
    return f"`{one.name}`", written, said, (one.option.zh if zh else one.option.en).replace("|", "\\|")
