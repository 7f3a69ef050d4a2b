"""Reading a sheet of 200,000 rows as people write them, beside calamine reading the same cells without their meaning.

    python benchmarks/reading/large_sheet.py [rows]

Prints seconds, their ratio and the peak memory of each in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

HEADINGS = [
    "序号",
    "需求单位",
    "技术难题名称",
    "难题描述",
    "拟投入（万元）",
    "期望完成时间",
    "成熟度要求",
    "联系人",
]
HEADINGS += ["联系电话", "备注"]
BUDGETS = ["50-80", "30", "面议", "不超过100", "12.5", "约20", "15万元"]
DATES = ["2027年底", "2026-10-31", "2027年上半年", "2026年9月", "尽快"]
LEVELS = ["中试", "TRL6", "小试", "6-7级", "量产"]


def main() -> None:
    if len(sys.argv) > 2:
        measure(sys.argv[1], Path(sys.argv[2]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        file = made(Path(folder) / "需求.xlsx", rows)
        seconds = {how: run(how, file) for how in ("calamine", "sanwang")}
    print(f"{rows:,} rows: ratio {seconds['sanwang'] / seconds['calamine']:.1f}")


def made(path: Path, rows: int) -> Path:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("汇总")
        sheet.write_row(0, 0, HEADINGS)
        for i in range(1, rows + 1):
            text = f"第{i}号设备在高温下密封老化漏油，更换周期只有{i % 90 + 1}天，希望寿命延长到两年以上"
            sheet.write_row(
                i, 0, [i, f"示例{i % 5000}厂", f"密封漏油{i}", text, BUDGETS[i % 7], DATES[i % 5]]
            )
            sheet.write_row(i, 6, [LEVELS[i % 5], "联系人", 13800000000 + i, ""])
    return path


def run(how: str, file: Path) -> float:
    out = subprocess.run(
        [sys.executable, __file__, how, str(file)], check=True, capture_output=True, text=True
    ).stdout
    print(out.strip())
    return float(out.split()[1])


def measure(how: str, file: Path) -> None:
    began = time.perf_counter()
    if how == "calamine":
        from python_calamine import CalamineWorkbook

        height = len(CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()) - 1
    else:
        from sanwang.region import Region

        height = Region.open(file)["needs"].height
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{how}: {seconds:.1f} s, {height:,} rows, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
