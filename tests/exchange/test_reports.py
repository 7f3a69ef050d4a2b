"""The supervisor's month: from the record alone, each number with its events, restated where it is corrected."""

import json
import random
from collections import Counter
from itertools import product

import polars as pl
import pytest
import python_calamine
import sqlalchemy as sa
from test_vouchers import financed
from test_year import year  # noqa: F401 - a fixture
from tests_market import PASSWORD, contracted
from tests_money import gets, live_voucher, money_market
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import OptionError, SanwangError
from sanwang.exchange import people
from sanwang.exchange.clock import day_of
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.face import Exchange
from sanwang.exchange.ledger.rules_table import rules
from sanwang.exchange.ledger.transfers import reverse
from sanwang.exchange.process import processes
from sanwang.exchange.reports import public, shown
from sanwang.exchange.reports import report as monthly
from sanwang.exchange.reports.figures import definitions, movements, rows_of
from sanwang.exchange.reports.month import Month, month, month_before
from sanwang.exchange.reports.public import FEW
from sanwang.exchange.tables.money import accounts, transfers
from sanwang.exchange.tables.record import events
from sanwang.exchange.tables.vouchers import holdings, vouchers
from sanwang.exchange.vouchers import HELD
from sanwang.exchange.who import EXCHANGE
from sanwang.optimize.suppression import interval

NO_MOVEMENT = {"P1", "P3", "P7", "E1", "E2", "U1", "U2", "U3", "C1", "V3h", "V3x", "N1", "N3", "D1", "D1x", "F1", "F1x",
               "F2h", "F2x"}  # fmt: skip
"""Holds and their release, money that changes its place but not its owner, promises, corrections."""


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


def operator(m):
    return m["operator"]


def test_every_rule_of_the_books_is_a_movement_or_none():
    named = {c for one in movements().values() for c in one["code"].split()}
    assert named | NO_MOVEMENT == set(rules()), "a rule of the books that no report has thought about"
    assert not named & NO_MOVEMENT


def test_refusals_are_steps_that_there_are():
    steps = {(p.name, t.event) for p in processes().values() for t in p.transitions}
    named = {(r["process"], r["take"]) for r in rows_of("refusals.csv")}
    assert named <= steps
    assert {s for s in steps if s[1] in ("refuse", "decline", "deny", "reject")} <= named


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-5", "0000-01", "mai", ""])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(OptionError):
        month(text)


def test_a_month_ends_with_its_last_moment_at_home():
    assert (month("2026-02").first.isoformat(), month("2026-02").last.isoformat()) == (
        "2026-02-01",
        "2026-02-28",
    )
    assert month("2026-02").end == month("2026-03").begin
    assert month_before(month("2026-03").end) == Month(2026, 2)
    assert month_before(month("2026-03").end + 1) == Month(2026, 3)


def value(report, figure, **dims):
    rows = report.figures.filter(pl.col("figure") == figure)
    for name, x in dims.items():
        rows = rows.filter(pl.col(name) == x)
    return rows["value"].sum() or 0


def test_a_voucher_is_accepted_financed_and_stands(m, clock):
    live_voucher(m, amount=10_000_000, due_on="2027-03-01")
    live_voucher(m, amount=4_000_000, due_on="2027-08-01", invoice="INV-2", long_why="季节性回款")
    [first, _] = m.x.mine(m["supplier_member"], "holding")[::-1]
    gets(m, "bank_a", 20_000_000)
    financed(m, first["id"], price=9_500_000, fees=20_000)
    m.x.seal()
    clock.move(days=40)
    december = m.x.report(operator(m), "2026-12")
    assert december.over
    assert value(december, "flow", one="voucher_issued") == 14_000_000
    assert value(december, "flow", one="voucher_financed") == 10_000_000
    assert value(december, "flow", one="voucher_price") == 9_480_000
    assert value(december, "outstanding", one="voucher") == 14_000_000
    assert value(december, "long_term") == 4_000_000
    assert value(december, "fee", one="fee_financier") == 20_000
    assert value(december, "overdue") == 0
    debtor = december.figures.filter((pl.col("figure") == "concentration") & (pl.col("one") == "debtor"))
    assert debtor.select("two", "value", "part").rows() == [(m.party["firm"], 14_000_000, 14_000_000)]


