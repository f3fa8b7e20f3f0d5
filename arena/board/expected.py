"""Expected outcomes in place of verdicts: what a judge's probabilities over the menu come to.

A match of which an order has no known probability is left out and counted, never mixed in by its verdict: a
certain outcome would weigh more than an expected one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arena.board.positions import find_positions
from arena.errors import UsageError
from arena.outcomes import OutcomeRows
from db import Session
from db.boards import MatchArrays, MatchScope
from db.engine import READS
from db.outcome_arrays import ExpectedOutcomes, count_outcome_changes, load_expected_outcomes


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
    n_changes = count_outcome_changes(session)
    known = [one for one in tuple(_recent) if one.of is matches and one.n_changes == n_changes]
    if known:
        expected = known[0].expected
    else:
        expected = _line_up(load_expected_outcomes(session, scope.dataset_id, scope.judge_ids), matches)
        if not matches.match_id.flags.writeable and session.info.get(READS):
            _recent.append(_Recent(n_changes, matches, expected))
    if len(matches) and not len(expected.matches):
        raise UsageError(
            "No verdict here has a known probability. Judge with --param logprobs=true --param"
            " top_logprobs=5, if the provider returns log-probabilities."
        )
    return expected


@dataclass(frozen=True)
class _Recent:
    """Outcomes lined up with shared matches, and how many changes the database had counted by then."""

    n_changes: int
    of: MatchArrays
    expected: Expected


_recent: deque[_Recent] = deque(maxlen=2)
"""Of a million matches 16 MB each."""


def _line_up(stored: Sequence[ExpectedOutcomes], matches: MatchArrays) -> Expected:
    ab, ba = np.full(len(matches), np.nan), np.full(len(matches), np.nan)
    for outcomes in stored if len(matches) else ():
        at = find_positions(matches.match_id, outcomes.match_id)
        for order, is_of in ((ab, outcomes.is_ab), (ba, ~outcomes.is_ab)):
            rows = np.flatnonzero(is_of & (at >= 0))
            order[at[rows]] = outcomes.outcome[rows]
    unknown = ((matches.verdict_ab > 0) & np.isnan(ab)) | ((matches.verdict_ba > 0) & np.isnan(ba))
    if not unknown.any():
        return Expected(matches, ab, ba, 0)
    known = np.flatnonzero(~unknown)
    columns = {name: getattr(matches, name)[known] for name in MatchArrays.__dataclass_fields__}
    for column in columns.values():
        column.flags.writeable = matches.match_id.flags.writeable
    return Expected(MatchArrays(**columns), ab[known], ba[known], int(unknown.sum()))


def expect(rows: OutcomeRows, expected: Expected) -> OutcomeRows:
    """Give each row, which is one order of a match or the mean of both, its expected outcome."""
    if rows.shown_first is None:
        mean = expected.ab + expected.ba
        mean *= 0.5
        one = np.flatnonzero(np.isnan(mean))
        mean[one] = np.where(np.isnan(expected.ab[one]), expected.ba[one], expected.ab[one])
        return replace(rows, outcome=rows.of(mean))
    return replace(rows, outcome=np.where(rows.shown_first > 0, rows.of(expected.ab), rows.of(expected.ba)))
