from hypothesis import given
from hypothesis import strategies as st

from sanwang.report.markup import Markup, join, lone, plain, tag


def test_text_is_escaped_and_markup_is_not():
    inner = tag("b", "5 < 6 & 7")
    assert tag("p", inner, " <i>") == "<p><b>5 &lt; 6 &amp; 7</b> &lt;i&gt;</p>"


def test_attributes_are_quoted_renamed_and_left_out_when_none():
    assert (
        lone("input", class_="a", data_x='"', hidden=True, title=None)
        == '<input class="a" data-x="&quot;" hidden>'
    )


def test_numbers_in_attributes_are_short():
    assert tag("rect", x=1.0, y=2.3456) == '<rect x="1" y="2.3"></rect>'


@given(st.text())
def test_no_text_can_open_an_element(text: str):
    shown = join([Markup("<td>"), text, Markup("</td>")])
    assert shown.count("<") == 2
    assert "\x00" not in plain(text)
