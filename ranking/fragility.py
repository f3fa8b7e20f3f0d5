"""How few matches hold up the first place: found by influence, verified by refitting.

Broderick, Giordano and Meager (2020), arXiv 2011.14999: a row's first-order influence on a difference is
its score times the inverse information; removing the most influential rows together is a good guess, and
the refit makes it a fact. So the number is an upper bound on the fewest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.arrays import FloatArray, IndexArray
from ranking.blas import one_blas_thread
from ranking.covariance import inverse_information
from ranking.errors import NotConvergedError
from ranking.estimate import Estimate, Model, estimate_strengths
from ranking.matches import Matches
from ranking.scores import row_scores

MAX_RIVALS = 5
FIRST_SORTED = 1_000


@dataclass(frozen=True, eq=False)
class Fragility:
    """A small set of matches without which another contestant comes first.

    Attributes
    ----------
    first, rival : str
        Who comes first with all matches, and who without `rows`; both empty where there is no first.
    rows : positions of the matches to remove; empty where no set was found
    share : their part of all matches
    """

    first: str
    rival: str
    rows: IndexArray
    share: float


def measure_fragility(matches: Matches, *, max_share: float = 0.5) -> Fragility:
    """Find few matches whose removal changes first place of the half-win fit.

    Parameters
    ----------
    matches : Matches
    max_share : float
        Largest part of the matches to try to remove.
    """
    none = Fragility("", "", np.zeros(0, dtype=np.intp), np.nan)
    if not len(matches) or len(matches.names) < 2:
        return none
    with one_blas_thread(len(matches.names)):
        estimate = estimate_strengths(matches, Model())
        if estimate.found.n_components > 1:
            return none
        theta = estimate.solution.parameters[: len(matches.names)]
        order = np.argsort(-theta, kind="stable")
        best = none
        limit = int(max_share * len(matches))
        for rival in order[1 : 1 + MAX_RIVALS]:
            rows = _fewest_rows(matches, estimate, int(order[0]), int(rival), limit)
            if rows is not None:
                limit = min(limit, len(rows) - 1)
                share = len(rows) / len(matches)
                best = Fragility(matches.names[order[0]], matches.names[rival], rows, share)
        return best if len(best.rows) else Fragility(matches.names[order[0]], "", best.rows, np.nan)


def _fewest_rows(
    matches: Matches, estimate: Estimate, first: int, rival: int, limit: int
) -> IndexArray | None:
    """Give the shortest run of the most influential rows that verifiably puts the rival ahead, if any."""
    ranked = _Ranked(_influence(matches, estimate, first, rival), limit)
    theta = estimate.solution.parameters
    k = ranked.n_to_close(float(theta[first] - theta[rival]))
    while k <= ranked.size and not _overtakes(matches, ranked.most(k), first, rival):
        k = max(k + 1, int(1.3 * k))
    if k > ranked.size:
        if not ranked.size or not _overtakes(matches, ranked.most(ranked.size), first, rival):
            return None
        k = ranked.size
    low = 0
    while k - low > 1:
        middle = (low + k) // 2
        if _overtakes(matches, ranked.most(middle), first, rival):
            k = middle
        else:
            low = middle
    return ranked.most(k)


class _Ranked:
    """Rows whose removal helps the rival, the most influential first: sorted only as far as anybody asks."""

    def __init__(self, influence: FloatArray, limit: int) -> None:
        self.influence = influence
        self.size = min(limit, int(np.count_nonzero(influence < 0)))
        self.sorted = np.zeros(0, dtype=np.intp)

    def most(self, k: int) -> IndexArray:
        """Give the first k, a tie being broken by the row's place."""
        if k > len(self.sorted):
            n = min(self.size, max(FIRST_SORTED, 4 * k))
            among = np.arange(len(self.influence))
            if n < len(self.influence):
                among = np.flatnonzero(self.influence <= np.partition(self.influence, n - 1)[n - 1])
            self.sorted = among[np.argsort(self.influence[among], kind="stable")][: self.size]
        return self.sorted[:k]

    def n_to_close(self, gap: float) -> int:
        """Count the rows that by their influence close the gap; one more than there are if none do."""
        n = min(FIRST_SORTED, self.size)
        while True:
            closed = np.cumsum(-self.influence[self.most(n)])
            if n == self.size or closed[-1] >= gap:
                return int(np.searchsorted(closed, gap)) + 1
            n = min(4 * n, self.size)


def _influence(matches: Matches, estimate: Estimate, first: int, rival: int) -> FloatArray:
    """First-order change of theta_first - theta_rival when each row is removed."""
    inverse = inverse_information(estimate.problem, estimate.solution)
    direction = inverse[first] - inverse[rival]
    score, _ = row_scores(matches, estimate.terms, estimate.problem, estimate.solution)
    influence: FloatArray = (direction[matches.b] - direction[matches.a]) * score
    return influence


def _overtakes(matches: Matches, rows: IndexArray, first: int, rival: int) -> bool:
    """Refit without the rows; a fit that is no longer finite proves nothing."""
    keep = np.ones(len(matches), dtype=bool)
    keep[rows] = False
    if not keep.any():
        return False
    try:
        estimate = estimate_strengths(matches.take(keep), Model())
    except NotConvergedError:
        return False
    theta = estimate.solution.parameters
    return estimate.found.n_components == 1 and bool(theta[rival] > theta[first])
