"""Inventors' shares: agreed by all, put in force by two who get nothing; what a voucher pays counts, whoever has it."""

import sqlite3
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_market import HASHED, PASSWORD, contracted, terms
from tests_money import gets, has, held, money_market

from sanwang.errors import OptionError
from sanwang.exchange import people
from sanwang.exchange import shares as shares_
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.ledger.accounts import Account, balance, found
from sanwang.exchange.ledger.effects import inventors_part
from sanwang.exchange.migrations import steps
from sanwang.exchange.store import open_store
from sanwang.exchange.tables.shares import share_lines, shares
from sanwang.exchange.who import EXCHANGE, RAIL

AMOUNT = 40_000_000


@pytest.fixture
def m(store, clock):
    return money_market(store, clock)


TWO = ["甲 | 66.67% | jia", "乙 | 33.33% | yi"]


def inventors(m, *logins):
    """People who made it: no role in any party, a login of their own."""

    def add(tx):
        return {n: people.add_user(tx, EXCHANGE, n, name, PASSWORD) for n, name in logins}

    with patch.object(people, "hashed", HASHED):
        m.who |= {n: m.x.person(user) for n, user in m.x.store.run(add).items()}


def proposed(m, deal, lines=TWO, **more):
    if "jia" not in m.who:
        inventors(m, ("jia", "甲"), ("yi", "乙"))
    data = {"deal": deal, "state_unit": True, "given_bp": 5_000, "share_lines": lines} | more
    return m.x.take(m["university_member"], "share", None, "propose", data)


def agreed(m, share, *who):
    text = m.x.show(m["university_member"], "share", share)["text_digest"]
    for one in who or ("jia", "yi"):
        m.x.take(m[one], "share", share, "agree", digest=text)
    return text


def agreed_share(m, deal, **more):
    """Proposed, agreed by both, put in force by two of the institution. Returns its id."""
    share = proposed(m, deal, **more)
    text = agreed(m, share)
    for one in ("university_signer", "university_second"):
        m.x.take(m[one], "share", share, "enforce", digest=text)
    return share


def state(m, share):
    return m.x.show(m["university_member"], "share", share)["state"]


def live(m, costs=0):
    """An accepted milestone of 400,000 yuan, paid by a live voucher; 50 % of it to two inventors. Returns its id."""
    two = [dict(t, by_voucher=n == 0) for n, t in enumerate(terms()["milestones"])]
    two[0] |= {"retained": 0, "wanted": ["report"]}
    deal = contracted(m, offer=terms(milestones=two))

    agreed_share(m, deal, costs=costs)
    stage = next(r for r in m.x.mine(m["firm_member"], "milestone") if r["no"] == 1)
    paper = m.x.keep_document(m["university_member"], m.party["university"], "r.pdf", b"fictional", deal)
    m.x.add_evidence(m["university_member"], stage["id"], "report", paper)
    m.x.take(m["university_member"], "milestone", stage["id"], "submit")
    m.x.take(m["firm_signer"], "milestone", stage["id"], "accept")
    data = {
        "debtor": m.party["firm"],
        "holder": m.party["university"],
        "amount": AMOUNT,
        "due_on": "2027-03-01",
    }
    voucher = m.x.take(m["firm_signer"], "voucher", None, "draft", data | {"milestone": stage["id"]})
    for who in ("firm_signer", "firm_second"):
        m.x.take(m[who], "voucher", voucher, "confirm")
    m.x.take(m["university_signer"], "voucher", voucher, "accept")
    return voucher


def set_aside(m):
    """What stands with the inventors, and what is due and not yet set aside."""
    with m.x.store.read() as tx:
        lines = [
            r["id"] for r in tx.all(share_lines.select().order_by(share_lines.c.share, share_lines.c.no))
        ]
        rows = [found(tx, Account("inventor", deal=one)) for one in lines]
        return [balance(r) if r else 0 for r in rows], tx.one(shares.select())["due"]


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_paid_on_the_day_half_goes_to_the_inventors(m, clock):
    voucher = live(m)
    assert set_aside(m) == ([0, 0], 0)
    gets(m, "firm", AMOUNT)
    clock.move(days=100)
    m.x.work()
    assert m.x.show(m["firm_member"], "voucher", voucher)["state"] == "settled"
    assert set_aside(m) == ([13_334_000, 6_666_000], 0)
    assert has(m, "university") == AMOUNT // 2
    holds(m)


def test_documented_costs_come_off_once(m, clock):
    voucher = live(m, costs=10_000_000)
    clock.move(days=100)
    m.x.work()  # overdue
    gets(m, "firm", AMOUNT)
    m.x.take(m["firm_signer"], "voucher", voucher, "pay_part", amount=4_000_000)
    assert set_aside(m) == ([0, 0], 0)
    for who in ("firm_signer", "firm_second"):
        if m.x.show(m["firm_member"], "voucher", voucher)["state"] == "overdue":
            m.x.take(m[who], "voucher", voucher, "pay")
    assert sum(set_aside(m)[0]) == 15_000_000
    holds(m)


