import pytest

from sanwang.errors import OptionError
from sanwang.study.words import gap_words, language, money_words, reason_words, say


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (0, "0 万元", "CNY 0.00 million"),
        (12_345_678_900, "1.23 亿元", "CNY 123 million"),
        (50_000_000, "50 万元", "CNY 0.50 million"),
        (-50_000_000, "-50 万元", "CNY -0.50 million"),
    ],
)
def test_money_in_words(fen: int, zh: str, en: str):
    assert (money_words(fen, "zh"), money_words(fen, "en")) == (zh, en)


def test_the_gap_is_rounded_up_so_that_at_most_stays_true():
    assert gap_words(0.01201) == "1.21%"
    assert gap_words(0.0120) == "1.20%"


def test_every_reason_of_a_plan_has_words():
    for code in ("no_match", "trl", "capacity", "budget", "border", "deadline", "worth", "competition"):
        assert reason_words(code, "zh") != code != reason_words(code, "en")


def test_an_unknown_language_is_refused():
    with pytest.raises(OptionError, match="'fr'"):
        language("fr")


def test_phrases_are_filled():
    assert say("rows_shown", "en", shown=3, total=9) == "3 of 9 rows"
