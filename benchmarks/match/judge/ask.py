"""Judge pairs one by one in the terminal; every answer is kept at once, and the next run goes on where this one ended.

    python benchmarks/match/judge/ask.py judge-a.csv

The same sheet can be filled in with a spreadsheet instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
from pairs import RULE, read_sheet, write_sheet

GRADES = ("0", "1", "2", "3")


def judge(path: Path, ask: Callable[[str], str], tell: Callable[[str], None]) -> int:
    """Ask for the grade of each pair that has none; an empty answer skips it, ``q`` ends. Returns how many it got."""
    frame, given, last = read_sheet(path), 0, ""
    tell(RULE)
    for place, row in enumerate(frame.to_dicts()):
        if row["grade"] in GRADES:
            continue
        if row["need"] != last:
            last = row["need"]
            tell(f"\n【需求 need】{row['need_title']}\n{row['need_text']}")
        tell(f"\n  【成果 result】{row['title']}\n  {row['abstract']}")
        while (answer := ask("0–3, Enter 跳过 skip, q 结束 end: ").strip()) not in (*GRADES, "", "q"):
            tell(RULE)
        if answer == "q":
            break
        if answer:
            grades = frame["grade"].to_list()
            grades[place] = answer
            frame = frame.with_columns(pl.Series("grade", grades, pl.String))
            write_sheet(frame, path)
            given += 1
    return given


if __name__ == "__main__":
    print(f"{judge(Path(sys.argv[1]), input, print)} 对 pairs")
