"""Lists for programs in pages: a signed cursor leads to the next one, in ``Link: <…>; rel="next"`` (RFC 8288)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from sanwang.web.signing import opened, signed

T = TypeVar("T")

Cursor = Annotated[
    str | None,
    Query(
        max_length=1000,
        description='where to go on, from the ``Link`` header (rel="next") of the page before',
    ),
]


@dataclass(frozen=True)
class Paging:
    """A request for a page of a list: after what, and how the next is told of. A cursor counts for the same person,
    place and other parameters as it was made for."""

    request: Request
    response: Response
    user: str | None
    cursor: str | None

    def after(self) -> Any:  # noqa: ANN401 - what ``told`` was given
        """What the last row of the page before was known by; None on the first. Raises OptionError for a bad cursor."""
        return None if self.cursor is None else opened(self._secret, self._purpose(), self.cursor)

    def told(self, rows: Sequence[T], most: int, key: Callable[[T], object]) -> list[T]:
        """The page's rows, of which one more than ``most`` was looked for; the way to the next where there is one."""
        page = list(rows[:most])
        if len(rows) > most:
            next_ = {**self._given(), "cursor": signed(self._secret, self._purpose(), key(page[-1]))}
            at = self.request.scope.get("root_path", "") + self.request.scope["path"].removeprefix(
                self.request.scope.get("root_path", "")
            )
            self.response.headers["Link"] = f'<{at}?{urlencode(next_)}>; rel="next"'
        return page

    def part(self, rows: Sequence[T], most: int) -> list[T]:
        """A page of rows that are all at hand, in an order that stays."""
        held = self.after()
        start = held if isinstance(held, int) else 0
        numbered = list(enumerate(rows))[start : start + most + 1]
        return [row for _, row in self.told(numbered, most, lambda r: r[0] + 1)]

    @property
    def _secret(self) -> bytes:
        return self.request.app.state.settings.secret

    def _given(self) -> dict[str, str]:
        return {k: x for k, x in self.request.query_params.items() if k != "cursor"}

    def _purpose(self) -> str:
        return f"page {self.user} {self.request.scope['path']}?{urlencode(sorted(self._given().items()))}"
