"""Ten million obligations from Parquet to Parquet, in parts; prints seconds and the peak of the process.

python benchmarks/settle/large.py [--obligations 10000000] [--groups 10] [--engine local]

Firms buy and sell by a power law within groups that owe one another nothing, amounts are log-normal, due dates random.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from sanwang.engine.tables import write_batches

STEP = 500_000


def written(path, count, groups, seed=7):
    """A list in row groups, its groups' debts in turn."""
    chance = np.random.default_rng(seed)
    firms = max(2, count // 5 // groups)

    def parts():
        for start in range(0, count, STEP):
            size = min(STEP, count - start)
            group = chance.integers(0, groups, size)
            debtor = (firms * chance.random(size) ** 2.5).astype(int)
            creditor = firms - 1 - (firms * chance.random(size) ** 2.5).astype(int)
            mixed = (creditor * 7919 + 13) % firms
            names = pl.DataFrame({"g": group, "a": debtor, "b": mixed})
            yield names.select(
                id=pl.format("D{}", pl.int_range(start, start + size)),
                debtor=pl.format("G{}F{}", "g", "a"),
                creditor=pl.format("G{}F{}", "g", "b"),
                amount=pl.Series(np.maximum(1, np.exp(chance.normal(11, 1.8, size))).astype(np.int64)),
                due=pl.Series(chance.integers(0, 365, size)).cast(pl.Int32).cast(pl.Date)
                + pl.duration(days=20_000),
            )

    write_batches(path, parts(), {"id": pl.String, "debtor": pl.String, "creditor": pl.String, "amount": pl.Int64,
                                  "due": pl.Date})  # fmt: skip


def main():
    reads = argparse.ArgumentParser()
    reads.add_argument("--obligations", type=int, default=10_000_000)
    reads.add_argument("--groups", type=int, default=10)
    reads.add_argument("--engine", default="local")
    asked = reads.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "obligations.parquet"
        written(file, asked.obligations, asked.groups)
        code = (
            "import re, sys; from pathlib import Path; from sanwang.finance.streamed import settle_streamed; "
            "from sanwang.engine.choose import engine_of\n"
            "with engine_of(sys.argv[3]) as e:\n"
            "    found = settle_streamed(Path(sys.argv[1]), Path(sys.argv[2]), engine=e)\n"
            "print(found, found.optimal)\nprint(Path('/proc/self/status').read_text())"
        )
        began = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code, file, file.with_name("out.parquet"), asked.engine],
                              capture_output=True, text=True, check=True)  # fmt: skip
        seconds = time.perf_counter() - began
        peak = int(re.search(r"VmHWM:\s+(\d+)", done.stdout)[1]) / 2**20
        print(done.stdout.splitlines()[0])
        print(f"{asked.obligations:,} obligations, {asked.groups} groups, {asked.engine}: "
              f"{seconds:.0f} s, {peak:.2f} GiB")  # fmt: skip


if __name__ == "__main__":
    main()
