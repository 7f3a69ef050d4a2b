from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.collaboration import rank
from sanwang.collaboration.rank import Asked, Pool, Space, evidence, space_of, toll
from sanwang.collaboration.terms import matrix, rarity, terms
from sanwang.encoding.own import KINDS, Reference


def turned(rng, rows, width=6):
    return rank.unit(rng.standard_normal((rows, width)).astype(np.float32))


def case(seed=1, needs=4, size=7):
    rng = np.random.default_rng(seed)
    words = ["密封圈漏油", "电机啸叫", "葡萄保鲜", "steel wire 304N", "桥梁振动", "密封 seal", "铜箔电镀"]
    said = [terms(w) for w in words]
    weight = rarity(np.zeros(2 << 20, np.int32), len(words))
    parts = tuple(turned(rng, int(rng.integers(1, 6))) for _ in range(needs))
    asked = Asked(
        (turned(rng, needs),), (turned(rng, needs),), (parts,), matrix(said[:needs], weight), ("zh",) * needs
    )
    pool = Pool((turned(rng, size),), (turned(rng, size),), matrix(said[:size], weight), ("zh",) * size)
    zero = {m: np.zeros(6, np.float32) for m in ("zh", "en")}
    return pool, asked, [Space(dict.fromkeys(KINDS, zero), 0.1)]


def test_evidence_is_the_weighted_sum_as_its_docstring_says():
    pool, asked, spaces = case()
    found, w = evidence(pool, asked, spaces), rank.WEIGHTS
    for i in range(4):
        for j in range(7):
            a, t = pool.whole[0][j], pool.titles[0][j]
            nearest = sorted((float(p @ a) for p in asked.parts[0][i]), reverse=True)
            named = float(asked.whole[0][i] @ t)
            meant = w.whole * float(asked.whole[0][i] @ a) + w.titles * float(asked.titles[0][i] @ t)
            meant += w.named * named + w.parts * float(np.mean(nearest[: rank.NEAREST]))
            worded = float((asked.terms[i] @ pool.terms[j].T).toarray()[0, 0])
            assert found.total[i, j] == pytest.approx(meant / 0.1 + w.words * worded, abs=1e-3)
            assert found.named[i, j] == pytest.approx(named, abs=1e-5)
            assert found.sentence[i, j] == pytest.approx(nearest[0], abs=1e-5)


def test_across_languages_expected_wording_stands_in():
    pool, asked, spaces = case()
    plain = evidence(pool, asked, spaces).total
    other = replace(pool, languages=("en", *pool.languages[1:]))
    found = evidence(other, asked, spaces).total
    meant = plain[:, 0] - rank.WEIGHTS.words * (asked.terms @ pool.terms.T).toarray()[:, 0]
    assert found[:, 0] == pytest.approx(meant + rank.EXPECTED * np.maximum(meant, 0), abs=1e-3)
    assert (found[:, 1:] == plain[:, 1:]).all()


def test_without_an_encoder_only_wording_counts():
    pool, asked, _ = case()
    found = evidence(
        Pool((), (), pool.terms, pool.languages), Asked((), (), (), asked.terms, asked.languages), ()
    )
    assert found.total[0, 0] == found.total[0].max() > 0 and not found.named.any()


def test_languages_are_centred_apart_and_small_pools_lean_on_the_reference():
    rng = np.random.default_rng(2)
    zh, en = (np.ones(6, np.float32) * s for s in (1, -1))
    reference = Reference({k: {"zh": zh, "en": en} for k in KINDS}, 0.1)
    two = turned(rng, 2)
    few = space_of(two, two, ["zh", "en"], reference)
    assert np.allclose(few.means["achievement"]["zh"], zh, atol=0.1) and few.spread == 0.1
    many = turned(rng, 3000) + 5
    space = space_of(many, many + 1, ["zh"] * 3000, reference)
    assert np.allclose(space.means["achievement"]["zh"], many.mean(axis=0), atol=0.1)
    assert np.allclose(space.means["achievement_title"]["zh"], many.mean(axis=0) + 1, atol=0.1)
    assert np.allclose(space.means["need"]["en"], en)


def test_without_a_reference_few_texts_are_not_centred():
    vectors = turned(np.random.default_rng(3), 3)
    space = space_of(vectors, vectors, ["zh"] * 3, None)
    assert np.allclose(space.centred(vectors, ["zh"] * 3, "achievement"), vectors)


def test_the_toll_is_the_log_of_what_the_rivals_claim():
    pool, asked, spaces = case(needs=7)
    many = asked.part(np.arange(70) % 7)
    claims = np.log(np.exp(rank.SHARPNESS * evidence(pool, many, spaces).total.astype(float)).sum(axis=0))
    cost = toll(pool, many, spaces)
    assert np.allclose(cost, (claims - claims.mean()) / rank.SHARPNESS, atol=1e-3)
    assert not toll(pool, asked, spaces).any()  # seven needs are too few


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_a_text_is_most_like_itself(text):
    other = terms("一种密封圈 with 304N steel")
    both = matrix([terms(text), other], rarity(np.zeros(2 << 20, np.int32), 2))
    alike = (both @ both.T).toarray()
    assert 0 <= alike[0, 1] <= 1 + 1e-5 and alike[0, 1] <= alike[1, 1] + 1e-5
    assert alike[1, 1] == pytest.approx(1, abs=1e-5)


@given(st.lists(st.sampled_from([-1.5, 0.0, 0.25, 2.0]), min_size=1, max_size=40), st.integers(1, 45))
def test_the_best_are_in_order_and_ties_by_position(scores, k):
    row = np.array(scores, np.float32)
    assert rank.best(row, k).tolist() == np.argsort(-row, kind="stable")[:k].tolist()


@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_nearest_sentences_are_averaged(count, seed):
    rows = np.random.default_rng(seed).standard_normal((count, 7)).astype(np.float32)
    mean, most = rank._top(rows)
    least = np.sort(rows.astype(np.float64), axis=0)[::-1][: rank.NEAREST]
    assert mean == pytest.approx(least.mean(axis=0), abs=1e-6) and (most == rows.max(axis=0)).all()
