"""Payments: money is posted when the rail confirms, two persons let it out, and every bank line is explained."""

import datetime as dt

import pytest
import sqlalchemy as sa

from sanwang.exchange.errors import Refused
from sanwang.exchange.face import Exchange
from sanwang.exchange.ledger import rules
from sanwang.exchange.ledger.accounts import balance, found, free
from sanwang.exchange.ledger.verification import verify
from sanwang.exchange.rails import work as rail_work
from sanwang.exchange.rails.files import FilesRail
from sanwang.exchange.rails.port import Answer
from sanwang.exchange.rails.simulated import SimulatedRail
from sanwang.exchange.ready import make_ready
from sanwang.exchange.store import Store
from sanwang.exchange.tables.money import bank_lines, payments
from sanwang.exchange.tables.people import parties, users
from sanwang.exchange.taking import take
from sanwang.exchange.who import RAIL, Grant, Who
from sanwang.standards.iso20022 import StatementLine
from sanwang.standards.uscc import complete

BANK = "bank-a"
QUIET = {"name": BANK, "refused": 0, "repeated": 0, "returned": 0, "silent": 0}


@pytest.fixture
def people(store: Store):
    """A verified firm with 1,000 yuan, its payer and its releaser, and an operator."""
    make_ready()
    with store.write() as tx:
        made = {n: tx.id() for n in ("payer", "releaser", "operator", "second")}
        for name, key in made.items():
            tx.insert(users, id=key, login=name, login_folded=name, name=name, password="x")
        firm = tx.id()
        tx.insert(
            parties,
            id=firm,
            kind="org",
            actor="A0001",
            name="某厂（虚构）",
            uscc=complete("91110000", "00000009"),
            state="verified",
        )
        take(
            tx,
            RAIL,
            "payment",
            None,
            "receive",
            {"reference": "B1", "amount": 100_000, "party": firm, "rail": BANK},
        )
    inside = {n: Who(made[n], n, grants=(Grant(n, "party", firm),)) for n in ("payer", "releaser")}
    outside = {
        n: Who(made[n], n, grants=(Grant("operator", "platform", ""),)) for n in ("operator", "second")
    }
    return {"firm": firm, **inside, **outside}


def instruct(store, people, amount=60_000, **more):
    data = {"party": people["firm"], "amount": amount, "account_at": "6222 0001", "rail": BANK} | more
    with store.write() as tx:
        return take(tx, people["payer"], "payment", None, "instruct", data)


def released(store, people, amount=60_000, **more):
    made = instruct(store, people, amount, **more)
    with store.write() as tx:
        take(tx, people["releaser"], "payment", made, "release")
    return made


def wallet(store, people):
    with store.read() as tx:
        assert verify(tx) == []
        row = found(tx, rules.wallet(people["firm"]))
        return balance(row), free(row)


def state(store, payment):
    with store.read() as tx:
        return tx.one(sa.select(payments).where(payments.c.id == payment))


def test_money_leaves_when_the_rail_confirms_and_not_before(store, people, clock):
    payment = released(store, people)
    assert wallet(store, people) == (100_000, 40_000)
    rail = SimulatedRail(**QUIET)
    assert rail_work.work(store, rail).counts == {"sent": 1}
    clock.move(seconds=61)
    assert rail_work.work(store, rail).counts == {"confirmed": 1}
    assert wallet(store, people) == (40_000, 40_000)
    assert state(store, payment)["bank_reference"].startswith("SIM")
    assert rail_work.work(store, rail).counts == {}


def test_what_the_rail_refuses_is_free_again_with_its_words(store, people, clock):
    payment = released(store, people)
    rail = SimulatedRail(**QUIET | {"refused": 100})
    rail_work.work(store, rail)
    clock.move(seconds=61)
    assert rail_work.work(store, rail).counts == {"rejected": 1}
    assert wallet(store, people) == (100_000, 100_000)
    assert "AC04" in state(store, payment)["why"]


def test_a_payment_that_comes_back_is_back_in_the_wallet(store, people, clock):
    released(store, people)
    rail = SimulatedRail(**QUIET | {"returned": 100})
    rail_work.work(store, rail)
    clock.move(seconds=61)
    assert rail_work.work(store, rail).counts == {"confirmed": 1, "returned": 1}
    assert wallet(store, people) == (100_000, 100_000)


