"""Plans under scenarios declared as a study: what moved, why, who gains and who loses, and what borders cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.errors import OptionError
from sanwang.planning import compare as comparing
from sanwang.planning.compare import Comparison
from sanwang.planning.parts import COSTS
from sanwang.planning.studies.asked import SCENARIO, Start, Today, Years, horizon
from sanwang.planning.studies.columns import styled
from sanwang.planning.studies.named import path_words
from sanwang.region import Region
from sanwang.region.scenario import Scenario
from sanwang.schema import word_for
from sanwang.standards import places as gb2260
from sanwang.study.declare import Ask, Report, study
from sanwang.study.option import Option, real, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Style, Table, column
from sanwang.study.words import money_words, percent_words, say, word


@dataclass(frozen=True)
class Compared:
    """Plans side by side, or what each border costs."""

    comparison: Comparison | None
    borders: pl.DataFrame | None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the comparison's own
        if name.startswith("__") or name in ("comparison", "borders"):
            raise AttributeError(name)
        return getattr(self.comparison, name)


def shown(found: Compared, region: Region, lang: str) -> Shown:
    """Figures of each plan, what each city gains and loses, and each need whose route moved; or the borders' bills."""
    if found.borders is not None:
        return _borders(found.borders, lang)
    assert found.comparison is not None
    one = found.comparison
    tables = [_figures(one, lang), *_parts(one, lang), _cities(one, lang), _moves(one, region, lang)]
    return Shown(
        say("compare_title", lang),
        _sentences(one, lang),
        tables,
        notes=[say("receipts_note", lang), say("middle_note", lang)],
    )


def _borders(found: pl.DataFrame, lang: str) -> Shown:
    def named(code: str) -> str:
        place = gb2260.place(code)
        return code if place is None else place.name if lang == "zh" else place.name_en or place.name

    frame = found.with_columns(
        *(pl.col(c).map_elements(named, pl.String) for c in ("origin", "destination")),
        pl.col("factor").map_elements(lambda f: word_for("factor", f, lang), pl.String),
        pl.col("bill").round().cast(pl.Int64),
    )
    columns = styled(
        lang, origin="text", destination="text", factor="text", routes="int", bill="money", gain="money"
    )
    title = say("border_bill_title", lang)
    bill, gain = int(frame["bill"].sum()), frame["gain"].max()
    told = say(
        "border_bill_said", lang, bill=money_words(bill, lang),
        gain=money_words(gain if isinstance(gain, int) else 0, lang),
    )  # fmt: skip
    return Shown(
        title,
        [told],
        [Table("borders", title, frame, columns, data=found)],
        notes=[say("border_bill_note", lang), say("middle_note", lang)],
    )


def _sentences(compared: Comparison, lang: str) -> list[str]:
    """What each plan adds to or takes from the first, and which cities lose."""
    names = compared.figures["plan"].to_list()
    rows = {r["plan"]: r for r in compared.figures.to_dicts()}
    first = names[0]
    lead: list[str] = []
    for name in names[1:]:
        change = rows[name]["worth"] - rows[first]["worth"]
        lead.append(
            say(
                "compare_worth",
                lang,
                first=plan_name(first, lang),
                name=plan_name(name, lang),
                sign="+" if change >= 0 else "−",
                worth=money_words(abs(change), lang),
                share=percent_words(change / rows[first]["worth"]) if rows[first]["worth"] else "–",
                routes=rows[name]["routes"] - rows[first]["routes"],
            )
        )
        lost = compared.cities.filter((pl.col("plan") == name) & (pl.col("change") < 0)).sort("change")
        if lost.is_empty():
            lead.append(say("compare_none_lose", lang, name=plan_name(name, lang)))
        else:
            between = "、" if lang == "zh" else ", "
            words = between.join(
                f"{r['name'] or '?'} −{money_words(-r['change'], lang)}" for r in lost.head(6).to_dicts()
            )
            lead.append(say("compare_losers", lang, name=plan_name(name, lang), cities=words))
    return lead


def plan_name(name: str, lang: str) -> str:
    """A plan's name; the three markets' in the report's language."""
    return word("plans", name, lang)


def _named(frame: pl.DataFrame, lang: str) -> pl.DataFrame:
    return frame.with_columns(
        pl.col("plan").replace({n: plan_name(n, lang) for n in frame["plan"].unique().to_list()})
    )


