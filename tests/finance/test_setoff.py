"""Set-off: the most debt, exact, nobody's balance changed, and proved so."""

import json
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.errors import InputError, OptionError, SolverError
from sanwang.finance.certificate import check_settlement, notice
from sanwang.finance.obligations import check_obligations, read_obligations
from sanwang.finance.privacy import check_notice, write_private
from sanwang.finance.setoff import settle
from sanwang.finance.studies.settle import Settled
from sanwang.finance.variants import by_place, inject
from sanwang.optimize.circulation import dual_value, largest_circulation, potentials
from sanwang.region import Region
from sanwang.study.registry import get
from sanwang.study.result import Result


def saved(found, folder):
    """The settlement of obligations saved as its study saves it."""
    answer = Settled(settle(found), {})
    Result(get("settle"), answer, Region.of(), {}).save(folder, ["csv", "json"])


def owed(*rows, **columns):
    frame = pl.DataFrame(rows, schema=["debtor", "creditor", "amount"], orient="row")
    return check_obligations(frame.with_columns(**{k: pl.Series(v) for k, v in columns.items()}))


def test_a_ring_clears_and_a_chain_does_not():
    assert settle(owed(("a", "b", 10), ("b", "c", 7), ("c", "a", 9))).cleared == 21
    chain = settle(owed(("a", "b", 10), ("b", "c", 7)))
    assert (chain.cleared, chain.remaining, chain.optimal) == (0, 17, True)


def test_netting_pairs_first_would_clear_less():
    settled = settle(owed(("a", "b", 10), ("b", "a", 5), ("b", "c", 10), ("c", "a", 10)))
    assert settled.cleared == 30
    assert settled.steps["bilateral_alone"] == 10


arcs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=5)


@settings(max_examples=60, deadline=None)
@given(arcs)
def test_agrees_with_trying_every_flow(some):
    tail, head, room = (np.array([a[i] for a in some if a[0] != a[1]], np.int64) for i in range(3))
    flow = largest_circulation(4, tail, head, room)
    best = 0
    for tried in product(*(range(c + 1) for c in room)):
        f = np.array(tried, np.int64)
        if np.array_equal(np.bincount(tail, f, 4), np.bincount(head, f, 4)):
            best = max(best, int(f.sum()))
    assert flow.sum() == best
    assert dual_value(tail, head, room, potentials(4, tail, head, room, flow)) == best


def test_potentials_refuse_a_flow_that_is_not_optimal():
    ring = (np.array([0, 1]), np.array([1, 0]), np.array([5, 5]))
    with pytest.raises(SolverError, match="not optimal"):
        potentials(2, *ring, np.zeros(2, np.int64))


def test_sums_beyond_64_bits_are_refused_in_words():
    with pytest.raises(SolverError, match="exactly"):
        settle(owed(*((f"{i}", f"{i + 1}", 2**53) for i in range(1100))))


def test_every_bad_row_is_named_and_none_is_lost():
    bad = ["c,b,-5", "a,b,0", "a,b,1.5", "a,b,x", "a,b,", "a,b,9999999999999999999999", "a,a,5"]
    text = "debtor,creditor,amount\n" + "\n".join([*bad, "a,b,5.00", "b,a,5"])
    found = check_obligations(pl.read_csv(text.encode(), infer_schema=False))
    why = ["credit_left", "not_positive", "fraction", "amount", "missing", "huge", "self"]
    assert found.rejected["why"].to_list() == why
    assert found.rejected["row"].to_list() == [2, 3, 4, 5, 6, 7, 8]
    assert settle(found).cleared == 10


def test_commas_count_only_between_groups_of_three():
    frame = pl.DataFrame({"debtor": ["a"] * 5, "creditor": ["b"] * 5})
    found = check_obligations(
        frame.with_columns(amount=pl.Series(["1,234,567", "1,2", "12,34", "５", "1,000.00"]))
    )
    assert found.rows["amount"].to_list() == [1234567, 1000]
    assert found.rejected["why"].to_list() == ["amount"] * 3


