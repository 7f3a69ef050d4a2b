"""Signed words: nothing but what was signed comes back, and a deployment has one secret."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.errors import InputError, OptionError
from sanwang.web.signing import opened, secret_of, signed

DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda s: st.lists(s, max_size=3)
)


@given(DATA, st.text(max_size=10))
def test_what_was_signed_comes_back(held, purpose):
    assert opened(b"s" * 32, purpose, signed(b"s" * 32, purpose, held)) == held


@given(st.integers(0, 10**9), st.data())
def test_no_letter_can_be_changed(held, data):
    letters = signed(b"s" * 32, "p", held)
    at = data.draw(st.integers(0, len(letters) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda c: c != letters[at]))
    with pytest.raises(OptionError):
        opened(b"s" * 32, "p", letters[:at] + other + letters[at + 1 :])


@pytest.mark.parametrize("letters", ["", ".", "x", "a.b", "W10.", "W10.W10", "￥.￥", "=" * 40])
def test_what_was_never_signed_is_refused(letters):
    with pytest.raises(OptionError):
        opened(b"s" * 32, "p", letters)


def test_a_signature_counts_for_its_purpose_and_secret_alone():
    letters = signed(b"s" * 32, "p", 1)
    for secret, purpose in ((b"s" * 32, "q"), (b"t" * 32, "p")):
        with pytest.raises(OptionError):
            opened(secret, purpose, letters)
    body = base64.urlsafe_b64encode(b"2").rstrip(b"=").decode()
    with pytest.raises(OptionError):
        opened(b"s" * 32, "p", f"{body}.{letters.partition('.')[2]}")


def test_processes_that_start_at_once_have_one_secret_that_only_they_read(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret_of(tmp_path / "data"), range(16)))
    assert len(found) == 1
    assert len(found.pop()) >= 32
    [file] = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_may_be_given_and_must_be_long(tmp_path, monkeypatch):
    monkeypatch.setenv("SANWANG_SECRET", "x" * 40)
    assert secret_of(tmp_path) == b"x" * 40
    monkeypatch.setenv("SANWANG_SECRET", "short")
    with pytest.raises(InputError):
        secret_of(tmp_path)