def _figures(compared: Comparison, lang: str) -> Table:
    """Worth, bound, counts and the parts of the cost of each plan."""
    parts: dict[str, Style] = dict.fromkeys(COSTS, "money")
    columns = (
        *styled(lang, plan="text", worth="money", bound="money", gap="percent", routes="int", unmet="int"),
        *styled(lang, cross_border="int", value="money", **parts),
    )
    return Table("figures", say("figures_table", lang), _named(compared.figures, lang), columns)


def _parts(compared: Comparison, lang: str) -> list[Table]:
    """What closing each factor's borders alone would take."""
    if compared.parts is None:
        return []
    factors = {f: word_for("factor", f, lang) or f for f in compared.parts["factor"].to_list()}
    frame = compared.parts.with_columns(pl.col("factor").replace(factors))
    columns = styled(lang, factor="text", loss="money", share="percent", classes="int", single="int")
    note = say("parts_note", lang)
    return [Table("parts", say("parts_table", lang), frame, columns, note, data=compared.parts)]


def _cities(compared: Comparison, lang: str) -> Table:
    """What each city gains and loses."""
    columns = styled(
        lang,
        plan="text",
        name="text",
        landed="int",
        surplus="money",
        receipts="money",
        total="money",
        change="money",
    )
    frame = _named(compared.cities, lang)
    return Table(
        "cities", say("cities_table", lang), frame, columns, say("receipts_note", lang), data=compared.cities
    )


def _moves(compared: Comparison, region: Region, lang: str) -> Table:
    """Needs whose route differs from the first plan's, and why."""
    reason = "reason_zh" if lang == "zh" else "reason_en"
    columns = (
        column("plan", "text", lang),
        Column("need", word("columns", "need", lang), "id"),
        *styled(lang, need_name="text", before="long", after="long", change="money"),
        column(reason, "long", lang),
    )
    frame = path_words(region, _named(compared.moves, lang), lang, "before", "after")
    return Table("moves", say("moves_table", lang), frame, columns, data=compared.moves)


def data(found: Compared, region: Region) -> dict[str, object]:
    """Plans, cities and moves; or borders."""
    if found.borders is not None:
        return {"borders": found.borders}
    assert found.comparison is not None
    one = found.comparison
    more = {} if one.parts is None else {"parts": one.parts}
    return {"plans": one.figures, "cities": one.cities, "moves": one.moves, **more}


@study("compare", show=shown, data=data)
def compare(
    region: Region,
    *,
    scenarios: Annotated[
        tuple[Scenario, ...],
        Option("情景文件（TOML）", "scenario files (TOML)", SCENARIO, many=True, argument=True),
    ] = (),
    what: Annotated[
        Literal["scenarios", "markets", "borders"],
        Option("比较情景、三种市场，或逐条边界", "scenarios, the three markets, or each border"),
    ] = "scenarios",
    k: Annotated[
        int, Option("每条需求考虑几项成果", "results considered a need", whole(1, 1000), names=("-k",))
    ] = 20,
    years: Years = None,
    start: Start = None,
    today: Today = None,
    time_limit: Annotated[float, Option("求解秒数上限", "seconds for the solver", real(1))] = 60.0,
    progress: Report | None = None,
    ask: Ask,
) -> Compared:
    """Today's plan and the plans under scenarios, side by side.

    ``what="markets"`` solves the segmented, today's and the unified market; ``"borders"`` removes the costliest
    borders one by one. Raises OptionError where there is nothing to compare with.
    """
    span, begin = horizon(years, start, today)
    options: dict[str, Any] = {"years": span, "begin": begin, "time_limit": time_limit}
    if (what == "scenarios") != bool(scenarios):
        raise OptionError(
            "give scenarios, or what='markets' or what='borders'",
            "请给出情景文件，或选择 what='markets'（三种市场）、what='borders'（逐条边界）",
        )

    def matched(changed: Region) -> Matches:
        key = _texts(changed)
        if key not in made:
            made[key] = ask("match", changed, k=k)
        return made[key]

    made: dict[str, Matches] = {}
    if what == "borders":
        return Compared(None, comparing.border_values(region, matched(region), **options))
    if what == "markets":
        return Compared(comparing.markets(region, matched(region), **options), None)
    return Compared(comparing.run(region, matched, scenarios, progress, **options), None)


def _texts(region: Region) -> str:
    """What matching reads of a Region: the same texts have the same matches."""
    texts = [region[kind].drop("_file", "_sheet", "_row", strict=False) for kind in ("needs", "achievements")]
    return "".join(str(t.hash_rows(seed=1).sum()) + str(t.height) for t in texts)