def test_a_repeated_invoice_number_counts_once():
    found = owed(("a", "b", 5), ("a", "b", 5), ("b", "a", 10), id=["1", "1", "2"])
    assert found.rejected["why"].to_list() == ["duplicate"]
    assert settle(found).cleared == 10


def test_yuan_are_read_exactly(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("债务人,债权人,金额(元)\n甲,乙,0.29\n乙,甲,1000000.07\n", encoding="gb18030")
    assert read_obligations(path).rows["amount"].to_list() == [29, 100000007]


def test_a_file_without_the_columns_says_so(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="debtor, creditor, amount"):
        read_obligations(path)


def test_two_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("debtor,creditor,amount,amount\na,b,5,6\n")
    with pytest.raises(InputError, match="twice"):
        read_obligations(path)


def test_oldest_invoices_are_reduced_first():
    found = owed(("a", "b", 5), ("a", "b", 5), ("b", "a", 7), due=["2026-02-01", "2026-01-01", None])
    assert settle(found).invoices["cleared"].to_list() == [2, 5, 7]


def test_disputed_and_unwilling_stay_owed():
    ring = (("a", "b", 5), ("b", "a", 5))
    assert settle(owed(*ring, status=["disputed", ""])).cleared == 0
    assert settle(owed(*ring, consent=["no", "yes"])).remaining == 10
    assert settle(owed(*ring, consent=["no", "yes"]), consenting_only=False).cleared == 10


def test_currencies_never_mix():
    assert settle(owed(("a", "b", 5), ("b", "a", 5), currency=["CNY", "USD"])).cleared == 0


def test_putting_a_firm_first_may_cost_and_is_still_proved():
    found = owed(("a", "b", 5), ("b", "a", 5), ("b", "c", 5), ("c", "d", 5), ("d", "a", 5))
    first = settle(found, prefer=frozenset({"a"}), preference=100)
    assert first.optimal
    assert first.cleared <= settle(found).cleared


def test_a_little_money_unlocks_a_chain():
    curve, placed = inject(owed(("a", "b", 10), ("b", "c", 10)), [0, 4, 10, 99])
    assert curve["cleared"].to_list() == [0, 8, 20, 20]
    assert curve["used"].to_list() == [0, 4, 10, 10]
    assert placed.sort("firm").rows() == [("a", 10, 0), ("c", 0, 10)]


def test_crossing_places_adds():
    found = owed(("a", "b", 5), ("b", "a", 5), ("b", "c", 3), ("c", "b", 3))
    table = by_place(found, {"a": "天津", "b": "天津", "c": "河北"})
    assert table.filter(pl.col("place") == "*").row(0) == ("*", 16, 16, 6)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(1, 50)), min_size=1)
)
def test_a_written_settlement_passes_the_check(tmp_path_factory, rows):
    found, folder = owed(*rows), tmp_path_factory.mktemp("out")
    saved(found, folder)
    assert check_settlement(found, folder).faults == ()


def test_the_check_catches_tampering(tmp_path):
    found = owed(("a", "b", 10), ("b", "c", 7), ("c", "a", 9))
    saved(found, tmp_path)
    for name, column in (("invoices.csv", "cleared"), ("invoices.csv", "amount"), ("firms.csv", "potential")):
        before = (tmp_path / name).read_bytes()
        frame = pl.read_csv(before)
        raised = pl.when(pl.int_range(pl.len()) == 0).then(pl.col(column) + 1).otherwise(column)
        frame.with_columns(raised.alias(column)).write_csv(tmp_path / name)
        assert not check_settlement(found, tmp_path).ok
        (tmp_path / name).write_bytes(before)
    assert check_settlement(found, tmp_path).ok


