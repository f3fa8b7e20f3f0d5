"""The alternative annotator test, which says whether a judge may stand in for the raters.

Calderon, Reichart and Dror (2025), arXiv 2501.10970. Each rater in turn is left out; the judge wins against
that rater if it agrees with the remaining ones as well, up to a margin epsilon. Here the test of each rater
is clustered by prompt; with one item a prompt it is the paper's one-sample t test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.errors import InvalidMatchesError
from ranking.scores import dense_labels

MIN_ITEMS = 30  # per rater, as the paper asks for its t test
MIN_RATERS = 2


@dataclass(frozen=True, eq=False)
class AnnotatorTest:
    """What the test says.

    Attributes
    ----------
    winning_rate : share of tested raters whom the judge beats within epsilon; NaN where none could be tested
    advantage : mean chance that the judge agrees with the remaining raters at least as well as the one left
        out (the paper's rho)
    p_values : one a rater, NaN where a rater has too few items
    n_items : one a rater
    passes : winning_rate >= 0.5
    note : why there is no result, or what weakens it
    """

    winning_rate: float
    advantage: float
    p_values: FloatArray
    n_items: IndexArray
    passes: bool
    note: str


def alternative_annotator_test(
    judge: ArrayLike,
    raters: ArrayLike,
    *,
    epsilon: float = 0.1,
    false_discovery_rate: float = 0.05,
    prompt_id: ArrayLike | None = None,
) -> AnnotatorTest:
    """Test whether the judge represents the raters as well as each of them does.

    Parameters
    ----------
    judge : array of shape (n_items,)
        Labels; NaN where the judge has none.
    raters : array of shape (n_raters, n_items)
        Labels; NaN where a rater did not rate.
    epsilon : float
        How much worse the judge may be for what it saves: 0.2 for experts, 0.15 for skilled raters, 0.1 for
        crowd workers (the paper's section 3.3).
    """
    said, table = np.asarray(judge, dtype=np.float64), np.asarray(raters, dtype=np.float64)
    if table.ndim != 2 or said.shape != table.shape[1:]:
        raise InvalidMatchesError(f"one label an item: judge {said.shape}, raters {table.shape}")
    labels: NDArray[np.generic] = np.arange(len(said)) if prompt_id is None else np.asarray(prompt_id)
    tests = [_leave_out(said, table, rater, labels, epsilon) for rater in range(len(table))]
    p_values = np.array([test.p_value for test in tests])
    n_items = np.array([test.n_items for test in tests], dtype=np.intp)
    tested = np.flatnonzero(~np.isnan(p_values))
    if len(tested) < MIN_RATERS:
        note = f"needs {MIN_RATERS} raters with {MIN_ITEMS} shared items each; {len(tested)} have them"
        return AnnotatorTest(np.nan, np.nan, p_values, n_items, passes=False, note=note)
    n_beaten = int(_rejected(p_values[tested], false_discovery_rate).sum())
    rate = n_beaten / len(tested)
    advantage = float(np.mean([tests[k].advantage for k in tested]))
    note = "two raters have no consensus: three are better" if len(tested) == MIN_RATERS else ""
    return AnnotatorTest(rate, advantage, p_values, n_items, passes=rate >= 0.5, note=note)


@dataclass(frozen=True)
class _LeftOut:
    p_value: float
    advantage: float
    n_items: int


def _leave_out(
    judge: FloatArray, raters: FloatArray, rater: int, prompt_id: NDArray[np.generic], epsilon: float
) -> _LeftOut:
    rest = np.delete(raters, rater, axis=0)
    n_rest = (~np.isnan(rest)).sum(axis=0)
    shared = ~np.isnan(judge) & ~np.isnan(raters[rater]) & (n_rest > 0)
    n = int(shared.sum())
    if n < MIN_ITEMS:
        return _LeftOut(np.nan, np.nan, n)
    rest, left_out, said = rest[:, shared], raters[rater, shared], judge[shared]
    of_judge, of_rater = (rest == said).sum(axis=0), (rest == left_out).sum(axis=0)
    judge_wins, rater_wins = of_judge >= of_rater, of_rater >= of_judge
    lead = rater_wins.astype(np.float64) - judge_wins - epsilon
    return _LeftOut(_one_sided_p(lead, prompt_id[shared]), float(judge_wins.mean()), n)


def _one_sided_p(lead: FloatArray, prompt_id: NDArray[np.generic]) -> float:
    """P that a mean lead this far below zero comes of a mean of zero."""
    from scipy.special import stdtr

    g, size = dense_labels(prompt_id)
    present = np.flatnonzero(np.bincount(g, minlength=size))
    mean = float(lead.mean())
    sums = sum_by(g, lead - mean, size)[present]
    n = len(present)
    if n < 2:
        return float("nan")
    error = float(np.sqrt(n / (n - 1) * (sums @ sums))) / len(lead)
    if error <= 0:
        return 0.0 if mean < 0 else 1.0
    return float(stdtr(n - 1, mean / error))


def _rejected(p_values: FloatArray, rate: float) -> IndexArray:
    """Benjamini and Yekutieli (2001), Annals of Statistics 29:1165-1188."""
    m = len(p_values)
    order = np.argsort(p_values, kind="stable")
    limit = rate * np.arange(1, m + 1) / (m * (1 / np.arange(1, m + 1)).sum())
    below = np.flatnonzero(p_values[order] <= limit)
    rejected = np.zeros(m, dtype=bool)
    rejected[order[: below[-1] + 1 if len(below) else 0]] = True
    return rejected
