"""Verdicts of people, and of one judge on the same pairs of responses, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from db.tables import JudgeRow, MatchRow

LEANS = {"a": 1, "b": -1}
"""Every other verdict leans to neither side."""


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
    people = select(JudgeRow.id).where(JudgeRow.kind == "human")
    return _to_arrays(session, _leans(dataset_id).where(MatchRow.judge_id.in_(people)))


def load_judge_leans(session: Session, dataset_id: int, judge_id: int) -> LeanArrays:
    """Return the judge's scored matches on pairs of responses that people voted on."""
    people = select(JudgeRow.id).where(JudgeRow.kind == "human")
    voted = (
        select(MatchRow.response_a_id.label("a"), MatchRow.response_b_id.label("b"))
        .where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id.in_(people))
        .distinct()
        .subquery()
    )
    same_pair = (MatchRow.response_a_id == voted.c.a) & (MatchRow.response_b_id == voted.c.b)
    return _to_arrays(session, _leans(dataset_id).join(voted, same_pair).where(MatchRow.judge_id == judge_id))


def _lean(column: Any) -> Any:
    return case(*((column == verdict, value) for verdict, value in LEANS.items()), else_=0)


def _sign(number: Any) -> Any:
    return case((number > 0, 1), (number < 0, -1), else_=0)


def _leans(dataset_id: int) -> Select[*tuple[Any, ...]]:
    ab, ba = (
        func.coalesce(MatchRow.verdict_ab, MatchRow.verdict_ba),
        func.coalesce(MatchRow.verdict_ba, MatchRow.verdict_ab),
    )
    both = case((ab == ba, _lean(ab)), else_=0)
    tilt = _sign(_lean(MatchRow.verdict_ab) + _lean(MatchRow.verdict_ba))
    query: Select[*tuple[Any, ...]] = select(
        MatchRow.judge_id, MatchRow.prompt_id, MatchRow.response_a_id, MatchRow.response_b_id, both, tilt
    )
    in_scope = query.where(MatchRow.dataset_id == dataset_id, MatchRow.state == "scored")
    return in_scope.order_by(MatchRow.id)


def _to_arrays(session: Session, query: Select[*tuple[Any, ...]]) -> LeanArrays:
    flat = np.fromiter(chain.from_iterable(session.execute(query)), dtype=np.int64)
    return LeanArrays(*(np.ascontiguousarray(column) for column in flat.reshape(-1, 6).T))
