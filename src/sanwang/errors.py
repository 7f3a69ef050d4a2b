"""The one family of errors a caller may meet; each speaks Chinese and English, never both at once to a person."""

from __future__ import annotations

import re

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class SanwangError(Exception):
    """Something the caller can mend; the message says what was met and what was wanted.

    ``SanwangError(en, zh)`` holds a sentence in each language; one text alone holds both as ``English / 中文``, or is
    the same in both.
    """

    def __init__(self, sentence: str, zh: str | None = None) -> None:
        super().__init__(sentence if zh is None else f"{sentence} / {zh}")
        self._en, self._zh = halves(sentence) if zh is None else (sentence, zh)

    def said(self, lang: str) -> str:
        """The message in one language, ``zh`` or ``en``."""
        return self._zh if lang == "zh" else self._en


def halves(text: str) -> tuple[str, str]:
    """English and Chinese of ``English / 中文`` (either order); the whole text twice where it is not so divided.

    What stands before the first colon of the English half and names the thing (a path, an option, a table) is kept in
    the Chinese half too.
    """
    cuts = [m.start() for m in re.finditer(" / ", text)]
    for cut in reversed(cuts):
        left, right = text[:cut], text[cut + 3 :]
        if _sentence(right) and not _sentence(left):
            return left, _named(left, right)
        if _sentence(left) and not _sentence(right):
            return right, left
    return text, text


def _sentence(text: str) -> bool:
    """Whether a text is Chinese prose: Chinese outside quotation marks, paths and brackets."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|^\S+: ", " ", text)
    return _CHINESE.search(bare) is not None


def _named(english: str, chinese: str) -> str:
    head = re.match(r"((?:--\w[\w-]* )?(?:'[^']*'|[^\s:]+)): ", english)
    thing = head[1] if head else ""
    return f"{thing}：{chinese}" if thing and thing not in chinese else chinese


class InputError(SanwangError):
    """A file, folder or workbook that cannot be read as asked."""


class DataError(SanwangError):
    """Rows were read but contain errors; run the check to see each one."""


class OptionError(SanwangError):
    """An option or argument outside what the function accepts."""


class SolverError(SanwangError):
    """The optimiser could not answer, with the reason in words."""


class ConflictError(SanwangError):
    """Requests that exclude each other; ``members`` is a smallest set of them that does."""

    def __init__(self, sentence: str, members: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.members = members