def test_an_answer_that_comes_twice_counts_once(store, people, clock):
    released(store, people)
    rail = SimulatedRail(**QUIET | {"repeated": 100})
    rail_work.work(store, rail)
    clock.move(seconds=61)
    assert rail_work.work(store, rail).counts == {"confirmed": 1, "repeated": 1}
    assert wallet(store, people) == (40_000, 40_000)


def test_a_silent_rail_is_asked_and_never_sent_to_again(store, people, clock):
    payment = released(store, people)
    rail = SimulatedRail(**QUIET | {"silent": 100})
    rail_work.work(store, rail)
    for _ in range(3):
        clock.move(days=2)
        assert rail_work.work(store, rail).counts == {}
    assert state(store, payment)["state"] == "sent"


def test_the_same_person_does_not_instruct_and_release(store, people):
    made = instruct(store, people)
    both = Who(people["payer"].user, "payer", grants=(Grant("releaser", "party", people["firm"]),))
    with pytest.raises(Refused) as refused, store.write() as tx:
        take(tx, both, "payment", made, "release")
    assert refused.value.code == "other_person"


def test_nobody_pays_out_more_than_is_free(store, people):
    released(store, people, 60_000)
    with pytest.raises(Refused) as refused:
        released(store, people, 40_001)
    assert refused.value.code == "funds"


def test_an_answer_about_another_amount_is_trouble_and_moves_nothing(store, people):
    payment = released(store, people)
    with store.write() as tx:
        take(tx, RAIL, "payment", payment, "send")
    reference = state(store, payment)["reference"]
    with pytest.raises(Refused), store.write() as tx:
        rail_work.heard(tx, BANK, Answer(reference, "confirmed", "X", 59_999, "CNY"))
    assert wallet(store, people) == (100_000, 40_000)


def line(no, way, amount, reference, bank="", currency="CNY"):
    day = dt.date(2026, 12, 1)
    return StatementLine("S1", no, day, way, amount, currency, reference, bank or f"K{no}", "words")


def test_every_line_of_a_statement_is_explained_or_shown(store, people, tmp_path):
    payment = released(store, people)
    rail = FilesRail(tmp_path, BANK)
    assert rail_work.work(store, rail).counts == {"sent": 1}
    [message] = (tmp_path / "out").glob("*.xml")
    reference = state(store, payment)["reference"]
    assert reference in message.read_text("utf-8")
    assert "600.00" in message.read_text("utf-8")
    lines = [
        line(1, "out", 60_000, reference),
        line(2, "in", 500, "A0001"),
        line(3, "in", 700, "who knows"),
        line(4, "out", 5, "not ours"),
    ]
    for _ in range(2):  # the same statement again changes nothing
        for one in lines:
            store.run(lambda tx, one=one: rail_work.booked(tx, BANK, one))
    with store.read() as tx:
        assert [f.where for f in verify(tx)] == ["bank line S1 4"]
        assert balance(found(tx, rules.wallet(people["firm"]))) == 40_500
        said = {r["no"]: r["explained"] for r in tx.all(sa.select(bank_lines))}
        assert said == {1: "confirmed", 2: "received", 3: "found", 4: "unexplained"}
        assert [r["no"] for r in rail_work.unexplained(tx)] == [4]
        suspense = found(tx, rules.suspense(BANK))
        assert balance(suspense) == 700


def test_a_statement_that_says_something_else_the_second_time_is_refused(store, people):
    store.run(lambda tx: rail_work.booked(tx, BANK, line(1, "in", 500, "A0001")))
    with pytest.raises(Refused):
        store.run(lambda tx: rail_work.booked(tx, BANK, line(1, "in", 501, "A0001")))


def test_a_payout_that_comes_back_by_statement(store, people, tmp_path):
    payment = released(store, people)
    rail_work.work(store, FilesRail(tmp_path, BANK))
    reference = state(store, payment)["reference"]
    for one in (line(1, "out", 60_000, reference), line(2, "in", 60_000, reference)):
        store.run(lambda tx, one=one: rail_work.booked(tx, BANK, one))
    assert state(store, payment)["state"] == "returned"
    assert wallet(store, people) == (100_000, 100_000)


