import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration.terms import BUCKETS, Terms, packed, terms, unpacked

PLACES = st.dictionaries(st.integers(0, BUCKETS - 1), st.integers(1, 60_000), max_size=50)


@given(PLACES)
def test_packed_terms_come_back_whole(held):
    places = np.array(sorted(held), dtype=np.int64)
    said = Terms(places, np.array([held[p] for p in places.tolist()], dtype=np.int64))
    back = unpacked(packed(said))
    assert back.places.tolist() == said.places.tolist() and back.counts.tolist() == said.counts.tolist()


def test_a_text_takes_a_third_of_what_its_arrays_take():
    said = terms("高精度谐波减速器柔轮的疲劳寿命预测方法，适用于协作机器人关节。" * 4)
    assert len(packed(said)) * 3 < said.places.nbytes + said.counts.nbytes