def test_every_file_of_a_saved_settlement_is_covered(tmp_path):
    """One sign changed in any file, an option, a row swapped: the verification names it."""
    source = tmp_path / "o.csv"
    source.write_text("id,debtor,creditor,amount,due\n1,a,b,10,2026-01-01\n2,b,c,7,\n3,c,a,9,\n4,a,b,-2,\n")
    out = tmp_path / "out"
    run = CliRunner()
    assert (
        run.invoke(
            app, ["settle", str(source), "-o", str(out), "--notices", "--pay-on", "2026-12-01"]
        ).exit_code
        == 0
    )
    told = run.invoke(app, ["verify", str(out), str(source)])
    assert told.exit_code == 0
    assert "pay_on = 2026-12-01" in told.stdout
    files = sorted(
        p for p in out.rglob("*") if p.is_file() and p.suffix in (".csv", ".json", ".xml", ".txt", ".html")
    )
    assert len(files) >= 9
    for file in files:
        before = file.read_bytes()
        digits = [n for n, sign in enumerate(before) if chr(sign) in "12345678"]
        for spot in (digits[len(digits) // 3], digits[2 * len(digits) // 3]):
            file.write_bytes(before[:spot] + bytes([before[spot] + 1]) + before[spot + 1 :])
            assert run.invoke(app, ["verify", str(out), str(source)]).exit_code != 0, (file, spot)
        file.write_bytes(before)
    assert run.invoke(app, ["verify", str(out), str(source)]).exit_code == 0


def test_a_notice_shows_a_firm_its_own(tmp_path):
    settled = settle(owed(("a", "b", 10), ("b", "c", 7), ("c", "a", 9)))
    assert [line["cleared"] for line in notice(settled, "a")["reduced"]] == [7, 7]
    with pytest.raises(InputError):
        notice(settled, "nobody")


def test_private_notices_name_nobody_and_can_be_verified(tmp_path):
    settled = settle(owed(("甲公司", "乙公司", 10), ("乙公司", "甲公司", 7)))
    paths = write_private(settled, b"a key of sixteen bytes", tmp_path)
    assert len(paths) == 3
    root = json.loads((tmp_path / "root.json").read_text())["root"]
    for path in paths[:-1]:
        sealed = json.loads(path.read_text())
        assert "公司" not in path.read_text()
        assert check_notice(sealed, root)
        sealed["notice"]["invoices"][0]["cleared"] -= 1
        assert not check_notice(sealed, root)
    with pytest.raises(OptionError):
        write_private(settled, b"short", tmp_path)


def test_the_command_settles_and_the_check_agrees(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("debtor,creditor,amount\na,b,10\nb,c,7\nc,a,9\na,a,3\n")
    done = CliRunner().invoke(
        app, ["settle", str(path), "-o", str(tmp_path / "out"), "--json", "--inject", "0.05元"]
    )
    data = json.loads(done.stdout)
    assert (data["total"], data["cleared"], data["remaining"]) == (26, 21, 5)
    assert data["steps"]["self_debts"] == 1
    assert CliRunner().invoke(app, ["settle-check", str(path), str(tmp_path / "out")]).exit_code == 0


def test_a_workspace_gives_its_own_table_and_settled_rows_are_told(tmp_path):
    folder = tmp_path / "region"
    folder.mkdir()
    (folder / "obligations.csv").write_text(
        "应付单号,债务人编号,债权人编号,金额,状态\n1,甲,乙,100元,未结\n2,乙,甲,60元,\n3,乙,甲,5元,已结\n",
        encoding="utf-8",
    )
    found = read_obligations(folder)
    assert found.rows["amount"].to_list() == [10_000, 6_000]
    assert found.rejected["why"].to_list() == ["settled"]
    assert settle(found).cleared == 12_000
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "needs.csv").write_text("id,title,text\n1,a,b\n", encoding="utf-8")
    with pytest.raises(InputError):
        read_obligations(tmp_path / "empty")
