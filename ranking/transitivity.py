"""Is one line of strengths enough? Hodge decomposition of who beats whom, against a Bradley-Terry null.

Jiang, Lim, Yao and Ye (2011), Mathematical Programming 127:203-244: the log-odds of each pair, weighted by
their precision, split into differences of strengths and a cyclic rest. Sampling noise is cyclic too, so
the share of cyclic energy is set against what matches drawn from the fitted model show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.arrays import FloatArray, IndexArray, invert, sum_by
from ranking.blas import one_blas_thread
from ranking.cells import Cells, Terms, sum_cells
from ranking.estimate import Model, estimate_from_cells
from ranking.gram import laplacian
from ranking.matches import Matches
from ranking.scores import dense_labels
from ranking.ties import sigmoid

MAX_TRIANGLES = 2_000_000


@dataclass(frozen=True, eq=False)
class Cycle:
    """Three contestants of whom each tends to beat the next; `curl` is the summed log-odds around."""

    names: tuple[str, ...]
    curl: float
    z: float


@dataclass(frozen=True, eq=False)
class Transitivity:
    """How much of who beats whom is cyclic.

    Attributes
    ----------
    cyclic_share : float
        Cyclic energy over all, in [0, 1]; NaN where no loop was compared.
    null_mean, null_high : float
        Mean and 95 % point of that share under the Bradley-Terry null.
    p_value : float
        Share of null draws with at least as much, counting the data as one more.
    cycles : tuple of Cycle
        Largest first, by |z|.
    null : str
        How the null was drawn.
    """

    cyclic_share: float
    null_mean: float
    null_high: float
    p_value: float
    cycles: tuple[Cycle, ...]
    null: str


def measure_transitivity(
    matches: Matches, *, rng: np.random.Generator, n_draws: int = 500, n_cycles: int = 5
) -> Transitivity:
    """Split the pairs' log-odds and compare their cyclic share with the null's."""
    n = len(matches.names)
    cells = sum_cells(matches, Terms())
    nothing = Transitivity(np.nan, np.nan, np.nan, np.nan, (), "none: no loop was compared")
    if len(cells) < 3 or not _has_loop(cells, n):
        return nothing
    with one_blas_thread(n):
        flow = _Flow(cells, n)
        expected = _null_chance(cells, matches.names)
    share = flow.cyclic_share(cells.score)
    if matches.prompt_id is None:
        null = "matches drawn independently from the fitted model, at each pair's share of ties"
        scores = [_draw_scores(cells, expected, rng) for _ in range(n_draws)]
    else:
        null = "the fitted model plus each prompt's residuals at a random sign"
        scores = _wild_scores(matches, cells, expected, rng, n_draws)
    drawn = np.array([flow.cyclic_share(score) for score in scores])
    p_value = float((1 + (drawn >= share).sum()) / (1 + n_draws))
    cycles = _cycles(flow, cells, matches.names, n_cycles)
    high = float(np.quantile(drawn, 0.95))
    return Transitivity(share, float(drawn.mean()), high, p_value, cycles, null)


class _Flow:
    """Weighted log-odds of the pairs; half a point is added to each side so that all are finite."""

    def __init__(self, cells: Cells, n: int) -> None:
        self.cells, self.n = cells, n
        self.total = cells.weight
        rate = (cells.score + 0.5) / (self.total + 1)
        self.weight = self.total * rate * (1 - rate)
        self.code = cells.a * n + cells.b
        self.inverse = self._inverse()

    def _inverse(self) -> FloatArray:
        """Invert the Laplacian with each group's free shift held: a divergence sums to zero in a group."""
        matrix = laplacian(sum_by(self.code, self.weight, self.n**2), self.n)
        _, group = _groups(self.cells, self.n)
        size = np.maximum(float(np.diagonal(matrix).mean()), 1e-12) / np.bincount(group)
        return invert(matrix + np.where(group[:, None] == group[None, :], size[group], 0.0))

    def log_odds(self, score: FloatArray) -> FloatArray:
        rate = np.clip((score + 0.5) / (self.total + 1), 1e-6, 1 - 1e-6)
        odds: FloatArray = np.log(rate / (1 - rate))
        return odds

    def cyclic_share(self, score: FloatArray) -> float:
        flow = self.log_odds(score)
        weighted = self.weight * flow
        divergence = sum_by(self.cells.a, weighted, self.n) - sum_by(self.cells.b, weighted, self.n)
        potential = self.inverse @ divergence
        rest = flow - (potential[self.cells.a] - potential[self.cells.b])
        energy = float(weighted @ flow)
        return float(self.weight @ rest**2) / energy if energy > 0 else 0.0


