"""Matching declared as a study."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import polars as pl

from sanwang.collaboration.encoder import Encoder
from sanwang.collaboration.judge import ANSWERS, Judge, judge_of
from sanwang.collaboration.judging import opinions
from sanwang.collaboration.match import match as find
from sanwang.collaboration.match import typed_need
from sanwang.collaboration.matches import Matches
from sanwang.collaboration.sureness import held_out, verdicts
from sanwang.collaboration.tiers import for_viewer
from sanwang.engine.port import Engine
from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.region.names import beside, titles
from sanwang.study.declare import Report, study
from sanwang.study.option import Option, OptionType, Unreadable, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Table, column, field_column
from sanwang.study.words import say, word


def shown(found: Matches, region: Region, lang: str) -> Shown:
    """The ranked pairs with names beside ids."""
    table = matches_table(found, region, lang)
    needs = found.frame["need"].n_unique()
    said = say(
        "matches_said", lang, needs=needs, pairs=f"{found.frame.height:,}", pool=region["achievements"].height
    )
    notes = [*found.notices, say("score_note", lang), say("encoder_note", lang, encoder=found.encoder)]
    more = [
        t for t in (verdicts_table(found, region, lang), opinions_table(found, region, lang)) if t is not None
    ]
    return Shown(
        say("matches_title", lang), [said], [table, *more], notes=[*notes, *_judged_notes(found, lang)]
    )


def opinions_table(found: Matches, region: Region, lang: str) -> Table | None:
    """What an outside judge said of the first results, with its quotes; None where none was named."""
    if found.judged is None:
        return None
    names = titles(region, lang)
    frame = beside(beside(found.judged.frame, "need", names["need"]), "achievement", names["achievement"])
    words = {w: word("opinions", w, lang) for w in ANSWERS}
    lists = ("need_quotes", "result_quotes", "doubts")
    frame = frame.with_columns(pl.col("opinion").replace(words), *(pl.col(c).list.join("\n") for c in lists))
    columns = (
        field_column("needs", "id", "need", "id", lang), column("need_name", "text", lang),
        field_column("achievements", "id", "achievement", "id", lang),
        field_column("achievements", "title", "achievement_name", "text", lang), column("opinion", "text", lang),
        *(column(c, "long", lang) for c in lists), column("model", "text", lang),
    )  # fmt: skip
    note, brief = say("opinions_note", lang), ("need_name", "achievement_name", "opinion", "doubts")
    return Table(
        "opinions", say("opinions_title", lang), frame, columns, note, brief, data=found.judged.frame
    )


def _judged_notes(found: Matches, lang: str) -> list[str]:
    """How many pairs have no opinion and why; nothing where all do."""
    one = found.judged
    if one is None or not (one.closed or one.refused or one.unasked):
        return []
    return [say("opinions_left", lang, closed=one.closed, refused=one.refused, unasked=one.unasked)
            + (f" {one.why}" if one.why else "")]  # fmt: skip


def verdicts_table(found: Matches, region: Region, lang: str) -> Table | None:
    """One row a need: whether the pool holds anything for it, in words; None where the encoder was not judged."""
    rows = verdicts(found.sure, lang)
    if rows.is_empty():
        return None
    frame = beside(rows, "need", titles(region, lang)["need"])
    columns = (
        field_column("needs", "id", "need", "id", lang),
        column("need_name", "text", lang, under=("need", "need_actor")),
        column("verdict_said", "text", lang),
    )
    note = say("verdicts_note", lang, **held_out())
    return Table(
        "verdicts",
        say("verdicts_title", lang),
        frame.rename({"said": "verdict_said"}),
        columns,
        note,
        data=rows,
    )


def pair_columns(lang: str) -> tuple[Column, ...]:
    """Need, rank, result, score and reasons of a pair, with what stands below the names."""
    return (
        field_column("needs", "id", "need", "id", lang),
        column("need_name", "text", lang, under=("need", "need_actor")),
        column("rank", "int", lang),
        field_column("achievements", "id", "achievement", "id", lang),
        field_column(
            "achievements",
            "title",
            "achievement_name",
            "text",
            lang,
            under=("achievement", "achievement_actor"),
        ),
        column("score", "score", lang),
        column("reasons", "marks", lang),
    )


def matches_table(found: Matches, region: Region, lang: str) -> Table:
    """One row a pair: need, rank, result, score, reasons."""
    names = titles(region, lang)
    frame = beside(beside(found.frame, "need", names["need"]), "achievement", names["achievement"])
    brief = ("need_name", "rank", "achievement", "achievement_name", "score", "reasons")
    keys = ["need", "achievement"]
    named = frame.select(*keys, "need_name", "achievement_name").unique(keys, keep="first")
    whole_ = found.frame.join(named, on=keys, how="left", maintain_order="left")
    return Table("matches", say("matches", lang), frame, pair_columns(lang), brief=brief, data=whole_)


def data(found: Matches, region: Region) -> dict[str, object]:
    """The encoder, every pair, and the chances by the judged sample that ships."""
    return {
        "encoder": found.encoder,
        "notices": list(found.notices),
        "matches": found.frame,
        "sure": found.sure,
        **({} if found.judged is None else {"opinions": found.judged.frame}),
    }


def _encoder(given: object) -> object:
    if isinstance(given, str) or hasattr(given, "name"):
        return given
    raise Unreadable("the name of an encoder, or an Encoder, is wanted", "应为编码器的名称或 Encoder 对象")


def _judge(given: object) -> object:
    if isinstance(given, str):
        try:
            return judge_of(given)
        except OptionError as error:
            raise Unreadable(error.said("en"), error.said("zh")) from error
    if hasattr(given, "opinion"):
        return given
    raise Unreadable("MODEL@https://host/v1, or a Judge, is wanted", "应为 模型@地址 或 Judge 对象")


ENCODER = OptionType("encoder", "NAME", _encoder)
JUDGE = OptionType("judge", "MODEL@ADDRESS", _judge)


@study("match", show=shown, data=data)
def match(
    region: Region,
    *,
    k: Annotated[int, Option("每条需求给出几项成果", "results a need", whole(1, 1000), names=("-k",))] = 20,
    text: Annotated[str | None, Option("直接输入一条需求", "a need in words")] = None,
    viewer: Annotated[
        Literal["public", "members", "nda"] | None,
        Option(
            "给谁看：其无权看的成果与需求只给申请号",
            "who will read it: what he may not see is a number to ask with",
        ),
    ] = None,
    encoder: Annotated[
        Encoder | str | None,
        Option(
            "编码器：随附的，或 folder:目录、sentence-transformers:模型、openai:模型@地址",
            "the encoder: bundled, or folder:DIR, sentence-transformers:MODEL, openai:MODEL@ADDRESS",
            ENCODER,
        ),
    ] = None,
    explain: Annotated[bool, Option("给出理由", "with reasons")] = True,
    judge: Annotated[
        Judge | None,
        Option(
            "外部评判：模型@https://地址/v1；指定后才把非保密的需求与成果文字发给它",
            "an outside judge, MODEL@https://host/v1: only then are texts that are not under agreement sent to it",
            JUDGE,
        ),
    ] = None,
    judged: Annotated[int, Option("每条需求评判前几项", "results a need that are judged", whole(1, 100))] = 3,
    lang: str = "zh",
    progress: Report | None = None,
    engine: Engine | None = None,
) -> Matches:
    """The achievements that fit each need best, across Chinese and English, with reasons that quote both records.

    Scores are an order and not probabilities. Raises DataError where there is no need or no achievement.
    """
    found = find(
        region, k=k, text=text, lang=lang, encoder=encoder, progress=progress, explain=explain, engine=engine
    )
    if judge is not None and viewer is None:
        asked = region if text is None else region.with_tables(needs=typed_need(text))
        found = replace(found, judged=opinions(asked, found.frame, judge, judged, progress))
    return found if viewer is None else for_viewer(found, region, viewer, lang=lang)