def test_what_comes_later_changes_no_month_that_is_over(m, clock):
    live_voucher(m, amount=10_000_000, due_on="2027-01-10")
    m.x.seal()
    clock.move(days=32)
    before = m.x.report(operator(m), "2026-12")
    gets(m, "firm", 12_000_000)
    clock.move(days=20)
    m.x.work()
    after = m.x.report(operator(m), "2026-12")
    assert (before.digest, value(before, "outstanding")) == (after.digest, value(after, "outstanding"))
    january = m.x.report(operator(m), "2027-01")
    assert value(january, "flow", one="voucher_paid") == 10_000_000
    assert value(january, "outstanding", one="voucher") == 0
    assert not january.over


def test_what_is_not_paid_is_overdue_at_the_month_s_end_and_not_before(m, clock):
    live_voucher(m, amount=10_000_000, due_on="2026-12-31")
    clock.move(days=70)
    m.x.work()
    assert value(m.x.report(operator(m), "2026-12"), "overdue") == 0
    assert value(m.x.report(operator(m), "2027-01"), "overdue", one="voucher") == 10_000_000


def test_contracts_stand_in_the_layout_of_the_statistics(m, clock):
    contracted(m)
    m.x.seal()
    clock.move(days=40)
    made = m.x.report(operator(m), "2026-12")
    [contract] = made.figures.filter(pl.col("figure") == "contract").rows(named=True)
    table = next(t for t in shown.tables(made, "zh") if t.name == "contract")
    assert table.frame["type"].to_list() == ["技术开发", "技术转让", "技术许可", "技术咨询", "技术服务"]
    assert table.frame["count"].sum() == contract["count"] == 1
    assert table.frame["amount_yuan"].sum() * 100 == contract["value"] >= contract["part"]
    [deal] = contract["events"]
    with m.x.store.read() as tx:
        step = tx.one(sa.select(events).where(events.c.id == deal))
    assert (step["process"], step["to_state"]) == ("deal", "contracted")


def given_out(m, clock):
    """A December with money in, given out."""
    gets(m, "firm", 1_000_000)
    gets(m, "firm", 250_000)
    m.x.seal()
    clock.move(days=35)
    return m.x.give_out_report(operator(m), "2026-12")


def correct_first(m):
    def undo(tx):
        first = tx.one(sa.select(transfers).where(transfers.c.code == "P5").order_by(transfers.c.seq))
        from sanwang.exchange import events as chain

        event = chain.append(
            tx, process="correction", subject=first["id"], take="correct", to_state="corrected"
        )
        reverse(tx, tx.id(), first["entry"], event)
        return first["event"]

    gone = m.x.store.run(undo)
    m.x.seal()
    return gone


def test_a_correction_restates_the_month_and_says_by_which_event(m, clock):
    first = given_out(m, clock)
    assert (first.no, value(first, "flow", one="came_in")) == (1, 1_250_000)
    with pytest.raises(Refused, match="nothing changed"):
        m.x.give_out_report(operator(m), "2026-12", "why not")
    gone = correct_first(m)
    with pytest.raises(Refused, match="says why"):
        m.x.give_out_report(operator(m), "2026-12")
    second = m.x.give_out_report(operator(m), "2026-12", "错账更正")
    assert (second.no, second.why, value(second, "flow", one="came_in")) == (2, "错账更正", 250_000)
    [kept] = [r for r in m.x.reports(operator(m)) if r["no"] == 1]
    assert m.x.report(operator(m), "2026-12", 1).digest == kept["digest"] == first.digest
    [changed] = monthly.changes(first, second).filter(pl.col("figure") == "flow").rows(named=True)
    assert (changed["value_before"], changed["value_after"]) == (1_250_000, 250_000)
    assert (changed["gone"], changed["come"]) == ([gone], [])
    january = m.x.report(operator(m), "2027-01")
    assert value(january, "flow") == 0  # the correction is no movement of the month in which it was made
    m.x.seal()
    assert m.x.verify() == []


