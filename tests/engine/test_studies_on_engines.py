"""Studies give the same bytes whatever engine their blocks run on."""

import os

import numpy as np
import polars as pl
import polars.selectors as cs
import pytest

import sanwang as sw
from sanwang.collaboration.calibration import Calibration, calibrate
from sanwang.collaboration.matches import COLUMNS, Matches
from sanwang.engine.local import Local
from sanwang.errors import OptionError
from sanwang.factors.gravity import placebo
from sanwang.factors.panel import panel
from sanwang.observatory.contracts import contracts
from sanwang.observatory.facts import shipped
from sanwang.region.sample import sample_region
from sanwang.study.saving import json_text


@pytest.fixture(scope="module")
def processes():
    with Local(2, worth=0) as made:
        yield made


@pytest.fixture(params=["processes", "ray"])
def engine(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def region():
    return sample_region()


@pytest.fixture(scope="module")
def few(region):
    """Few texts: encoding them is what takes time."""
    kept = {"needs": region["needs"].head(6), "achievements": region["achievements"].head(30)}
    return region.with_tables(**kept)


def same(engine, study, region, sent=True, **options):
    """The whole answer as JSON on one core, and on the engine, whose workers have done some of it."""
    engine.measured.clear()
    there = json_text(study(region, engine=engine, **options))
    assert any(m.sent for m in engine.measured) or (not sent and engine.measured)
    assert there == json_text(study(region, engine=Local(1), **options))


def test_points(engine, region, monkeypatch):
    monkeypatch.setattr("sanwang.finance.weights.CELLS", 2_000)
    same(engine, sw.points, region, draws=300)


def test_borders_that_are_none(engine, region):
    frame = panel(region).frame
    found = [placebo(frame, draws=3, engine=e) for e in (engine, Local(1))]
    assert np.isfinite(found[0]).all()
    assert found[0].tolist() == found[1].tolist()


def test_settle(engine, region, monkeypatch):
    monkeypatch.setattr("sanwang.optimize.circulation.BLOCK", 1)
    same(engine, sw.settle, region, sent=engine.name == "ray")


def test_stress_draws(engine, region, monkeypatch):
    monkeypatch.setattr("sanwang.finance.shocks.CELLS", 2_000)
    same(engine, sw.stress, region, draws=40, spread=0.5)


def test_contracts_between_provinces(engine, monkeypatch):
    monkeypatch.setattr("sanwang.observatory.contracts._BLOCK", 2)
    there, here = (contracts(shipped(), 2023, draws=4, engine=e) for e in (engine, Local(1)))
    assert there.draws.tobytes() == here.draws.tobytes()


def test_calibrations_resampled(engine):
    rng = np.random.default_rng(1)
    rows = [(f"N{n}", f"R{n}-{k}", k + 1, round(0.9 - 0.1 * k, 3), "") for n in range(60) for k in range(3)]
    matches = Matches(pl.DataFrame(rows, schema=COLUMNS, orient="row"), "", (), 0.0)
    labels = {(n, a): bool(rng.random() < s / 2) for n, a, _, s, _ in rows}
    there, here = (calibrate(matches, labels, engine=e) for e in (engine, Local(1)))
    assert isinstance(here, Calibration) and there == here


def test_match_by_shards(engine, few, monkeypatch):
    """Blocks of needs against three shards: on every engine the same, and the same pairs as in one piece."""
    monkeypatch.setenv("SANWANG_CACHE", os.devnull)
    plain = sw.match(few, k=15, engine=Local(1))
    monkeypatch.setattr("sanwang.collaboration.nearest.SHARD", few["achievements"].height // 3 + 1)
    monkeypatch.setattr("sanwang.collaboration.nearest.CELLS", 20)
    same(engine, sw.match, few, k=15, sent=engine.name == "ray")
    sharded = sw.match(few, k=15, engine=engine)
    for one, other in ((plain["matches"], sharded["matches"]), (plain.answer.sure, sharded.answer.sure)):
        assert one.drop(cs.float()).equals(other.drop(cs.float()))
        for column in one.select(cs.float()).columns:
            assert np.allclose(one[column], other[column], atol=1e-4)


def test_duplicates(engine, few, monkeypatch):
    monkeypatch.setattr("sanwang.collaboration.duplicates._BLOCK", 10)
    monkeypatch.setattr("sanwang.collaboration.duplicates._COMPARED", 20)
    same(engine, sw.duplicates, few)


def test_robust(engine, region):
    same(engine, sw.robust, region, draws=3, k=3)


def test_sweep(engine, region):
    same(engine, sw.sweep, region, factors="0,1,2", k=3)


def test_plan_in_blocks(engine, region, monkeypatch):
    """Prices answered and blocks solved by workers: the plan, its bound and its prices are the same to the last bit."""
    monkeypatch.setattr("sanwang.planning.blocks.STEPS", 10)
    same(engine, sw.plan, region, k=3, span=False, one_more=0, blocks=3)


def test_an_engine_is_refused_where_nothing_is_shared_out(region):
    with pytest.raises(OptionError, match="takes no engine"):
        sw.closure(region, engine="local")
    with pytest.raises(OptionError, match="no engine"):
        sw.points(region, engine="spark")
