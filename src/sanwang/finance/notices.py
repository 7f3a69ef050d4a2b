"""Each firm's notice of a set-off as a text it can read and keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sanwang.finance.setoff import Settlement
from sanwang.sources.atomic import atomic_path


def write_notices(settled: Settlement, folder: Path, names: Mapping[str, str] | None = None) -> int:
    """Write one text file a firm that took part; returns how many. Firms without a reduction get none."""
    named = names or {}
    lines: dict[str, list[str]] = {}
    for row in settled.invoices.filter(settled.invoices["cleared"] > 0).to_dicts():
        for firm, other, word in (
            (row["debtor"], row["creditor"], "应付"), (row["creditor"], row["debtor"], "应收")
        ):  # fmt: skip
            due = row["due"] or "未注明"
            lines.setdefault(firm, []).append(
                f"  {word}　{row['id'] or '第' + str(row['row']) + '行'}　对方 {named.get(other, other)}　到期 {due}　"
                f"原 {yuan(row['amount'])}　冲抵 {yuan(row['cleared'])}　余 {yuan(row['after'])}"
            )
    balances: dict[str, list[str]] = {}
    for row in settled.firms.filter(settled.firms["firm"].is_in(list(lines))).to_dicts():
        balances.setdefault(row["firm"], []).append(
            f"{row['currency'] or '人民币'}：应付 {yuan(row['payable'])} → {yuan(row['payable_after'])}；"
            f"应收 {yuan(row['receivable'])} → {yuan(row['receivable_after'])}；净额 {yuan(row['net'])}，不变"
        )
    for firm, told in lines.items():
        text = [
            f"多边轧差通知书　{named.get(firm, firm)}（{firm}）",
            "",
            *balances[firm],
            "",
            "冲抵的单据（先到期者先冲）：",
            *told,
        ]
        with atomic_path(folder / f"{safe_name(firm)}.txt") as path:
            path.write_text("\n".join(text) + "\n", encoding="utf-8", newline="\n")
    return len(lines)


def safe_name(firm: str) -> str:
    """A file name for a firm's id: letters, digits, Chinese, - and _; the rest by its code, so that two never meet."""
    return re.sub(r"[^\w\-]", lambda m: f"%{ord(m.group()):X}", firm) or "_"


def yuan(fen: int) -> str:
    """An amount in yuan, to the fen."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d} 元"