def test_a_report_given_out_cannot_be_changed(m, clock):
    given_out(m, clock)
    with pytest.raises(Exception, match="append-only"), m.x.store.write() as tx:
        tx.execute(sa.text("update reports set digest = 'x'"))


def test_a_month_that_runs_is_shown_and_not_given_out(m):
    gets(m, "firm", 1_000_000)
    m.x.seal()
    running = m.x.report(operator(m), "2026-12")
    assert any("尚未结束" in line for line in shown.headline(running, "zh"))
    with pytest.raises(Refused, match="not over"):
        m.x.give_out_report(operator(m), "2026-12")


def test_whole_reports_are_for_supervisors(m, clock):
    given_out(m, clock)
    for who in (m["firm_signer"], m["bank_a_signer"]):
        with pytest.raises(NotFound):
            m.x.report(who, "2026-12")
        with pytest.raises(NotFound):
            m.x.reports(who)
        with pytest.raises(Refused):
            m.x.give_out_report(who, "2026-12")


def test_a_second_count_of_the_year_finds_the_same(year):  # noqa: F811
    """Plain loops over the rows themselves, not the report's frames."""
    x, _, _ = year
    with x.store.read() as tx:
        last = month_before(tx.now)
        made = monthly.compute(tx, last)
        named = {a["id"]: a for a in tx.all(sa.select(accounts))}
        rows = [
            t for t in tx.all(sa.select(transfers)) if t["at"] <= last.end and t["step"] in ("single", "post")
        ]
        stands = {v["id"]: v for v in tx.all(sa.select(vouchers))}
        now = tx.all(sa.select(holdings).where(holdings.c.state.in_(HELD)))
        all_events = [e for e in tx.all(sa.select(events)) if last.begin < e["at"] <= last.end and e["link"]]
    balance = Counter()
    for t in rows:
        for side, sign in (("credit", 1), ("debit", -1)):
            if named[t[side]]["code"] in ("holder", "lent"):
                balance[named[t[side]]["code"]] += sign * t["amount"]
    assert value(made, "outstanding", one="voucher") == balance["holder"] > 0
    lent = value(made, "outstanding", one="loan") + value(made, "outstanding", one="lease")
    assert lent == balance["lent"] > 0
    inside = [t for t in rows if t["at"] > last.begin]
    for name, codes in (("loan_drawn", "L1"), ("voucher_paid", "V4"), ("came_in", "P5")):
        money = Counter()
        for t in inside:
            money[named[t["debit"]]["book"].split(":")[1]] += t["amount"] * (t["code"] == codes)
        assert value(made, "flow", one=name) == money[movements()[name]["kind"]], name
    steps = Counter((e["process"], e["take"]) for e in all_events)
    counted = made.figures.filter(pl.col("figure") == "step")
    assert {(r["one"], r["two"]): r["count"] for r in counted.rows(named=True)} == dict(steps)
    assert set(stands) and now


def test_every_number_is_the_sum_of_its_events(year):  # noqa: F811
    """Movements of a figure's own events add up to it; steps are as many as their events."""
    x, _, _ = year
    with x.store.read() as tx:
        last = month_before(tx.now)
        made = monthly.compute(tx, last)
        behind = shown.events_table(tx, made, "zh")
        amounts = Counter()
        kinds = {a["id"]: a for a in tx.all(sa.select(accounts))}
        for t in tx.all(sa.select(transfers)):
            a, b = kinds[t["debit"]], kinds[t["credit"]]
            if (a["code"], b["code"], t["step"]) == ("obligation", "holder", "single"):
                amounts[t["event"]] += t["amount"]
    for row in made.figures.rows(named=True):
        if row["figure"] == "step":
            assert row["count"] == len(row["events"])
        if (row["figure"], row["one"]) == ("flow", "voucher_issued"):
            assert row["value"] == sum(amounts[e] for e in row["events"])
    numbered = shown.numbered_figures(made)
    assert behind.frame.height == numbered["events"].list.len().sum()
    assert set(behind.frame["row"]) <= set(numbered["row"])


