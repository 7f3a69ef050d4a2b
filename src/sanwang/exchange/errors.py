"""What the exchange refuses, and why."""

from __future__ import annotations

from sanwang.errors import SanwangError


class StoreError(SanwangError):
    """The database cannot be opened, is of another version, is full, or stayed busy."""


class Refused(SanwangError):
    """A step that may not be taken now; ``code`` names the guard or the reason."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.code = code


class NotFound(SanwangError):
    """There is no such thing, or none that the asker may see: the two read the same."""

    def __init__(self) -> None:
        super().__init__("there is nothing here that you may see", "没有您可以查看的内容")


class Conflict(SanwangError):
    """Somebody else changed it meanwhile, or a request's key was used for something else."""


class Stale(Conflict):
    """It is no longer of the version that the asker had read."""

    def __init__(self) -> None:
        super().__init__("it was changed meanwhile: read it again", "已被他人修改，请重新读取")
