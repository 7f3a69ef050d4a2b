import json
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration.rank import centred
from sanwang.collaboration.tokenise import language
from sanwang.encoding.own import SHIPPED, WINDOW, OwnEncoder, windows
from sanwang.errors import InputError

TEXTS = ["不锈钢丝研制", "stainless steel wire", "葡萄保鲜", ""]


def test_vectors_have_length_one_and_languages_meet():
    one = OwnEncoder()
    found = one.queries(TEXTS)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    ready = centred(found, [language(t) for t in TEXTS], one.reference.means["need"])
    assert ready[0] @ ready[1] > ready[0] @ ready[2] + 0.1


def test_a_vector_hangs_on_its_text_alone():
    one = OwnEncoder()
    together = one.passages(TEXTS)
    alone = np.concatenate([OwnEncoder(threads=1).passages([t]) for t in TEXTS])
    assert (together == alone).all()


def test_the_end_of_a_long_text_counts():
    one = OwnEncoder()
    long = "设备运行情况良好，" * 300
    plain, other = one.passages([long, long + "密封圈漏油" * 20])
    assert plain @ other < 0.9999


@given(st.lists(st.integers(), max_size=3 * WINDOW + 5))
def test_windows_hold_every_token_once_and_in_order(content):
    found = windows(content)
    assert [t for part in found for t in part] == content and len(found) >= 1
    sizes = [len(p) for p in found]
    assert max(sizes) <= WINDOW and max(sizes) - min(sizes) <= 1


def test_a_file_that_was_changed_is_refused(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    with (folder / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(InputError, match="tokenizer"):
        OwnEncoder(folder).queries(["a"])
    (folder / "digests.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(InputError, match="holds no encoder"):
        OwnEncoder(folder)


def test_the_weights_are_small_enough_to_ship():
    assert sum(p.stat().st_size for p in SHIPPED.iterdir()) < 60e6