def _groups(cells: Cells, n: int) -> tuple[int, IndexArray]:
    """Count the groups never matched with each other, and give each contestant's."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(cells)), (cells.a, cells.b)), shape=(n, n))
    n_groups, group = connected_components(graph, directed=False)
    return int(n_groups), group


def _has_loop(cells: Cells, n: int) -> bool:
    return len(cells) > n - _groups(cells, n)[0]


def _null_chance(cells: Cells, names: tuple[str, ...]) -> FloatArray:
    """Chance of `a` under Bradley-Terry; a prior so weak that it only keeps the unbeaten finite."""
    estimate = estimate_from_cells(cells, cells, Terms(), names, Model(prior_precision=0.01))
    theta = estimate.solution.parameters[: len(names)]
    return sigmoid(theta[cells.a] - theta[cells.b])


def _draw_scores(cells: Cells, chance: FloatArray, rng: np.random.Generator) -> FloatArray:
    total = cells.weight
    n_rows = cells.n_rows.astype(np.int64)
    tie_share = np.minimum(cells.tie / total, 2 * np.minimum(chance, 1 - chance))
    ties = rng.binomial(n_rows, tie_share)
    left = np.clip((chance - tie_share / 2) / np.maximum(1 - tie_share, 1e-12), 0, 1)
    wins = rng.binomial(n_rows - ties, left)
    return np.asarray((wins + 0.5 * ties) * (total / cells.n_rows))


def _wild_scores(
    matches: Matches, cells: Cells, chance: FloatArray, rng: np.random.Generator, n_draws: int
) -> list[FloatArray]:
    """Keep the dependence within prompts: Cameron, Gelbach and Miller (2008), Rev. Econ. Stat. 90:414-427.

    Residuals are taken from each pair's own mean, so that cycles in the data do not enter the null.
    """
    from scipy.sparse import csc_array

    assert matches.prompt_id is not None
    g, size = dense_labels(matches.prompt_id)
    n = len(matches.names)
    a, b, outcome, weight = matches.a, matches.b, matches.outcome, matches.weight
    if weight is not None:
        keep = weight > 0
        a, b, outcome, g, weight = a[keep], b[keep], outcome[keep], g[keep], weight[keep]
    cell_of = np.zeros(n * n, dtype=np.int32)
    cell_of[cells.a * n + cells.b] = cell_of[cells.b * n + cells.a] = np.arange(len(cells))
    cell = cell_of[a.astype(np.int64) * n + b]
    residual = np.where(a > b, 1 - outcome, outcome) - (cells.score / cells.weight)[cell]
    residual *= np.sqrt(cells.n_rows / np.maximum(cells.n_rows - 1, 1))[cell]
    if weight is not None:
        residual *= weight
    # Short floats and signs: what is drawn is noise, of which seven digits are known well enough.
    by_prompt = csc_array((residual.astype(np.float32), (cell, g)), shape=(len(cells), size))
    signs = rng.integers(0, 2, size=(size, n_draws), dtype=np.int8)
    drawn = (by_prompt @ (2 * signs - 1).astype(np.float32)).T
    return list(np.clip(drawn + cells.weight * chance, 0, cells.weight))


def _cycles(flow: _Flow, cells: Cells, names: tuple[str, ...], n_cycles: int) -> tuple[Cycle, ...]:
    """Give the triangles with the largest |curl| over its standard error."""
    n = flow.n
    odds, variance = np.zeros((n, n)), np.full((n, n), np.inf)
    value = flow.log_odds(cells.score)
    odds[cells.a, cells.b], odds[cells.b, cells.a] = value, -value
    variance[cells.a, cells.b] = variance[cells.b, cells.a] = 1 / flow.weight
    found: list[Cycle] = []
    triangles = 0
    for i in range(n - 2):
        j, k = np.triu_indices(n - i - 1, 1)
        j, k = j + i + 1, k + i + 1
        triangles += len(j)
        if triangles > MAX_TRIANGLES:
            break
        curl = odds[i, j] + odds[j, k] + odds[k, i]
        z = curl / np.sqrt(variance[i, j] + variance[j, k] + variance[k, i])
        for t in np.argsort(-np.abs(z))[:n_cycles]:
            if z[t] != 0:
                around = (i, int(j[t]), int(k[t])) if curl[t] > 0 else (i, int(k[t]), int(j[t]))
                found.append(Cycle(tuple(names[m] for m in around), abs(float(curl[t])), abs(float(z[t]))))
        found = sorted(found, key=lambda cycle: -cycle.z)[:n_cycles]
    return tuple(found)
