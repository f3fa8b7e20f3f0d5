"""Verdicts of people, and of one judge on the same pairs of responses, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.match_arrays import MatchScope, load_matches
from db.packed_matches import StoredMatches
from db.tables import JudgeRow

_LEAN = np.array([0, 1, -1, 0, 0])
"""By verdict code: only `a` and `b` lean to a side."""


@dataclass(frozen=True)
class LeanArrays:
    """One row a match, oldest first; each array has shape (n_matches,).

    `lean` is 1 where a is better, -1 where b is, 0 otherwise: a tie, both bad, or two orders that differ.
    `tilt` counts one order for a side and one for neither as that side, as the list of matches does.
    """

    judge_id: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    response_a: NDArray[np.int64]
    response_b: NDArray[np.int64]
    lean: NDArray[np.int64]
    tilt: NDArray[np.int64]


def load_people_leans(session: Session, dataset_id: int) -> LeanArrays:
    """Return every vote of every person."""
    return _leans(_load_votes(session, dataset_id))


def load_judge_leans(session: Session, dataset_id: int, judge_id: int) -> LeanArrays:
    """Return the judge's scored matches on pairs of responses that people voted on."""
    votes = _load_votes(session, dataset_id)
    judged = load_matches(session, MatchScope(dataset_id, (judge_id,)))
    return _leans(judged.take(np.isin(_pairs(judged), _pairs(votes))))


def _load_votes(session: Session, dataset_id: int) -> StoredMatches:
    people = tuple(session.scalars(select(JudgeRow.id).where(JudgeRow.kind == "human")))
    return load_matches(session, MatchScope(dataset_id, people))


def _pairs(matches: StoredMatches) -> NDArray[np.int64]:
    """Give each pair of responses one number; ids are below 2**31."""
    return np.asarray(matches.response_a * 2**31 + matches.response_b)


def _leans(matches: StoredMatches) -> LeanArrays:
    scored = matches.take(matches.reason == 0)
    ab, ba = _LEAN[scored.verdict_ab], _LEAN[scored.verdict_ba]
    is_single = (scored.verdict_ab == 0) | (scored.verdict_ba == 0)
    return LeanArrays(
        judge_id=scored.judge_id,
        prompt_id=scored.prompt_id,
        response_a=scored.response_a,
        response_b=scored.response_b,
        lean=np.where(is_single, ab + ba, np.where(scored.verdict_ab == scored.verdict_ba, ab, 0)),
        tilt=np.sign(ab + ba),
    )
