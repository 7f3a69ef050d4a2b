import pytest

from sanwang.errors import SanwangError, halves


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("k must be positive / k 须为正", "k must be positive", "k 须为正"),
        (
            "plan.json: not a plan's folder / 不是方案目录",
            "plan.json: not a plan's folder",
            "plan.json：不是方案目录",
        ),
        (
            "--start 'x': wanted a day / 日期无法识别",
            "--start 'x': wanted a day",
            "--start 'x'：日期无法识别",
        ),
        ("a sentence alone", "a sentence alone", "a sentence alone"),
    ],
)
def test_both_languages_of_one_text(text: str, en: str, zh: str):
    assert halves(text) == (en, zh)


def test_an_error_speaks_one_language_at_a_time():
    error = SanwangError("no such table", "没有这个表")
    assert error.said("en") == "no such table" and error.said("zh") == "没有这个表"
