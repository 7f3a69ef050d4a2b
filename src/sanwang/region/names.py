"""Names beside identifiers: places, organisations and what they offer, in the reader's language."""

from __future__ import annotations

import polars as pl

from sanwang.region.geography import gazetteer
from sanwang.region.region import Region
from sanwang.standards import places as gb2260


def _name(lang: str, zh: str = "name", en: str = "name_en") -> pl.Expr:
    return pl.col(zh) if lang == "zh" else pl.coalesce(en, zh)


def place_names(region: Region, lang: str) -> pl.DataFrame:
    """One row a place code: place, spot (city code, else the place), spot_name, province, province_name."""
    where = gazetteer(region)
    return where.select(
        "place",
        pl.coalesce("city", "place").alias("spot"),
        pl.coalesce(_name(lang, "city_name", "city_name_en"), _name(lang), "place").alias("spot_name"),
        pl.coalesce("province", "place").alias("province"),
        pl.coalesce(_province(where, lang), "province_name", "name", "place").alias("province_name"),
    )


def _province(where: pl.DataFrame, lang: str) -> pl.Expr:
    """Names of provinces in the language asked for; null where GB/T 2260 has none."""
    found = {code: gb2260.place(code) for code in where["province"].drop_nulls().unique()}
    names = {code: (p.name if lang == "zh" else p.name_en) for code, p in found.items() if p}
    return pl.col("province").replace_strict(names, default=None, return_dtype=pl.String)


def actor_names(region: Region, lang: str) -> pl.DataFrame:
    """One row an actor: actor, actor_name."""
    return region["actors"].select(pl.col("id").alias("actor"), _name(lang).alias("actor_name"))


def titles(region: Region, lang: str) -> dict[str, pl.DataFrame]:
    """For each kind a route names, one row an id: id, its name or title, and the organisation behind it."""
    actors = actor_names(region, lang)

    def of(kind: str, name: str, actor: str) -> pl.DataFrame:
        named = region[kind].select("id", pl.col(name).alias("title"), pl.col(actor).alias("actor"))
        return named.join(actors, on="actor", how="left", maintain_order="left").with_columns(
            pl.coalesce("title", "actor_name", "id")
        )

    return {
        "achievement": of("achievements", "title", "owner"),
        "need": of("needs", "title", "actor"),
        "base": of("bases", "name", "actor"),
        "maker": of("makers", "name", "actor"),
        "product": of("products", "name", "actor"),
        "factor": of("factors", "class", "actor"),
    }


def beside(frame: pl.DataFrame, key: str, names: pl.DataFrame) -> pl.DataFrame:
    """The frame with ``{key}_name`` and ``{key}_actor`` of the ids in its column ``key``."""
    fresh = names.select(
        pl.col("id").alias(key),
        pl.col("title").alias(f"{key}_name"),
        pl.col("actor_name").alias(f"{key}_actor"),
    )
    return frame.join(fresh.unique(key, keep="first"), on=key, how="left", maintain_order="left")
