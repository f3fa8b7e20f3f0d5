"""The calibrated lens: the judge's matches, corrected by the pairs that people decided too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from arena.board.evidence import VoteEvidence
from arena.outcomes import OUTCOME
from ranking import InvalidMatchesError, Matches, NotConvergedError, Ratings
from ranking.calibrated import fit_calibrated


def calibrate(votes: VoteEvidence, ids: NDArray[np.int64], judged: Matches) -> Ratings:
    """Correct the judge by what people decided too; without enough of that, rate nobody and say so.

    Parameters
    ----------
    ids : NDArray of int64, shape (n_contestants,)
        Database ids of the contestants of `judged`, in its order.
    """
    among = np.isin(votes.matches.contestant_a, ids) & np.isin(votes.matches.contestant_b, ids)
    verdict = np.where(votes.matches.verdict_ab > 0, votes.matches.verdict_ab, votes.matches.verdict_ba)
    human = Matches(
        np.searchsorted(ids, votes.matches.contestant_a[among]),
        np.searchsorted(ids, votes.matches.contestant_b[among]),
        OUTCOME[verdict[among]],
        judged.names,
        prompt_id=votes.matches.prompt_id[among],
    )
    probability = votes.probability[among]
    is_known = bool(len(probability)) and not np.isnan(probability).all()
    try:
        fitted = fit_calibrated(judged, human, probability=probability if is_known else None)
    except (InvalidMatchesError, NotConvergedError) as error:
        return _unrated(judged, f"No calibrated rating: {error}.")
    notes = [
        f"Calibrated by {fitted.n_decided_by_people:,} of {fitted.n_units:,} pairs that people decided too;"
        f" the judge counts with weight {fitted.judge_weight:.2f}. Assumed: {fitted.assumption}."
    ]
    if fitted.n_votes_left_out:
        notes.append(
            f"{fitted.n_votes_left_out:,} votes are left out: the judge did not decide their pair, or how the"
            " pair was picked is unknown."
        )
    return replace(fitted.ratings, notes=(*notes, *fitted.ratings.notes))


def _unrated(matches: Matches, why: str) -> Ratings:
    """Return ratings that say nothing of anybody."""
    n = len(matches.names)
    nothing = np.full(n, np.nan)
    return Ratings(
        names=matches.names,
        theta=nothing,
        covariance=np.full((n, n), np.nan),
        rating=nothing,
        low=nothing,
        high=nothing,
        rank_low=np.ones(n, dtype=np.intp),
        rank_high=np.full(n, n, dtype=np.intp),
        n_matches=np.zeros(n),
        component=np.zeros(n, dtype=np.intp),
        notes=(why,),
        reasons=("too few pairs decided by people",) * n,
        method="calibrated",
        interval_method="none",
    )
