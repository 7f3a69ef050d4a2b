"""The language of rules: a closed cut of CEL over named whole numbers, as a tree that is evaluated and put in words.

``||``, ``&&``, ``!``, comparisons, ``+``, ``-``, ``*`` by a number of at most a thousand, brackets, names. It calls
nothing, divides nothing and always ends. What it allows means the same in CEL; the tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sanwang.errors import OptionError

Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]

LONGEST, FACTOR = 500, 1000
"""Characters of an expression; the largest number that something may be multiplied by."""

MOST = 2**53
"""No feature is larger: sums stop there, so that no product leaves 64 bits."""

_TOKEN = re.compile(r"\s*(?:(\d{1,16})|([a-z][a-z0-9_]*)|(\|\||&&|==|!=|<=|>=|[<>!()+\-*]))")
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip
_OTHER = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
"""What a comparison is when it does not hold."""
_SUM: Mapping[str, Callable[[Any, Any], Any]] = {"+": np.add, "-": np.subtract, "*": np.multiply}


@dataclass(frozen=True)
class Node:
    """A part of an expression: an operator with its parts, a name, or a number."""

    op: str
    parts: tuple[Node, ...] = ()
    name: str = ""
    number: int = 0

    @property
    def truth(self) -> bool:
        """Whether it is true or false, not a number."""
        return self.op in ("||", "&&", "!") or self.op in _COMPARE

    def names(self) -> Iterator[str]:
        """Every name in it, in order."""
        if self.op == "name":
            yield self.name
        for part in self.parts:
            yield from part.names()

    def leaves(self) -> Iterator[Node]:
        """Its comparisons, from left to right."""
        if self.op in _COMPARE:
            yield self
        for part in self.parts:
            yield from part.leaves()


def parse(text: str) -> Node:
    """The tree of an expression. Raises OptionError for anything that is not of the language."""
    if not 0 < len(text) <= LONGEST:
        raise _wrong(text[:40], "is empty or too long", "为空或过长")
    words, spot = [], 0
    while text[spot:].strip():
        found = _TOKEN.match(text, spot)
        if found is None:
            raise _wrong(text[spot:].strip()[:20], "is no part of the language", "不属于规则语言")
        words.append(found[0].strip())
        spot = found.end()
    reader = _Reader(words)
    tree = reader.either()
    if reader.spot < len(words):
        raise _wrong(words[reader.spot], "stands where nothing may", "位置有误")
    if not tree.truth:
        raise _wrong(text[:40], "is a number, not true or false", "是数值，不是真假")
    return tree


def _wrong(what: str, en: str, zh: str) -> OptionError:
    return OptionError(f"{what!r} {en}", f"“{what}”{zh}")


class _Reader:
    """Words read from left to right, by precedence."""

    def __init__(self, words: list[str]) -> None:
        self.words, self.spot = words, 0

    @property
    def next(self) -> str:
        """The word to come; empty at the end."""
        return self.words[self.spot] if self.spot < len(self.words) else ""

    def pop(self) -> str:
        """Take a word."""
        word = self.next
        self.spot += 1
        return word

    def either(self) -> Node:
        """Parts joined by or."""
        return self._row("||", self.both)

    def both(self) -> Node:
        """Parts joined by and."""
        return self._row("&&", self.denied)

    def _row(self, op: str, part: Callable[[], Node]) -> Node:
        found = [part()]
        while self.next == op:
            self.pop()
            found.append(part())
        if len(found) > 1 and not all(n.truth for n in found):
            raise _wrong(op, "wants true or false on both sides", "两边须为真假")
        return Node(op, tuple(found)) if len(found) > 1 else found[0]

    def denied(self) -> Node:
        """Something denied, or a comparison."""
        if self.next != "!":
            return self.compared()
        self.pop()
        inner = self.denied() if self.next == "!" else self.atom()  # as in CEL it binds to what stands next
        if not inner.truth:
            raise _wrong("!", "wants true or false", "之后须为真假")
        return Node("!", (inner,))

    def compared(self) -> Node:
        """Two numbers compared, or what stands alone."""
        left = self.sum()
        if self.next not in _COMPARE:
            return left
        op = self.pop()
        right = self.sum()
        if left.truth or right.truth:
            raise _wrong(op, "compares numbers", "比较的须为数值")
        return Node(op, (left, right))

    def sum(self) -> Node:
        """Numbers added or taken away."""
        found = self.product()
        while self.next in ("+", "-"):
            found = self._numbers(self.pop(), found, self.product())
        return found

    def product(self) -> Node:
        """A number times a small one."""
        found = self.atom()
        while self.next == "*":
            self.pop()
            other = self.atom()
            small = [n for n in (found, other) if n.op == "number" and n.number <= FACTOR]
            named = [n for n in (found, other) if n.op == "name"]
            if not small and len(named) < 2:
                raise _wrong(
                    "*", f"wants a number of at most {FACTOR} on one side", f"一边须为不超过 {FACTOR} 的数"
                )
            found = self._numbers("*", found, other)
        return found

    def _numbers(self, op: str, left: Node, right: Node) -> Node:
        if left.truth or right.truth:
            raise _wrong(op, "wants numbers", "两边须为数值")
        return Node(op, (left, right))

    def atom(self) -> Node:
        """A name, a number, or brackets."""
        word = self.pop()
        if word == "(":
            inner = self.either()
            if self.pop() != ")":
                raise _wrong("(", "is not closed", "没有闭合")
            return inner
        if word.isdigit():
            return Node("number", number=int(word))
        if re.fullmatch(r"[a-z][a-z0-9_]*", word):
            return Node("name", name=word)
        raise _wrong(word or "…", "is not a name or number", "不是名称或数值")


def truths(tree: Node, values: Mapping[str, Numbers]) -> Truths:
    """Whether it holds, row by row."""
    if tree.op == "||":
        return np.logical_or.reduce([truths(p, values) for p in tree.parts])
    if tree.op == "&&":
        return np.logical_and.reduce([truths(p, values) for p in tree.parts])
    if tree.op == "!":
        return ~truths(tree.parts[0], values)
    left, right = (numbers(p, values) for p in tree.parts)
    return cast("Truths", _COMPARE[tree.op](left, right))


def numbers(tree: Node, values: Mapping[str, Numbers]) -> Numbers:
    """Its value, row by row."""
    if tree.op == "name":
        return values[tree.name]
    if tree.op == "number":
        return np.asarray(tree.number, dtype=np.int64)
    left, right = (numbers(p, values) for p in tree.parts)
    return cast("Numbers", _SUM[tree.op](left, right))


def opposite(op: str) -> str:
    """The comparison that holds where this one does not."""
    return _OTHER[op]


def denied(tree: Node) -> Node:
    """The expression that holds where this one does not, with ``!`` taken inside to the comparisons."""
    if tree.op == "!":
        return plain(tree.parts[0])
    if tree.op in ("||", "&&"):
        return Node("&&" if tree.op == "||" else "||", tuple(denied(p) for p in tree.parts))
    return Node(_OTHER[tree.op], tree.parts)


def plain(tree: Node) -> Node:
    """The same with no ``!`` left."""
    if tree.op == "!":
        return denied(tree.parts[0])
    return Node(tree.op, tuple(plain(p) for p in tree.parts)) if tree.op in ("||", "&&") else tree
