"""Currencies of ISO 4217: how many decimals each has, and how an amount in its smallest part is written."""

from __future__ import annotations

import re
from decimal import Decimal

from sanwang.errors import OptionError

SCALES = {
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0, "KRW": 0,
    "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0,
    "XOF": 0, "XPF": 0,
}  # fmt: skip
"""Decimals of currencies that have not two (ISO 4217, list one)."""


def is_currency(code: str) -> bool:
    """Whether a text has the form of a currency's code: three capital letters."""
    return re.fullmatch(r"[A-Z]{3}", code) is not None


def scale(code: str) -> int:
    """Decimals of a currency: 2 for yuan, 0 for yen."""
    return SCALES.get(code, 2)


def decimal(amount: int, code: str) -> str:
    """An amount in the currency's smallest part as a plain decimal: ``1234.50`` for 123,450 fen, ``1200`` for yen."""
    places = scale(code)
    whole, part = divmod(abs(amount), 10**places)
    return f"{'-' if amount < 0 else ''}{whole}" + (f".{part:0{places}d}" if places else "")


def smallest(text: str, code: str) -> int | None:
    """A plain decimal as an amount in the currency's smallest part; None where it is no decimal or finer than that."""
    if not re.fullmatch(r"\d{1,18}(\.\d+)?", text):
        return None
    amount = Decimal(text).scaleb(scale(code))
    return int(amount) if amount == amount.to_integral_value() else None


def typed(text: str, currency: str) -> tuple[int, str]:
    """An amount as a person types it, in whole units and with commas: in the currency's smallest part, and its code.

    Raises OptionError for what is no currency or no amount of it.
    """
    code = currency.strip().upper()
    if not is_currency(code):
        raise OptionError(f"{currency!r} is no currency of ISO 4217", f"{currency!r} 不是 ISO 4217 币种代码")
    amount = smallest(text.replace(",", "").replace("，", "").strip(), code)
    if amount is None:
        raise OptionError(f"{text!r} is no amount of {code}", f"{text!r} 不是 {code} 的金额")
    return amount, code


def shown(amount: int, code: str = "CNY", lang: str = "en") -> str:
    """An amount as people write it: ``1,234.50 CNY``, in Chinese ``1,234.50 元``."""
    text = decimal(amount, code)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, part = text.partition(".")
    return f"{sign}{int(whole):,}{dot}{part} {'元' if (code, lang) == ('CNY', 'zh') else code}"


def both(amount: int, code: str = "CNY") -> tuple[str, str]:
    """An amount in Chinese and in English."""
    return shown(amount, code, "zh"), shown(amount, code)
