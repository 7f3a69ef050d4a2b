"""Declaring a study: the function that does the mathematics, what it shows, and what may be asked of it.

    @study("closure", shown=shown, data=data)
    def closure(region: Region, *, years: Annotated[float, Option("几年之内", "within years")] = 5.0) -> Closure: ...

From the declaration come the Python call, the command, the saved files, the documentation and the tests.
"""

from __future__ import annotations

import datetime as dt
import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine
from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.region.scenario import Scenario, apply, read_scenario
from sanwang.study import option as options_
from sanwang.study.option import Option, OptionType, value_of
from sanwang.study.registry import Entry, entries, get
from sanwang.study.result import Result
from sanwang.study.rows import LeftOut, demand, usable
from sanwang.study.shown import Shown

A = TypeVar("A")
Report = Callable[[int, int, str], None]
Ask = Callable[..., Any]
"""``ask("match", region, k=20)`` gives the answer of another study, so that one net can use what another one finds
without knowing its code."""

COMMON = ("lang", "strict", "scenario", "progress", "ask", "engine")
"""What every study may be asked besides its own options."""


@dataclass(frozen=True)
class Declared:
    """An option as declared: its name, words, default and whether it must be given."""

    name: str
    option: Option
    default: object
    required: bool


@dataclass(frozen=True)
class Study(Generic[A]):
    """A question to a Region. Calling it gives a Result; ``declared`` lists its options."""

    name: str
    function: Callable[..., A]
    show: Callable[[A, Region, str], Shown]
    data: Callable[[A, Region], Mapping[str, object]]
    files: Callable[[A, Region, Path, Mapping[str, object], str], list[Path]] | None = None
    check: Callable[[Region, Path, Mapping[str, Any]], tuple[str, ...]] | None = None
    reread: Callable[[Region, Path, Mapping[str, object]], A] | None = None
    source: bool = False

    @property
    def entry(self) -> Entry:
        """The study's place in the registry."""
        return entries()[self.name]

    @cached_property
    def declared(self) -> Mapping[str, Declared]:
        """The study's own options by name, in order."""
        return {d.name: d for d in _declared(self.function)}

    @property
    def speaks(self) -> bool:
        """Whether the answer itself holds sentences in the reader's language."""
        return "lang" in inspect.signature(self.function).parameters

    @property
    def engined(self) -> bool:
        """Whether its work is given to an engine in blocks."""
        return "engine" in inspect.signature(self.function).parameters

    @property
    def __signature__(self) -> inspect.Signature:
        """The call with every option, for completion and help."""
        given = inspect.signature(self.function)
        own = [p for n, p in given.parameters.items() if n not in COMMON]
        common = {
            "scenario": "Scenario | str | Path | None",
            "strict": "bool",
            "lang": "str",
            "progress": "Report | None",
            **({"engine": "Engine | str | None"} if self.engined else {}),
        }
        defaults: dict[str, object] = {"strict": False, "lang": "zh"}
        more = [
            inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=defaults.get(n), annotation=t)
            for n, t in common.items()
        ]
        return given.replace(parameters=[*own, *more], return_annotation=f"Result[{given.return_annotation}]")

    def __call__(
        self,
        region: Region | str | Path | None = None,
        *beside: object,
        lang: str = "zh",
        strict: bool = False,
        scenario: Scenario | str | Path | None = None,
        progress: Report | None = None,
        engine: Engine | str | None = None,
        **given: object,
    ) -> Result[A]:
        """Ask the study: its options are read and checked, rows with errors left out (or refused when ``strict``).

        ``engine`` says where its work runs: ``local``, ``ray``, ``ray://HOST``, or one that is already there.
        Raises OptionError for an option it has not or cannot read, InputError and DataError as the data demand.
        """
        self._expect(region, beside, lang)
        opened = Region.open(region) if isinstance(region, str | Path) else region
        chosen = self.read(given)
        sound, left = Region.of(), LeftOut()
        if opened is not None:
            changed = _under(opened, scenario)
            sound, left = usable(changed, (*self.entry.needs, *self.entry.uses), strict)
            demand(sound, self.entry.needs, left)
        if engine is not None and not self.engined:
            raise OptionError(
                f"{self.name} is not shared out: it takes no engine", f"{self.entry.zh}不分块，不接受引擎"
            )
        with engine_of(engine) as used:
            found = self.function(
                sound, *map(answer_of, beside), **chosen, **self.common(lang, progress, scenario, used)
            )
        under = _scenario(scenario)
        asked = {**chosen, **({"scenario": under} if under is not None else {})}
        return Result(
            self, found, sound, asked, left, lang, opened if opened is not None else sound, tuple(beside)
        )

    def _expect(self, region: object, beside: tuple[object, ...], lang: str) -> None:
        """Sentences for what people pass by mistake."""
        if lang not in ("zh", "en"):
            raise OptionError(
                f"lang is {lang!r}; 'zh' or 'en' is wanted", f"lang 为 {lang!r}，应为 'zh' 或 'en'"
            )
        if region is None and not self.source:
            raise OptionError(
                f"sw.{self.name}(region): a Region is wanted first, as Region.open(folder) gives it",
                f"sw.{self.name}(region)：第一个参数应为 Region，由 Region.open(目录) 得到",
            )
        if region is not None and not isinstance(region, Region | str | Path):
            met = type(region).__name__
            raise OptionError(
                f"a Region is wanted, not a {met}; make one with Region.open(folder) or Region.of(needs=frame, …)",
                f"应为 Region，而不是 {met}；可用 Region.open(目录) 或 Region.of(needs=表, …) 得到",
            )
        taken = [p for p in inspect.signature(self.function).parameters.values()
                 if p.kind is p.POSITIONAL_OR_KEYWORD][1:]  # fmt: skip
        if len(beside) > len(taken):
            raise OptionError(
                f"sw.{self.name} takes its options by name; {beside[len(taken)]!r} has none",
                f"sw.{self.name} 的选项须写明名称；{beside[len(taken)]!r} 没有名称",
            )
        for one, wanted in zip(beside, taken, strict=False):
            if isinstance(one, Region) or (one is not None and not _is_answer(one)):
                raise OptionError(
                    f"{wanted.name} is a {type(one).__name__}; the result of another study is wanted",
                    f"{wanted.name} 为 {type(one).__name__}，应为另一项研究的结果",
                )

    def read(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Option values read and checked; defaults are left to the function."""
        chosen: dict[str, Any] = {}
        for name, value in given.items():
            if name not in self.declared:
                known = ", ".join(self.declared) or "–"
                raise OptionError(
                    f"{self.name} has no option {name!r}; it has {known}",
                    f"{self.entry.zh}没有选项 {name!r}；有 {known}",
                )
            one = self.declared[name]
            chosen[name] = value if value is None and not one.required else value_of(name, one.option, value)
        if lacking := [n for n, d in self.declared.items() if d.required and n not in given]:
            raise OptionError(
                f"{self.name} needs the option {lacking[0]!r}", f"{self.entry.zh}须给出 {lacking[0]!r}"
            )
        return chosen

    def dated(self, given: Mapping[str, object], today: dt.date) -> dict[str, Any]:
        """The options with today's date where a day is wanted and none was given: studies themselves read no clock."""
        days = (
            name
            for name, one in self.declared.items()
            if (one.required or name == "today")
            and one.option.type is not None
            and one.option.type.name == "day"
        )
        return {**dict.fromkeys(days, today), **given}

    def common(
        self,
        lang: str,
        progress: Report | None,
        scenario: object = None,
        engine: Engine | None = None,
    ) -> dict[str, object]:
        """Of what every study may be asked, that which this study's function takes."""
        wanted = inspect.signature(self.function).parameters
        every: dict[str, object] = {
            "lang": lang, "progress": progress, "scenario": _scenario(scenario),
            "ask": _asker(lang, progress, engine), "engine": engine,
        }  # fmt: skip
        return {n: v for n, v in every.items() if n in wanted}


def study(
    name: str,
    *,
    show: Callable[[A, Region, str], Shown],
    data: Callable[[A, Region], Mapping[str, object]],
    files: Callable[[A, Region, Path, Mapping[str, object], str], list[Path]] | None = None,
    check: Callable[[Region, Path, Mapping[str, Any]], tuple[str, ...]] | None = None,
    reread: Callable[[Region, Path, Mapping[str, object]], A] | None = None,
    source: bool = False,
) -> Callable[[Callable[..., A]], Study[A]]:
    """Declare a study.

    ``show`` puts an answer in words, ``data`` gives it to programs, ``files`` writes what only this study writes,
    ``check`` proves a saved folder without the solver and names what is wrong, ``reread`` rebuilds the answer of a
    saved folder where computing it again is too slow; ``source`` says that it can do without a Region.
    """

    def declare(function: Callable[..., A]) -> Study[A]:
        made = Study(name, function, show, data, files, check, reread, source)
        object.__setattr__(made, "__doc__", function.__doc__)
        return made

    return declare


def _declared(function: Callable[..., object]) -> Iterator[Declared]:
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not parameter.KEYWORD_ONLY or name in COMMON:
            continue
        bare, option = _annotated(hints[name])
        whole = option if option.type is not None else replace(option, type=_type_of(bare))
        required = parameter.default is parameter.empty
        yield Declared(name, whole, None if required else parameter.default, required)


def _annotated(hint: Any) -> tuple[Any, Option]:  # noqa: ANN401 - an annotation
    if get_origin(hint) is Annotated:
        bare, *notes = get_args(hint)
        return bare, next((n for n in notes if isinstance(n, Option)), Option("", ""))
    return hint, Option("", "")


def _type_of(hint: Any) -> OptionType:  # noqa: ANN401 - an annotation
    """The reader a plain annotation implies."""
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(a for a in get_args(hint) if a is not types.NoneType)
    if get_origin(hint) is Literal:
        return options_.choice(*get_args(hint))
    if get_args(hint):
        hint = get_args(hint)[0]
    known: dict[object, OptionType] = {
        bool: options_.FLAG, int: options_.whole(), float: options_.real(), str: options_.TEXT, Path: options_.FILE,
    }  # fmt: skip
    return known[hint]


def _asker(lang: str, progress: Report | None, engine: Engine | None) -> Ask:
    def ask(name: str, region: Region, *beside: object, **given: object) -> object:
        other = get(name)
        return other.function(
            region, *beside, **other.read(given), **other.common(lang, progress, None, engine)
        )

    return ask


def _scenario(given: object) -> Scenario | None:
    if given is None or isinstance(given, Scenario):
        return given
    if isinstance(given, str | Path):
        return read_scenario(given)
    raise OptionError(
        f"a Scenario or the path of a scenario file is wanted, not a {type(given).__name__}",
        f"scenario 应为 Scenario 或情景文件的路径，而不是 {type(given).__name__}",
    )


def _under(region: Region, scenario: object) -> Region:
    found = _scenario(scenario)
    return region if found is None else apply(region, found)


def _is_answer(given: object) -> bool:
    return isinstance(given, Result) or hasattr(given, "__dataclass_fields__")


def answer_of(given: Any) -> Any:  # noqa: ANN401 - a Result or its answer
    """The answer inside a Result; anything else as it is."""
    return given.answer if isinstance(given, Result) else given