def test_words_in_both_languages(year):  # noqa: F811
    x, _, _ = year
    with x.store.read() as tx:
        made = monthly.compute(tx, month_before(tx.now))
    for lang in ("zh", "en"):
        for table in shown.tables(made, lang):
            assert table.title != table.name and table.note
            assert all(c.label != c.key for c in table.columns), [c.key for c in table.columns]
            cells = [str(x) for c in table.frame.columns for x in table.frame[c].to_list()]
            assert not [x for x in cells if x in movements()], "a code where words belong"
    assert {d.unit for d in definitions().values()} == {"money", "count"}


def test_the_command_writes_page_workbook_and_json(tmp_path, monkeypatch):
    path = tmp_path / "market.db"
    x = Exchange.create(path, "admin", PASSWORD)
    x.store.run(lambda tx: people.add_party(tx, EXCHANGE, "A1", "虚构企业", fictional=True))
    with x.store.read() as tx:
        running, last = day_of(tx.now).strftime("%Y-%m"), str(month_before(tx.now))
    x.seal()
    x.close()
    monkeypatch.setenv("SANWANG_PASSWORD", PASSWORD)
    run = CliRunner().invoke
    asked = ["exchange", "report", str(path), "--as", "admin", "--month"]
    said = run(app, [*asked, running, "--json"])
    assert said.exit_code == 0, said.output
    read = json.loads(said.stdout)
    assert read["figures"] and "虚构" in read["notice"] and read["version"] == 0 and not read["over"]
    for name in ("m.html", "m.xlsx"):
        assert run(app, [*asked, running, "-o", str(tmp_path / name)]).exit_code == 0
    assert "虚构" in (tmp_path / "m.html").read_text("utf-8")
    sheets = python_calamine.CalamineWorkbook.from_path(tmp_path / "m.xlsx").sheet_names
    assert "各行所依据的事件" in sheets
    assert "尚未结束" in run(app, [*asked, running, "--lang", "zh"]).stdout
    given = run(app, [*asked, last, "--give-out", "--lang", "en"])
    assert "Version 1" in given.stdout
    for wrong in (
        [running, "--give-out"],
        [last, "--give-out"],
        [running, "-o", str(tmp_path / "m.pdf")],
        ["2026-13"],
    ):
        refused = run(app, [*asked, *wrong])
        assert refused.exit_code != 0 and isinstance(refused.exception, SanwangError | SystemExit), wrong


def test_what_is_public_shows_no_cell_of_few(year):  # noqa: F811
    x, _, _ = year
    this = day_of(x.store.clock()).year
    with pytest.raises(Refused, match="not over"):
        x.public_year(this)
    for table in x.public_year(this - 1):
        assert all(n is None or n == 0 or n >= FEW for *_, n, _ in table.told())
        if not table.safe:
            assert all(n is None for a, b, n, _ in table.told() if (a, b) != ("", ""))


def test_public_cells_cannot_be_worked_out():
    draw = random.Random(3)
    cities = ["110000", "120000", "130600"]
    many = (40, 2, 30, 50, 60, 3, 25, 30, 45)
    rows = [
        {"a": a, "b": b, "one": f"{a}{draw.randrange(30)}", "other": f"{b}{draw.randrange(30)}", "amount": 1000 + k}
        for (a, b), number in zip(product(cities, cities), many, strict=True)
        for k in range(number)
    ]  # fmt: skip
    table = public._table("loan", pl.DataFrame(rows))
    told = {(a, b): n for a, b, n, _ in table.told()}
    assert table.safe and told["110000", "120000"] is None and told["", ""] == len(rows)
    for cell in ((0, 1), (1, 2)):
        low, high = interval(table.counts[:-1, :-1], table.hidden, cell)
        assert low <= 0 and high >= FEW + table.counts[cell]
    assert sum(n is None for n in told.values()) < len(told)
