"""Whether one line of ratings is enough, or a beats b, b beats c and c beats a."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from arena.board.records import BoardQuery
from arena.board_charts.rows import SEED, load_rows
from arena.written import percent
from db import Database
from ranking import Cycle, Matches, measure_transitivity, win_rate_matrix

CLEAR = 3.0
"""A cycle of a z under this is not told from noise: the largest of many is looked at."""
SIGNIFICANT = 0.05
_NO_LOOP = "No loop of contestants was compared, so that there is no cycle to find."
MAX_NUMBERS = 20_000_000
"""Random signs to hold at once; with more prompts the null has fewer draws."""


@dataclass(frozen=True)
class CycleEdge:
    """`winner` got `share` of the points of `n` matches against `loser`."""

    winner: str
    loser: str
    share: float
    n: int


@dataclass(frozen=True)
class CycleRow:
    """Three contestants of whom each tends to beat the next. `is_clear`: |z| of at least CLEAR."""

    edges: tuple[CycleEdge, ...]
    z: float
    is_clear: bool


@dataclass(frozen=True)
class CyclesReport:
    """Shares are in [0, 1]; None where no loop was compared."""

    cyclic_share: float | None
    null_mean: float | None
    null_high: float | None
    p_value: float | None
    null: str
    cycles: tuple[CycleRow, ...]
    sentence: str


def get_cycles(database: Database, query: BoardQuery) -> CyclesReport:
    """Split who beats whom into a line and a rest, and compare the rest with what one line would show."""
    matches = load_rows(database, query).matches
    n_prompts = 1 if matches.prompt_id is None else max(1, len(np.unique(matches.prompt_id)))
    n_draws = int(min(500, max(100, MAX_NUMBERS / n_prompts)))
    found = measure_transitivity(matches, rng=np.random.default_rng(SEED), n_draws=n_draws)
    if math.isnan(found.cyclic_share):
        return CyclesReport(None, None, None, None, "", (), _NO_LOOP)
    share, n = win_rate_matrix(matches), _counts(matches)
    rows = tuple(_row(cycle, matches.names, share, n) for cycle in found.cycles)
    return CyclesReport(
        cyclic_share=found.cyclic_share,
        null_mean=found.null_mean,
        null_high=found.null_high,
        p_value=found.p_value,
        null=found.null,
        cycles=tuple(row for row in rows if row is not None),
        sentence=_sentence(found.cyclic_share, found.null_mean, found.p_value),
    )


def _counts(matches: Matches) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    n = len(matches.names)
    met = np.bincount(matches.a.astype(np.int64) * n + matches.b, minlength=n * n).reshape(n, n)
    total: np.ndarray[tuple[int, int], np.dtype[np.int64]] = met + met.T
    return total


def _row(
    cycle: Cycle,
    names: tuple[str, ...],
    share: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    n: np.ndarray[tuple[int, int], np.dtype[np.int64]],
) -> CycleRow | None:
    """Return the cycle; None where one of its three does not win, so that it is no cycle in words."""
    places = [names.index(name) for name in cycle.names]
    pairs = list(zip(places, [*places[1:], places[0]], strict=True))
    edges = tuple(CycleEdge(names[i], names[j], float(share[i, j]), int(n[i, j])) for i, j in pairs)
    if any(edge.share <= 0.5 for edge in edges):
        return None
    return CycleRow(edges, cycle.z, cycle.z >= CLEAR)


def _sentence(share: float, expected: float, p_value: float) -> str:
    said = f"{percent(share, digits=1)} of who beats whom does not fit one line of ratings"
    if p_value <= SIGNIFICANT:
        return (
            f"{said}, more than the {percent(expected, digits=1)} that chance alone would show: one rating"
            " does not say everything here."
        )
    alone = f"chance alone would show about {percent(expected, digits=1)}"
    return f"{said}; {alone}: no sign that one line is not enough."
