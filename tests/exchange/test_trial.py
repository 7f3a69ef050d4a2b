"""先用后转: agreed before, tried, then kept or given back; silence means what the contract says."""

import pytest
from tests_market import contracted, market, terms

from sanwang.exchange.contracts import missing
from sanwang.exchange.errors import Refused


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def on_trial(m, silence="return"):
    trial = {"fee": 60_000_000, "test": "良率 ≥ 95 %", "until_on": "2027-01-31", "data": "归双方",
             "liability": "各自承担",             "silence": silence}  # fmt: skip
    deal = contracted(m, offer=terms(mode="use_first", trial=trial))
    return deal, m.x.mine(m["firm_member"], "trial")[0]["id"]


def states(m, deal, trial):
    return (
        m.x.show(m["firm_member"], "deal", deal)["state"],
        m.x.show(m["firm_member"], "trial", trial)["state"],
    )


def test_all_six_are_written_before(m):
    words = [en for _, en in missing(terms(mode="use_first", trial={"fee": 1}))]
    assert len(words) == 5
    assert [en for _, en in missing(terms(mode="use_first"))] == [
        "a use-first deal wants the terms of its trial"
    ]


def test_tried_and_kept(m):
    deal, trial = on_trial(m)
    assert states(m, deal, trial) == ("contracted", "agreed")
    with pytest.raises(Refused, match="seller"):
        m.x.take(m["firm_member"], "trial", trial, "start", delivered=True)
    m.x.take(m["university_member"], "trial", trial, "start", delivered=True)
    assert states(m, deal, trial) == ("on_trial", "running")
    m.x.take(m["firm_member"], "trial", trial, "report", measure="良率", value="96 %", met=True)
    m.x.take(m["firm_signer"], "trial", trial, "convert", met=True)
    assert states(m, deal, trial) == ("performing", "converted")
    m.x.seal()
    assert m.x.verify() == []


def test_tried_and_given_back(m, clock):
    deal, trial = on_trial(m)
    m.x.take(m["university_member"], "trial", trial, "start", delivered=True)
    m.x.take(m["firm_member"], "trial", trial, "give_back", measure="良率", value="80 %")
    assert states(m, deal, trial) == ("terminated", "returned")
    clock.move(days=40)
    m.x.work()
    assert states(m, deal, trial) == ("terminated", "closed")


@pytest.mark.parametrize(
    ("silence", "ends"), [("convert", ("performing", "converted")), ("return", ("terminated", "returned"))]
)
def test_silence_means_what_was_agreed(m, clock, silence, ends):
    deal, trial = on_trial(m, silence)
    m.x.take(m["university_member"], "trial", trial, "start", delivered=True)
    clock.move(days=63)
    m.x.work()
    assert states(m, deal, trial)[1] == "silent"
    clock.move(days=15)
    m.x.work()
    assert states(m, deal, trial) == ends


def test_a_trial_is_extended_by_both_and_not_for_ever(m):
    _, trial = on_trial(m)
    m.x.take(m["university_member"], "trial", trial, "start", delivered=True)
    for day in ("2027-02-28", "2027-03-31"):
        m.x.take(m["firm_member"], "trial", trial, "extend", until_on=day)
        m.x.take(m["university_member"], "trial", trial, "extend", until_on=day)
        assert m.x.show(m["firm_member"], "trial", trial)["until_on"] == day
    with pytest.raises(Refused, match="no extension"):
        m.x.take(m["firm_member"], "trial", trial, "extend", until_on="2027-04-30")


def test_no_trial_begun_no_contract(m, clock):
    deal, trial = on_trial(m)
    clock.move(days=15)
    m.x.work()
    assert states(m, deal, trial) == ("terminated", "closed")
