"""One suite for every engine: the same answer bit for bit, whatever happens to the workers."""

import hashlib
import os
import time

import engine_blocks as blocks
import numpy as np
import polars as pl
import pytest

from sanwang.engine.choose import address_of, engine_of
from sanwang.engine.local import Local
from sanwang.engine.packing import packed, unpacked
from sanwang.engine.port import AHEAD, EngineError, run
from sanwang.engine.tables import batches
from sanwang.errors import DataError, OptionError


@pytest.fixture(scope="module")
def processes():
    with Local(2, worth=0) as made:
        yield made


@pytest.fixture(params=["one core", "processes", "ray"])
def engine(request):
    return Local(1) if request.param == "one core" else request.getfixturevalue(request.param)


@pytest.fixture(params=["processes", "ray"])
def crew(request):
    """Engines whose workers are processes of their own."""
    return request.getfixturevalue(request.param)


def test_tables_come_back_in_order(engine):
    frames = [
        pl.DataFrame({"n": range(i), "名": ["甲"] * i}, schema={"n": pl.Int64, "名": pl.String})
        for i in range(9)
    ]
    found = run(engine, blocks.doubled, frames, engine.share(3))
    assert [f.equals(g.with_columns(pl.col("n") * 3)) for f, g in zip(found, frames, strict=True)] == [
        True
    ] * 9
    assert [f.schema for f in found] == [f.schema for f in frames]


def test_no_block_no_answer(engine):
    assert run(engine, blocks.doubled, [], engine.share(3)) == []


def test_every_bit_is_the_same(engine):
    rng = np.random.default_rng(5)
    matrix = rng.standard_normal((384, 700), np.float32)
    parts = [rng.standard_normal((n, 384), np.float32) for n in (1, 7, 64, 300)]
    found = run(engine, blocks.product, parts, engine.share(matrix))
    plain = run(Local(1), blocks.product, parts, Local(1).share(matrix))
    assert _digest(found) == _digest(plain)
    assert _digest(run(Local(2), blocks.product, parts, Local(2).share(matrix), compiled=True)) == _digest(
        plain
    )


def test_compiled_code_meets_arrays_it_may_write_to(engine):
    weights = blocks.Weights(np.arange(50.0), np.zeros(50))
    rows = [np.full(50, float(i)) for i in range(6)]
    assert run(engine, blocks.weighed, rows, engine.share(weights)) == [1225.0 * i for i in range(6)]


def test_what_a_block_raises_is_raised_here(engine):
    with pytest.raises(DataError) as met:
        run(engine, blocks.refused, range(5))
    assert met.value.said("zh") == "第 2 块有误"
    assert run(engine, blocks.refused, [0, 1]) == [0, 1]


def test_blocks_are_drawn_no_further_than_stated(engine):
    drawn = 0

    def many():
        nonlocal drawn
        for drawn in range(1, 101):
            yield 10 * drawn

    for number, found in enumerate(engine.stream(blocks.refused, many()), 1):
        assert found == 10 * number
        assert drawn <= number + AHEAD * engine.width


def test_a_killed_workers_block_alone_is_done_again(crew, tmp_path):
    found = run(crew, blocks.dies_once, range(24), crew.share(str(tmp_path)), crew.share(11))
    assert found == [n * n for n in range(24)]
    began = {n: len((tmp_path / f"began-{n}").read_text()) for n in range(24)}
    assert began.pop(11) == 2
    assert (tmp_path / "died").exists()
    assert set(began.values()) == {1}


def test_a_block_that_kills_every_worker_is_given_up(crew):
    with pytest.raises(EngineError, match="brought down"):
        run(crew, blocks.dies, [0])
    assert run(crew, blocks.refused, [0, 1]) == [0, 1]


def test_cancel_reaches_every_worker(crew, tmp_path):
    def progress(done, total, label):
        if len(list(tmp_path.iterdir())) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(crew, blocks.slow, range(2), crew.share(str(tmp_path)), progress=progress)
    time.sleep(1)
    before = {p.name: p.stat().st_size for p in tmp_path.iterdir()}
    time.sleep(0.5)
    assert {p.name: p.stat().st_size for p in tmp_path.iterdir()} == before
    assert run(crew, blocks.refused, [0, 1]) == [0, 1]


def test_two_workers_take_part(crew):
    assert len(set(run(crew, blocks.where, range(12)))) == 2
    assert all(m.sent > 0 and m.peak > 0 for m in crew.measured[-12:])


def test_progress_is_told(engine):
    told = []
    run(engine, blocks.refused, [0, 1, 3], label="块", progress=lambda *a: told.append(a))
    assert told[-1] == (3, 3, "块")


def test_a_function_without_a_name_is_refused(engine):
    def inner(block):
        return block

    for function in (inner, lambda block: block):
        with pytest.raises(EngineError, match="plain function"):
            run(engine, function, [1])


def test_memory_is_bounded():
    with Local(2, memory=600 * 2**20, worth=0) as engine:
        assert run(engine, blocks.greedy, [2**20]) == [2**17]
        with pytest.raises(EngineError, match=r"0\.6 GiB"):
            run(engine, blocks.greedy, [2**30])


def test_short_work_stays_in_this_process():
    with Local(2) as engine:
        assert set(run(engine, blocks.where, range(6))) == {os.getpid()}


def test_long_work_goes_to_workers_after_the_first_block():
    with Local(2, worth=0.05) as engine:
        found = run(engine, blocks.where, range(12))
    assert found[0] == os.getpid()
    assert os.getpid() not in found[1:]


def test_packed_values_are_whole():
    value = {"frame": pl.DataFrame({"a": [1, None], "甲": [["x"], []]}), "array": np.arange(7), "none": None}
    again = unpacked(bytes(packed(value)))
    assert again["frame"].equals(value["frame"])
    assert np.array_equal(again["array"], value["array"]) and again["array"].flags.writeable


def test_names_of_engines():
    assert address_of("ray://head.example") == "ray://head.example:10001"
    assert address_of("ray://10.0.0.1:4000") == "ray://10.0.0.1:4000"
    for wrong in ("spark", "ray://", "ray://a b", "ray://host/path", "Local"):
        with pytest.raises(OptionError, match="no engine"):
            address_of(wrong)
    with engine_of() as one, engine_of(one) as same:
        assert one is same and one.name == "local"


def _digest(found):
    return hashlib.sha256(b"".join(f.tobytes() for f in found)).hexdigest()


def test_a_parquet_file_streams_through(engine, tmp_path):
    frame = pl.DataFrame({"n": np.arange(1000)})
    frame.write_parquet(tmp_path / "n.parquet", row_group_size=100)
    found = engine.stream(blocks.doubled, batches(tmp_path / "n.parquet", 70), engine.share(2))
    assert pl.concat(list(found)).equals(frame * 2)
