"""Expected outcomes in place of verdicts: what a judge's probabilities over the menu come to.

A match of which an order has no known probability is left out and counted, never mixed in by its verdict: a
certain outcome would weigh more than an expected one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arena.errors import UsageError
from arena.outcomes import OutcomeRows
from db import Session, boards
from db.boards import MatchArrays, MatchScope


@dataclass(frozen=True)
class Expected:
    """Matches whose every order has a known probability, and the expected outcome of `a` in each order.

    `ab` and `ba` have shape (n_matches,); NaN in an order that was not shown.
    """

    matches: MatchArrays
    ab: NDArray[np.float64]
    ba: NDArray[np.float64]
    n_left_out: int


def load_expected(session: Session, scope: MatchScope, matches: MatchArrays) -> Expected:
    """Read the probabilities of these matches.

    Raises
    ------
    UsageError
        If there are matches and none has a probability in every order.
    """
    stored = boards.load_expected_outcomes(session, scope.judge_ids)
    orders = []
    for is_ab in (1, 0):
        outcome = np.full(len(matches), np.nan)
        which = stored.is_ab == is_ab
        at = np.searchsorted(matches.match_id, stored.match_id[which])
        at = np.minimum(at, max(len(matches) - 1, 0))
        if len(matches):
            found = matches.match_id[at] == stored.match_id[which]
            outcome[at[found]] = stored.outcome[which][found]
        orders.append(outcome)
    ab, ba = orders
    unknown = ((matches.verdict_ab > 0) & np.isnan(ab)) | ((matches.verdict_ba > 0) & np.isnan(ba))
    if len(matches) and unknown.all():
        raise UsageError(
            "No verdict here has a known probability. Judge with --param logprobs=true --param"
            " top_logprobs=5, if the provider returns log-probabilities."
        )
    known = np.flatnonzero(~unknown)
    kept = MatchArrays(*(getattr(matches, name)[known] for name in MatchArrays.__dataclass_fields__))
    return Expected(kept, ab[known], ba[known], int(unknown.sum()))


def expect(rows: OutcomeRows, expected: Expected) -> OutcomeRows:
    """Give each row, which is one order of a match, its expected outcome."""
    outcome = np.where(rows.shown_first > 0, expected.ab[rows.match], expected.ba[rows.match])
    return replace(rows, outcome=outcome)
