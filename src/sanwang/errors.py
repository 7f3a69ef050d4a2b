"""The one family of errors a caller may meet."""

from __future__ import annotations


class SanwangError(Exception):
    """Something the caller can mend; the message says what was met and what was wanted."""


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