def test_sold_and_paid_to_another_the_share_is_due_and_set_aside_as_money_is_there(m, clock):
    """The payment does not wait: what the institution has not free stays due until its next receipt."""
    live(m)
    [part] = held(m, "university")
    rest = [part["owed"] - 1_000_000, 1_000_000]
    m.x.take(m["university_signer"], "holding", part["id"], "split", parts=rest)
    big = max(held(m, "university"), key=lambda r: r["owed"])
    paper = m.x.keep_document(m["university_member"], m.party["university"], "order.pdf", b"fictional")
    m.x.take(m["university_signer"], "holding", big["id"], "pass", to_party=m.party["maker"], document=paper)
    m.x.take(m["maker_signer"], "holding", big["id"], "take")
    gets(m, "firm", AMOUNT)
    clock.move(days=100)
    m.x.work()
    given, due = set_aside(m)
    assert (sum(given), due) == (1_000_000, 19_000_000) and has(m, "university") == 0
    assert has(m, "maker") == AMOUNT - 1_000_000
    holds(m)


def test_it_stands_when_all_agreed_and_two_put_it_in_force_who_get_nothing(m):
    deal = contracted(m)
    share = proposed(
        m, deal, ["甲 | 6667bp | jia", "乙 | 2000bp | yi", "丙 | 13.33% | yi | 委托书（虚构）1 号"]
    )
    row = m.x.show(m["jia"], "share", share)
    assert (row["floor_bp"], [line["bp"] for line in row["lines"]]) == (5_000, [6_667, 2_000, 1_333])
    assert row["rule"]["rules"][1]["article"] == "第45条" and row["rule"]["rules"][1]["read"] == "text"
    with pytest.raises(Refused, match="is another one"):
        m.x.take(m["jia"], "share", share, "agree", digest="0" * 64)
    with pytest.raises(NotFound):
        m.x.show(m["firm_member"], "share", share)  # the buyer has no part in it
    with pytest.raises(Refused, match="is no step from there"):
        m.x.take(m["university_signer"], "share", share, "enforce", digest=row["text_digest"])
    agreed(m, share, "jia")
    assert state(m, share) == "proposed"
    with pytest.raises(Refused, match="no line waits"):
        agreed(m, share, "jia")
    text = agreed(m, share, "yi")
    assert state(m, share) == "agreed" and [r["id"] for r in m.x.mine(m["yi"], "share")] == [share]
    m.x.take(m["university_signer"], "share", share, "enforce", digest=text)
    assert state(m, share) == "agreed", "one is not enough"
    m.x.take(m["university_second"], "share", share, "enforce", digest=text)
    assert state(m, share) == "active"
    holds(m)


def test_one_objection_ends_it_and_a_new_one_can_be_proposed(m):
    deal = contracted(m)
    share = proposed(m, deal)
    with pytest.raises(Refused, match="is proposed already"):
        proposed(m, deal)
    m.x.take(m["yi"], "share", share, "object", why="other", words="份额与贡献不符（虚构）")
    assert state(m, share) == "refused"
    assert m.x.show(m["jia"], "share", proposed(m, deal))["edition"] == 2


@pytest.mark.parametrize(("change", "said"), [
    ({"given_bp": 4_999}, "5000 to 10000 basis points.*45"),
    ({"lines": ["甲 | 60% | jia", "乙 | 30% | yi"]}, "make 9000 basis points, not 10000"),
    ({"lines": ["甲 | 6000 | jia", "乙 | 40% | yi"]}, "line 1: the part with its unit"),
    ({"lines": ["甲 | 60.005% | jia", "乙 | 40% | yi"]}, "line 1: the part with its unit"),
    ({"lines": ["甲 | 60% | jia", "乙 | 40元 | yi"]}, "all of a whole or all sums"),
    ({"lines": ["甲 | 200,000.00元 | jia", "乙 | 99,999.99元 | yi"]}, "sums make 299,999.99 CNY, not 300,000.00"),
    ({"lines": ["甲 | 60% | jia", "乙 | 40% | nobody"]}, "nobody signs in as nobody"),
    ({"lines": ["甲 | 60% | jia", "丙 | 40% | yi"]}, "yi is not 丙"),
    ({"lines": ["甲 | 60% | jia", "甲 | 40% | jia"]}, "stands twice"),
    ({"lines": ["甲 60% jia"]}, "line 1 is"),
    ({"costs": 60_000_000}, "below the price"),
])  # fmt: skip
@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_what_is_not_sound_is_not_proposed(m, change, said):
    with pytest.raises(Refused, match=said):
        proposed(m, contracted(m), **change)


def test_the_standard_binds_what_the_state_set_up_and_tells_the_others(m):
    deal = contracted(m)
    share = proposed(m, deal, state_unit=False, given_bp=3_000)
    row = m.x.show(m["jia"], "share", share)
    assert row["floor_bp"] == 0 and not row["rule"]["binds"] and row["rule"]["rules"][1]["value"] == 5_000
    with pytest.raises(OptionError, match="state_unit"):
        m.x.take(m["university_member"], "share", None, "propose", deal=deal, given_bp=5_000, share_lines=TWO)


