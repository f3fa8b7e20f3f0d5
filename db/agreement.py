"""Votes, and the matches of other judges on the same pairs of responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from db.match_arrays import MatchScope, list_dataset_ids, load_matches
from db.packed_matches import StoredMatches, number_pairs, read_matches
from db.tables import JudgeRow, MatchRow, MatchTallyRow

_FEW_VOTES: Final = 0.05
"""Up to this share of a data set's matches, looking up what was voted on is quicker than reading them all."""


@dataclass(frozen=True)
class VotedMatches:
    """Scored matches in stored order: every vote, and what the judges said of the same two responses."""

    votes: StoredMatches
    judged: StoredMatches


def load_voted_matches(
    session: Session, dataset_id: int | None, judge_ids: Sequence[int] | None = None
) -> VotedMatches:
    """Return the votes with the matches of these judges, None: of all that are no people."""
    kinds = {row[0]: row[1] for row in session.execute(select(JudgeRow.id, JudgeRow.kind))}
    people = tuple(one for one, kind in kinds.items() if kind == "human")
    others = tuple(one for one in kinds if one not in people) if judge_ids is None else tuple(judge_ids)
    if _count(session, dataset_id, people) > _FEW_VOTES * _count(session, dataset_id, tuple(kinds)):
        return _select_voted(session, dataset_id, people, others)
    return _look_up_voted(session, dataset_id, people, others)


def _count(session: Session, dataset_id: int | None, judge_ids: Sequence[int]) -> int:
    query = select(func.sum(MatchTallyRow.n_matches)).where(MatchTallyRow.judge_id.in_(judge_ids))
    if dataset_id is not None:
        query = query.where(MatchTallyRow.dataset_id == dataset_id)
    return int(session.scalar(query) or 0)


def _select_voted(
    session: Session, dataset_id: int | None, people: tuple[int, ...], others: tuple[int, ...]
) -> VotedMatches:
    """Choose them from all matches, which the process keeps."""
    votes = load_matches(session, MatchScope(dataset_id, people))
    judged = load_matches(session, MatchScope(dataset_id, others))
    votes = votes.take(np.flatnonzero(votes.reason == 0))
    is_voted = np.isin(number_pairs(judged), number_pairs(votes))
    return VotedMatches(votes, judged.take(np.flatnonzero(is_voted & (judged.reason == 0))))


def _look_up_voted(
    session: Session, dataset_id: int | None, people: tuple[int, ...], others: tuple[int, ...]
) -> VotedMatches:
    vote = aliased(MatchRow)
    pairs = select(vote.response_a_id, vote.response_b_id).where(
        vote.dataset_id.in_(list_dataset_ids(session, dataset_id)),
        vote.judge_id.in_(people),
        vote.state == "scored",
    )
    on_voted: list[ColumnElement[bool]] = [
        tuple_(MatchRow.response_a_id, MatchRow.response_b_id).in_(pairs),
        MatchRow.state == "scored",
        MatchRow.judge_id.in_((*people, *others)),
    ]
    found = read_matches(session, on_voted)
    is_vote = np.isin(found.judge_id, people)
    return VotedMatches(found.take(np.flatnonzero(is_vote)), found.take(np.flatnonzero(~is_vote)))
