"""A settlement as files: set-offs, firms, notices, certificate; or, in private, one sealed notice a firm."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError
from sanwang.finance.certificate import Checked, check
from sanwang.finance.obligations import Obligations
from sanwang.finance.setoff import Settlement
from sanwang.sources.atomic import atomic_path

NOTICE = "虚构样例 fictional sample"


def summary(made: Settlement) -> dict[str, Any]:
    """total, cleared, remaining (fen), the counts of each step, seconds."""
    share = made.cleared / made.total if made.total else 0.0
    return {
        "total": made.total,
        "cleared": made.cleared,
        "remaining": made.remaining,
        "share": share,
        "upper_bound": made.steps["amount_on_cycles"],
        "steps": dict(made.steps),
        "options": dict(made.options),
        "seconds": made.seconds,
    }


def write_settlement(made: Settlement, out: Path, fictional: bool = False) -> list[Path]:
    """Write ``setoffs.csv``, ``firms.csv``, ``notices.csv``, ``potentials.csv``, ``certificate.json``."""
    setoffs = made.invoices.select(
        "id", "debtor", "creditor", "currency", "amount", "cleared", "remaining", "due", "status", "consent"
    )
    tables = {
        "setoffs.csv": setoffs,
        "firms.csv": made.firms,
        "notices.csv": notices(made),
        "potentials.csv": made.potentials,
    }
    if made.injected.height:
        tables["injected.csv"] = made.injected
    for name, table in tables.items():
        with atomic_path(out / name) as path:
            path.write_text(_csv(table, fictional), encoding="utf-8-sig", newline="")
    with atomic_path(out / "certificate.json") as path:
        data = summary(made) | ({"notice": NOTICE} if fictional else {})
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [out / name for name in (*tables, "certificate.json")]


def notices(made: Settlement, firm: str | None = None) -> pl.DataFrame:
    """What each firm is told: its invoices that were reduced, on either side, with before, reduced and after."""
    reduced = made.invoices.filter(pl.col("cleared") > 0)

    def side(own: str, other: str, role: str) -> pl.DataFrame:
        return reduced.select(
            pl.col(own).alias("firm"),
            pl.lit(role).alias("role"),
            pl.col("id").alias("invoice"),
            pl.col(other).alias("counterpart"),
            "currency",
            pl.col("amount").alias("before"),
            pl.col("cleared").alias("reduced"),
            pl.col("remaining").alias("after"),
        )

    both = pl.concat([side("debtor", "creditor", "payable"), side("creditor", "debtor", "receivable")])
    if firm is not None:
        both = both.filter(pl.col("firm") == firm)
    return both.sort("firm", "role", "invoice")


def keyed(given: Obligations, key: bytes) -> Obligations:
    """The obligations with every firm's id replaced by a keyed hash (HMAC-SHA256, 128 bits): no id leaves without
    the key."""
    names = pl.concat([given.frame["debtor"], given.frame["creditor"]]).unique().to_list()
    hashed = {n: hmac.new(key, n.encode(), hashlib.sha256).hexdigest()[:32] for n in names}
    ends = [pl.col(c).replace_strict(hashed, return_dtype=pl.String) for c in ("debtor", "creditor")]
    return Obligations(given.frame.with_columns(ends), given.name)


def write_private(made: Settlement, out: Path) -> list[Path]:
    """One notice file a firm, named by its hash, and the list of their SHA-256 sums; sums in all, and nothing else.

    A firm that is given its own file compares its sum with the published list, and adds up its own invoices.
    """
    sums: list[dict[str, str]] = []
    table = notices(made)
    for (firm,), own in table.group_by("firm", maintain_order=True):
        text = own.drop("firm").write_csv()
        name = f"{firm}.csv"
        with atomic_path(out / "notices" / name) as path:
            path.write_text(text, encoding="utf-8", newline="")
        sums.append({"firm": str(firm), "sha256": hashlib.sha256(text.encode()).hexdigest()})
    listed = pl.DataFrame(sums, schema={"firm": pl.String, "sha256": pl.String}).sort("firm")
    with atomic_path(out / "sums.csv") as path:
        path.write_text(listed.write_csv(), encoding="utf-8", newline="")
    totals = {k: v for k, v in summary(made).items() if k in ("total", "cleared", "remaining", "share")}
    with atomic_path(out / "certificate.json") as path:
        path.write_text(json.dumps(totals, indent=1) + "\n", encoding="utf-8")
    return [out / "notices", out / "sums.csv", out / "certificate.json"]


def check_folder(given: Obligations, out: Path) -> Checked:
    """Check a written settlement against the obligations. Raises InputError where the folder is not one."""
    try:
        text = {"id": pl.String, "firm": pl.String}
        setoffs = pl.read_csv(out / "setoffs.csv", schema_overrides=text, comment_prefix=None)
        dual = pl.read_csv(out / "potentials.csv", schema_overrides=text)
        options = json.loads((out / "certificate.json").read_text(encoding="utf-8"))["options"]
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{out}: not a settlement ({error}) / 不是轧差结果目录") from error
    injected = options.get("injection", 0) > 0
    ids = {f"'{i}": i for i in given.frame["id"].to_list() if i[:1] in "=+-@"}
    setoffs = setoffs.with_columns(pl.col("id").replace(ids))
    return check(
        given,
        setoffs,
        None if injected else dual,
        frozenset(options.get("priority", ())),
        float(options.get("weight", 1.0)),
    )


def _csv(table: pl.DataFrame, fictional: bool) -> str:
    """Text that a spreadsheet would take for a formula gets a quote before it (OWASP, CSV injection)."""
    text = [c for c, t in table.schema.items() if t == pl.String]
    safe = table.with_columns(pl.col(text).str.replace(r"^([=+\-@\t\r])", "'${1}"))
    return (safe.with_columns(pl.lit(NOTICE).alias("notice")) if fictional else safe).write_csv()