def test_money_without_an_owner_is_claimed_by_two_operators(store, people):
    store.run(lambda tx: rail_work.booked(tx, BANK, line(1, "in", 700, None)))
    with store.read() as tx:
        lost = tx.value(sa.select(payments.c.id).where(payments.c.state == "unmatched"))
    for who in ("operator", "second"):
        with store.write() as tx:
            take(tx, people[who], "payment", lost, "match", {"party": people["firm"]})
    assert state(store, lost)["state"] == "confirmed"
    assert wallet(store, people) == (100_700, 100_700)


def test_references_stay_apart_when_they_are_shortened(store, people):
    made = [state(store, instruct(store, people, 1))["reference"] for _ in range(40)]
    assert len({r[:16] for r in made}) == 40
    assert max(map(len, made)) <= 35


def test_among_real_parties_nothing_confirms_what_nobody_paid(store, people, clock):
    """Without a bank's files money goes by hand: no simulated institution answers for a real one."""
    with pytest.raises(Refused) as refused:
        instruct(store, people, rail="simulated")
    assert refused.value.code == "rail"
    assert {r.name for r in rail_work.standing(False)} == {"manual"}
    assert "simulated" in {r.name for r in rail_work.standing(True)}
    payment = instruct(store, people, rail=None)
    assert state(store, payment)["rail"] == "manual"


def test_one_round_of_the_exchange_works_the_banks_files(store, people, tmp_path):
    with store.write() as tx:
        got = {"reference": "B2", "amount": 70_000, "party": people["firm"], "rail": "files"}
        take(tx, RAIL, "payment", None, "receive", got)
    payment = released(store, people, rail="files")
    done = Exchange(store).work(tmp_path)
    assert (done["payments"], done["trouble"]) == (1, 0)
    assert state(store, payment)["state"] == "sent"
    assert len(list((tmp_path / "out").glob("*.xml"))) == 1


def put(folder, name, text):
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / f"{name}.xml").write_text(text, encoding="utf-8")


def reported(message, status):
    return f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>
<OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>{status}</GrpSts><StsRsnInf><Rsn><Cd>DUPL</Cd></Rsn></StsRsnInf>
</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"""


def test_a_message_that_the_bank_refuses_whole_frees_the_money_of_its_orders(store, people, tmp_path):
    payment = released(store, people)
    rail = FilesRail(tmp_path, BANK)
    rail_work.work(store, rail)
    [sent] = (tmp_path / "out").glob("*.xml")
    put(tmp_path, "1", reported("../" + sent.stem, "RJCT"))  # a name that is not ours is no file of ours
    put(tmp_path, "2", reported(sent.stem, "ACTC"))
    assert rail_work.work(store, rail).counts == {} and state(store, payment)["state"] == "sent"
    put(tmp_path, "3", reported(sent.stem, "RJCT"))
    assert rail_work.work(store, rail).counts == {"rejected": 1}
    assert state(store, payment)["state"] == "rejected" and "DUPL" in state(store, payment)["why"]
    assert wallet(store, people) == (100_000, 100_000)
    assert rail_work.work(store, rail).counts == {}


def booking(kind, name, way, count=1, reference="A0001", bank="K9"):
    entry = f"""<Ntry><Amt Ccy="CNY">5.00</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-01</Dt>
</BookgDt><AcctSvcrRef>{bank}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs></TxDtls>
</NtryDtls></Ntry>"""
    body = {"camt.053": "Stmt", "camt.054": "Ntfctn"}[kind]
    told = f"<B><{body}><Id>{name}</Id>{entry * count}</{body}></B>"
    return f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08">{told}</Document>'


@pytest.mark.parametrize("first", ["camt.053", "camt.054"])
def test_what_is_notified_and_stands_in_the_statement_counts_once(store, people, tmp_path, first):
    rail = FilesRail(tmp_path, BANK)
    second = {"camt.053": "camt.054", "camt.054": "camt.053"}[first]
    put(tmp_path, "1", booking(first, "S1", "CRDT"))
    assert rail_work.work(store, rail).counts == {"received": 1}
    put(tmp_path, "2", booking(second, "S2", "CRDT", count=2))
    assert rail_work.work(store, rail).counts == {"known": 1, "repeated": 1, "received": 1}
    assert wallet(store, people) == (101_000, 101_000)
    with store.read() as tx:
        assert rail_work.unexplained(tx) == []
        part = f"K9 {'camt.054 ' if second == 'camt.054' else ''}S2/2"
        assert sorted(r["reference"] for r in tx.all(sa.select(payments))) == ["B1", "K9", part]
