from hypothesis import given
from hypothesis import strategies as st

from sanwang.study.marks import SIGNS, mark_of, marked, marks_in, pieces


def test_a_mark_is_a_sign_and_a_word_in_the_text_itself():
    assert marked("conflict", "指标不符", "zh") == "✗ 冲突：指标不符"
    assert marked("unsure", "x", "en") == "? to be checked: x" and marked("", "x", "en") == "x"
    assert marked("short", "", "zh") == ""


def test_each_sentence_has_its_own_mark_and_quotations_are_not_cut():
    text = "共同词：氢；✗ 冲突：需求“A；B”，成果“C”；相距 3 公里"
    assert pieces(text) == [
        ("", "共同词：氢；"),
        ("conflict", "✗ 冲突：需求“A；B”，成果“C”；"),
        ("", "相距 3 公里"),
    ]
    assert marks_in(text) == ["✗ 冲突：需求“A；B”，成果“C”"]


@given(st.lists(st.text("ab；;\n“”✗ 冲突：", max_size=8), max_size=6))
def test_the_pieces_put_together_are_the_text(parts: list[str]):
    text = "；".join(parts)
    assert "".join(said for _, said in pieces(text)) == text
    assert all(said for _, said in pieces(text))


def test_every_sign_is_known_again():
    assert all(mark_of(sign + "…") == mark for mark, signs in SIGNS.items() for sign in signs)
