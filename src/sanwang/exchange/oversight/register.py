"""The public register of sandbox tests: what everybody may read, nothing in confidence or about few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight import limits, sandbox
from sanwang.exchange.process import processes, spoken
from sanwang.exchange.reports.public import FEW
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.sandbox import complaints
from sanwang.study.table import Column, Table

TOLD = (
    "number", "title", "relaxes", "audience", "aim", "benefit", "safeguards", "complaint_way", "compensation",
    "exit_plan", "measures", "comparison", "from_on", "until_on", "authority", "paper", "consent_digest",
)  # fmt: skip
"""What of an application everybody reads; how it is run and the notes of the overseers stay inside."""


@dataclass(frozen=True)
class Entry:
    """A test on the register: what of the application is public, its limits, and what came of it.

    ``counted`` is False where fewer than five took part, of whom nothing is told; ``open_complaints`` are those not
    closed. ``results`` are the measures of success as frozen with the report, empty before it.
    """

    id: str
    state: str
    applicant: str
    partner: str
    told: Mapping[str, Any]
    stands: tuple[limits.Stand, ...]
    counted: bool
    open_complaints: int | None
    late_steps: tuple[str, ...]
    results: tuple[Mapping[str, Any], ...]

    @property
    def number(self) -> str:
        """Its number on the register."""
        return str(self.told["number"])


def register(tx: Tx) -> list[Entry]:
    """Every test on the public register, newest first."""
    return _entries(tx, sandbox.registered(tx))


def _entries(tx: Tx, rows: list[Row]) -> list[Entry]:
    named = {r["applicant"] for r in rows} | {r["partner"] for r in rows}
    asked = sa.select(parties.c.id, parties.c.name).where(parties.c.id.in_(sorted(n for n in named if n)))
    names = {str(r["id"]): str(r["name"]) for r in tx.all(asked)}
    return [_entry(tx, row, names) for row in rows]


def entry(tx: Tx, number: str) -> Entry:
    """One test by its number. Raises NotFound where the register has none."""
    found = sandbox.registered(tx, number)
    if not found:
        raise NotFound
    return _entries(tx, found)[0]


def _entry(tx: Tx, row: Row, names: Mapping[str, str]) -> Entry:
    few = 0 < row["people"] < FEW
    its = (complaints.c.pilot == row["id"], complaints.c.saying == "complaint",
           complaints.c.state.not_in(processes()["complaint"].ends))  # fmt: skip
    open_ = tx.value(sa.select(sa.func.count()).select_from(complaints).where(*its))
    return Entry(
        id=row["id"],
        state=row["state"],
        applicant=names[row["applicant"]],
        partner=names.get(row["partner"], ""),
        told={n: row[n] for n in TOLD} | {"eases": row["eases"], "eased_to": row["eased_to"]},
        # what one person used is nobody's to read: only its limit is told
        stands=tuple(limits.stands(row)),
        counted=not few,
        open_complaints=None if few else int(open_),
        late_steps=tuple(sandbox.late_steps(row, day_of(tx.now))),
        results=tuple(row["results"] or ()),
    )


def stand_said(entry: Entry, stand: limits.Stand, lang: str) -> str:
    """Where a limit stands, for everybody: a number, or why there is none."""
    if stand.limit == "most_person":
        return "不公布个人金额" if lang == "zh" else "of a person: not told"
    if not entry.counted:
        return f"不足 {FEW} 人，不公布" if lang == "zh" else f"fewer than {FEW} people: not told"
    return limits.amount(stand.limit, stand.at, lang)


def told(entry: Entry, lang: str) -> list[tuple[str, str]]:
    """What was applied for, as people read it: what it is called, and the words."""
    said = {"measures": _measures, "exit_plan": _exit}
    return [
        (_name(n, lang), said[n](entry.told, lang) if n in said else _text(entry.told[n]))
        for n in TOLD[1:] if entry.told[n]
    ]  # fmt: skip


def _measures(row: Mapping[str, Any], lang: str) -> str:
    """Measures of success in words: which way is better, and by how much at least."""
    zh = lang == "zh"
    found: list[str] = []
    for m in sandbox.measures(row):
        unit = ("个百分点" if zh else " percentage points") if m.kind == "share" else f" {m.unit}"
        way = ("高" if m.better == "higher" else "低") if zh else m.better
        found.append(f"{m.name}：测试组比对照组至少{way} {m.least:g}{unit}" if zh else
                     f"{m.name}: in the test at least {m.least:g}{unit} {way} than in comparison")  # fmt: skip
    return "；".join(found) if zh else "; ".join(found)


def _exit(row: Mapping[str, Any], lang: str) -> str:
    steps = sandbox.exit_steps(row)
    return "；".join(
        f"{days} 日内：{said}" if lang == "zh" else f"within {days} days: {said}" for days, said in steps
    )


def tables(entries: list[Entry], lang: str) -> list[Table]:
    """The register as tables: tests, limits, results."""
    zh = lang == "zh"
    tests = pl.DataFrame(
        [{"number": e.number, "state": processes()["pilot"].state(e.state, lang), "applicant": e.applicant,
          "partner": e.partner, **{n: _text(e.told[n]) for n in TOLD[1:]}} for e in entries],
        schema=dict.fromkeys(("number", "state", "applicant", "partner", *TOLD[1:]), pl.String),
    )  # fmt: skip
    rows = [
        {"number": e.number, "limit": s.called(lang), "at": stand_said(e, s, lang),
         "most": limits.amount(s.limit, s.most, lang)}
        for e in entries for s in e.stands
    ]  # fmt: skip
    bounded = pl.DataFrame(rows, schema=dict.fromkeys(("number", "limit", "at", "most"), pl.String))
    came = pl.DataFrame(
        [{"number": e.number, "measure": r["name"], "result": result_said(r, lang)}
         for e in entries for r in e.results],
        schema=dict.fromkeys(("number", "measure", "result"), pl.String),
    )  # fmt: skip
    head = {"state": ("状态", "State"), "limit": ("限额", "Limit"), "at": ("现值", "Now"), "most": ("上限", "At most"),
            "measure": ("成效指标", "Measure"), "result": ("结果", "Result"), "number": ("编号", "Number")}  # fmt: skip
    title = {
        "tests": ("沙盒测试登记", "Sandbox tests"),
        "limits": ("限额", "Limits"),
        "results": ("成效", "Results"),
    }
    made = {"tests": tests, "limits": bounded, "results": came}
    brief = {"tests": ("number", "state", "title", "from_on", "until_on")}
    return [
        Table(name, title[name][0 if zh else 1], frame,
              tuple(_column(c, head[c][0 if zh else 1] if c in head else _name(c, lang)) for c in frame.columns),
              brief=brief.get(name, ()))
        for name, frame in made.items()
    ]  # fmt: skip


def _column(key: str, label: str) -> Column:
    return Column(
        key, label, "text" if key in ("number", "state", "limit", "at", "most", "measure") else "long"
    )


def _name(field: str, lang: str) -> str:
    said = spoken("fields", field, lang).split("（")[0].split(" (")[0]
    return said.split(", a line")[0]


def _text(held: Any) -> str:  # noqa: ANN401 - a column's value
    return "；".join(held) if isinstance(held, list) else "" if held is None else str(held)


def result_said(result: Mapping[str, Any], lang: str) -> str:
    """A measure of success in one sentence: both levels with numbers, difference with its interval, and the verdict."""
    zh, unit = lang == "zh", result["unit"]
    point = "个百分点" if zh else " percentage points"
    step = point if unit == "%" else f" {unit}"
    level = ["–" if x is None else f"{x:.1f}{'' if unit == '%' else ' '}{unit}" for x in result["levels"]]
    (a, b), (c, d) = result["observed"], result["enrolled"]
    groups = (f"测试组 {level[0]}（观察 {a}/{c} 人），对照组 {level[1]}（{b}/{d} 人）" if zh else
              f"test {level[0]} ({a} of {c} observed), comparison {level[1]} ({b} of {d})")  # fmt: skip
    if result["difference"] is None:
        return groups + ("；观察不足，不能判断" if zh else "; too few observations to say")
    x, low, high = (f"{n:+.1f}" for n in result["difference"])
    wanted = ("高" if result["better"] == "higher" else "低") if zh else result["better"]
    verdict = {"reached": ("达到", "reached"), "not_reached": ("未达到", "not reached"),
               "open": ("尚不能判断", "cannot be said yet")}[result["verdict"]][0 if zh else 1]  # fmt: skip
    least = f"{result['least']:g}{step}"
    said = (f"；相差 {x}{step}（95% 区间 {low} 至 {high}），事先约定至少{wanted} {least}：{verdict}" if zh else
            f"; difference {x}{step} (95% interval {low} to {high}), at least {least} {wanted} was agreed before: "
            f"{verdict}")  # fmt: skip
    return groups + said


def as_row(entry: Entry) -> dict[str, Any]:
    """A test for programs: money in fen; null is not told."""
    stands = {
        s.limit: {"most": s.most, "at": s.at if entry.counted and s.limit != "most_person" else None}
        for s in entry.stands
    }
    return {"number": entry.number, "state": entry.state, "applicant": entry.applicant, "partner": entry.partner,
            **dict(entry.told), "limits": stands, "open_complaints": entry.open_complaints,
            "late_steps": list(entry.late_steps), "results": [dict(r) for r in entry.results]}  # fmt: skip
