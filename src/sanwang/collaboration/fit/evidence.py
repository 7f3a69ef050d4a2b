"""What speaks for and against a station doing a job: texts and activities apart, one number each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.fit.abilities import Station
from sanwang.collaboration.fit.activities import Marks, activities, forms, marks_of_result, marks_of_station
from sanwang.collaboration.terms import commonness, matrix, rarity, shared, terms

Floats = npt.NDArray[np.float64]
Encode = Callable[[Sequence[str], str], npt.NDArray[np.float32]]
"""Unit vectors of texts in a role, ``query`` or ``passage``."""

FEATURES = ("closeness", "overlap", "main", "denied", "likeness", "clause", "form", "wording")
"""Columns of the evidence, in order."""

HEAD = 1000
SHARED = 50.0
"""How steeply shared wording counts: a fiftieth in common, one rare word of a text, is what counts as much."""
FEW = 16
"""Texts below which their own mean says nothing and that of the activities' descriptions is taken off."""


@dataclass(frozen=True)
class Job:
    """A result or a need as it is to be made: title, text and IPC symbols."""

    id: str
    title: str
    body: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Evidence of jobs × stations, shape (jobs, stations, features), and the marks it was read from."""

    table: Floats
    jobs: tuple[Marks, ...]
    stations: tuple[Marks, ...]


def evidence(jobs: Sequence[Job], stations: Sequence[Station], encode: Encode) -> Evidence:
    """All evidence of every job with every station.

    Closeness is the cosine of job and abilities, less the mean of each side; likeness is the agreement of both with
    the activities' descriptions by the same encoder; overlap, main, denied and form come from cues and codes; wording
    is what both texts share of words that few stations use.
    """
    left = tuple(marks_of_result(j.title, j.body, j.codes) for j in jobs)
    right = tuple(marks_of_station(s) for s in stations)
    close, clause, like = _texts(jobs, stations, encode)
    wanted, able = _rows(left, 1.0), _rows(right, 0.5)
    lacking = np.minimum(np.array([m.denied for m in right]), 2.0) / 2
    table = np.stack(
        [
            close,
            wanted @ able.T,
            _main(left, right),
            wanted @ lacking.T,
            like,
            clause,
            _form(wanted, able),
            _wording(jobs, stations),
        ],
        axis=-1,
    )
    return Evidence(table, left, right)


def _wording(jobs: Sequence[Job], stations: Sequence[Station]) -> Floats:
    able = [terms(s.text) for s in stations]
    weight = rarity(commonness(able), len(able))
    asked = matrix([terms(f"{j.title}\n{j.body[:HEAD]}") for j in jobs], weight)
    return np.log1p(SHARED * shared(asked, matrix(able, weight).T).astype(np.float64))


def _rows(marks: Sequence[Marks], calm: float) -> Floats:
    table = np.array([m.weights for m in marks])
    return table / np.sqrt((table**2).sum(axis=1, keepdims=True) + calm)


def _main(jobs: Sequence[Marks], stations: Sequence[Marks]) -> Floats:
    """How far a station covers the job's main activity, or the second one at a discount."""
    able = np.minimum(np.array([m.weights for m in stations]), 1.5)
    rows: list[Floats] = []
    for job in jobs:
        first, second = np.argsort(-job.weights, kind="stable")[:2]
        near = 0.7 * able[:, second] * float(job.weights[second] > 1)
        rows.append(np.maximum(able[:, first], near) * float(job.weights[first] > 1.5))
    return np.array(rows)


def _form(wanted: Floats, able: Floats) -> Floats:
    """How far both make things of one form: chemicals, parts, devices, software."""
    _, table = forms()
    left, right = wanted @ table, able @ table
    left /= np.maximum(left.sum(axis=1, keepdims=True), 1e-9)
    right /= np.maximum(right.sum(axis=1, keepdims=True), 1e-9)
    return left @ right.T


def _texts(jobs: Sequence[Job], stations: Sequence[Station], encode: Encode) -> tuple[Floats, Floats, Floats]:
    wanted = _vectors([f"{j.title}\n{j.body[:HEAD]}" for j in jobs], "query", encode)
    wanted = _unit(wanted + _vectors([j.title or j.body[:60] for j in jobs], "query", encode))
    told = [f"{a.zh}：{'、'.join(a.result)[:200]}" for a in activities()]
    done = [f"{a.zh}：{'、'.join(a.station)}" for a in activities()]
    asked, offered = _vectors(told, "query", encode), _vectors(done, "passage", encode)
    able = _vectors([s.text for s in stations], "passage", encode)
    left, right = _centred(wanted, asked), _centred(able, offered)
    tags, rungs = _centred(asked, asked), _centred(offered, offered)
    reference = tags @ rungs.T
    middle, spread = float(reference.mean()), max(float(reference.std()), 1e-6)
    like = np.log1p(_tagged(left, tags) @ _tagged(right, rungs).T)
    return (left @ right.T - middle) / spread, _clauses(left, stations, offered, encode, middle, spread), like


def _clauses(
    jobs: Floats, stations: Sequence[Station], offered: Floats, encode: Encode, middle: float, spread: float
) -> Floats:
    """The closeness of the two nearest clauses of each station's abilities."""
    parts = [
        [c for c in re.split(r"[。；;，,、\n]", s.text) if len(c) > 1] or [s.name or s.id] for s in stations
    ]
    ends = np.cumsum([len(p) for p in parts])[:-1]
    flat = _centred(_vectors([c for p in parts for c in p], "passage", encode), offered)
    near = (jobs @ flat.T - middle) / spread
    return np.stack([np.sort(p, axis=1)[:, -2:].mean(axis=1) for p in np.split(near, ends, axis=1)], axis=1)


def _tagged(texts: Floats, tags: Floats) -> Floats:
    """How far each activity's description stands out for a text: squared deviations above its own mean."""
    alike = texts @ tags.T
    if len(texts) >= FEW:
        alike = alike - alike.mean(axis=0)
    deviation = (alike - alike.mean(axis=1, keepdims=True)) / np.maximum(
        alike.std(axis=1, keepdims=True), 1e-9
    )
    return np.maximum(deviation, 0.0) ** 2


def _vectors(texts: Sequence[str], role: str, encode: Encode) -> Floats:
    return encode(texts, role).astype(np.float64)


def _centred(vectors: Floats, others: Floats) -> Floats:
    """Vectors less their mean, or that of the descriptions where they are few, of length one."""
    return _unit(vectors - (vectors if len(vectors) >= FEW else others).mean(axis=0))


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