def test_what_came_before_the_first_counts_at_once_and_then_nothing_is_changed(m):
    """Money that came while the inventors were still asked is shared when they have agreed; afterwards it stays."""
    deal = contracted(m)
    first = agreed_share(m, deal, given_bp=6_000)
    second = agreed_share(m, deal, given_bp=7_000)
    assert (state(m, first), state(m, second)) == ("replaced", "active")
    waiting = proposed(m, deal, given_bp=8_000)
    text = agreed(m, waiting)
    paid_first(m, deal)
    assert sum(set_aside(m)[0]) == 36_000_000 * 7_000 // 10_000
    for who in ("university_signer", "university_second"):
        with pytest.raises(Refused, match="changed no more"):
            m.x.take(m[who], "share", waiting, "enforce", digest=text)
    holds(m)


def paid_first(m, deal):
    """The first milestone is funded, delivered and accepted: 360,000 yuan at once."""
    gets(m, "firm", 60_000_000)
    stage = next(r for r in m.x.mine(m["firm_member"], "milestone") if r["no"] == 1 and r["deal"] == deal)
    m.x.take(RAIL, "milestone", stage["id"], "fund")
    paper = m.x.keep_document(m["university_member"], m.party["university"], "t.pdf", b"fictional", deal)
    m.x.add_evidence(m["university_member"], stage["id"], "test_report", paper)
    m.x.take(m["university_member"], "milestone", stage["id"], "submit")
    for who in ("firm_signer", "firm_second"):
        if m.x.show(m["firm_member"], "milestone", stage["id"])["state"] == "submitted":
            m.x.take(m[who], "milestone", stage["id"], "accept")


def test_sums_are_paid_to_the_fen_and_what_came_before_counts(m):
    deal = contracted(m)
    paid_first(m, deal)
    assert has(m, "university") == 36_000_000
    lines = ["甲 | 199,999.97元 | jia", "乙 | 100,000.03元 | yi"]
    share = agreed_share(m, deal, lines=lines)
    given_, due = set_aside(m)
    assert sum(given_) == 18_000_000 and due == 0
    assert [line["set_aside"] for line in m.x.show(m["jia"], "share", share)["lines"]] == given_
    holds(m)
    with m.x.store.write() as tx:
        tx.execute(shares.update().values(counted=shares.c.counted + 10_000))
    assert any("inventors" in f.en for f in m.x.verify())


def test_lines_that_were_changed_are_found(m):
    agreed_share(m, contracted(m))
    with m.x.store.write() as tx:
        tx.execute(share_lines.update().where(share_lines.c.no == 1).values(name="丁"))
    assert any("not what was proposed" in f.en for f in m.x.verify())


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30), st.integers(1, 10_000))
def test_the_part_of_many_receipts_is_the_part_of_their_sum(receipts, bp):
    row, counted, given_ = {"given_bp": bp}, 0, 0
    for one in receipts:
        given_ += inventors_part(counted + one, row) - inventors_part(counted, row)
        counted += one
    assert given_ == sum(receipts) * bp // 10_000


@given(st.integers(0, 10_000))
def test_a_percentage_is_read_as_basis_points_exactly(bp):
    [line] = shares_.lines_of([f"甲 | {bp // 100}.{bp % 100:02d}% | jia"], "CNY") if bp else [None]
    assert line is None or (line.bp, line.amount) == (bp, None)


def test_rows_older_than_the_process_are_kept(tmp_path, clock):
    """Nobody agreed to them on record: they stay as they are and are not held against the digest."""
    path = tmp_path / "old.db"
    store = open_store(path, clock)
    steps.upgrade(store.engine, "0061")
    db = sqlite3.connect(path)  # without foreign keys: what the deal is about does not matter here
    for key in "pq":
        db.execute("insert into parties (id, kind, actor, name) values (?, 'org', ?, ?)", (key, key, key))
    db.execute("insert into deals (id, number, state, need, buyer, seller, opened_by, opened_at) "
               "values ('d', 'SW-1', 'performing', 'n', 'q', 'p', 'q', 1)")  # fmt: skip
    db.execute("insert into shares (id, deal, institution, rule, floor_bp, given_bp, costs, due) "
               "values ('s', 'd', 'p', '{}', 5000, 6000, 7, 8)")  # fmt: skip
    db.executemany("insert into share_lines (id, share, name, bp) values (?, 's', ?, ?)",
                   [("a", "甲", 6_000), ("b", "乙", 4_000)])  # fmt: skip
    db.commit()
    store.migrate()
    with store.read() as tx:
        row = tx.the(shares, "s")
        assert (row["state"], row["given_bp"], row["due"], row["number"], row["text_digest"]) == (
            "active", 6_000, 8, "s", None,
        )  # fmt: skip
        assert [(r["name"], r["bp"], r["user"]) for r in shares_.of(tx, "s")] == [
            ("甲", 6_000, None),
            ("乙", 4_000, None),
        ]
    db.close()
    store.close()
