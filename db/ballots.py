"""Ballots: what a voter may be shown, and the pair that stands open in front of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from db.tables import BallotRow, MatchRow, PromptRow, ResponseRow

Pair = tuple[int, int]
"""Response ids of a pair, the response of the lower contestant id first."""


@dataclass(frozen=True)
class GroupArrays:
    """Responses that can be compared: same prompt, same sample, with texts. Each array is (n_groups,)."""

    prompt_id: NDArray[np.int64]
    sample_index: NDArray[np.int64]
    n_responses: NDArray[np.int64]


def load_groups(session: Session, dataset_id: int) -> GroupArrays:
    """Count, by an index alone, what can be compared: groups of two responses or more."""
    n_responses = func.count()
    query = (
        select(ResponseRow.prompt_id, ResponseRow.sample_index, n_responses)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id, PromptRow.text_hash.is_not(None), *_readable())
        .group_by(ResponseRow.prompt_id, ResponseRow.sample_index)
        .having(n_responses >= 2)
        .order_by(ResponseRow.prompt_id, ResponseRow.sample_index)
    )
    flat = np.fromiter(chain.from_iterable(session.connection().execute(query)), dtype=np.int64)
    table = flat.reshape(-1, 3)
    return GroupArrays(table[:, 0], table[:, 1], table[:, 2])


def get_last_response_id(session: Session) -> int:
    return session.scalar(select(func.max(ResponseRow.id))) or 0


def list_group(session: Session, prompt_id: int, sample_index: int) -> list[int]:
    """Return the group's response ids in the order of their contestants' ids."""
    query = select(ResponseRow.id).where(
        ResponseRow.prompt_id == prompt_id, ResponseRow.sample_index == sample_index, *_readable()
    )
    return list(session.scalars(query.order_by(ResponseRow.contestant_id)))


def _readable() -> tuple[Any, Any]:
    return ResponseRow.state == "ready", ResponseRow.text_hash.is_not(None)


def list_done_pairs(session: Session, dataset_id: int, judge_id: int) -> set[Pair]:
    """Return the pairs of one sample that this voter has voted on or set aside."""
    a, b = aliased(ResponseRow), aliased(ResponseRow)
    voted = (
        select(MatchRow.response_a_id, MatchRow.response_b_id)
        .join(a, a.id == MatchRow.response_a_id)
        .join(b, b.id == MatchRow.response_b_id)
        .where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id == judge_id)
        .where(a.sample_index == b.sample_index, a.text_hash.is_not(None), b.text_hash.is_not(None))
    )
    done: set[Pair] = {(row[0], row[1]) for row in session.execute(voted)}
    for ballot in session.scalars(_ballots_of(judge_id, dataset_id).where(BallotRow.state == "skipped")):
        shown = (ballot.response_first_id, ballot.response_second_id)
        done.add(shown if ballot.shown_order == "ab" else shown[::-1])
    return done


@dataclass(frozen=True)
class NewBallot:
    token: str
    judge_id: int
    dataset_id: int
    prompt_id: int
    response_first_id: int
    response_second_id: int
    shown_order: str
    pick_rule: str
    pick_probability: float | None
    is_reopened: bool
    shown_at: datetime


@dataclass(frozen=True)
class StoredBallot(NewBallot):
    id: int
    state: str

    @property
    def pair(self) -> Pair:
        shown = (self.response_first_id, self.response_second_id)
        return shown if self.shown_order == "ab" else shown[::-1]


def _stored(row: BallotRow | None) -> StoredBallot | None:
    if row is None:
        return None
    return StoredBallot(**{name: getattr(row, name) for name in StoredBallot.__dataclass_fields__})


def _ballots_of(judge_id: int, dataset_id: int) -> Select[BallotRow]:
    return select(BallotRow).where(BallotRow.judge_id == judge_id, BallotRow.dataset_id == dataset_id)


def add_ballot(session: Session, ballot: NewBallot) -> StoredBallot:
    row = BallotRow(**asdict(ballot))
    session.add(row)
    session.flush()
    found = _stored(row)
    assert found is not None
    return found


def get_open_ballot(session: Session, judge_id: int, dataset_id: int) -> StoredBallot | None:
    return _stored(session.scalar(_ballots_of(judge_id, dataset_id).where(BallotRow.state == "open")))


def take_ballot(session: Session, token: str) -> StoredBallot | None:
    """Return the open ballot of this token, and let nobody else have it until the transaction ends."""
    query = select(BallotRow).where(BallotRow.token == token, BallotRow.state == "open")
    return _stored(session.scalar(query.with_for_update()))


def show_ballot_again(session: Session, ballot_id: int, now: datetime) -> None:
    session.execute(update(BallotRow).where(BallotRow.id == ballot_id).values(shown_at=now))


def skip_ballot(session: Session, ballot_id: int) -> None:
    """Set the pair aside; what was reopened counts as new again."""
    changed = {"state": "skipped", "is_reopened": False}
    session.execute(update(BallotRow).where(BallotRow.id == ballot_id).values(changed))


def reopen_ballot(session: Session, ballot_id: int, token: str, now: datetime) -> StoredBallot:
    row = session.get_one(BallotRow, ballot_id)
    row.state, row.token, row.is_reopened, row.shown_at = "open", token, True, now
    session.flush()
    found = _stored(row)
    assert found is not None
    return found


def delete_ballot(session: Session, ballot_id: int) -> None:
    session.execute(delete(BallotRow).where(BallotRow.id == ballot_id))


def delete_skipped(session: Session, judge_id: int, dataset_id: int) -> int:
    """Bring back what this voter set aside; return how many pairs."""
    which = (
        BallotRow.judge_id == judge_id, BallotRow.dataset_id == dataset_id, BallotRow.state == "skipped",
    )  # fmt: skip
    ids = list(session.scalars(select(BallotRow.id).where(*which)))
    session.execute(delete(BallotRow).where(*which))
    return len(ids)


def get_last_skipped(session: Session, judge_id: int, dataset_id: int) -> StoredBallot | None:
    query = _ballots_of(judge_id, dataset_id).where(BallotRow.state == "skipped")
    return _stored(session.scalar(query.order_by(BallotRow.shown_at.desc()).limit(1)))


@dataclass(frozen=True)
class BallotTexts:
    """What a voter sees. `turns_first` stands on the left."""

    messages: list[dict[str, str]]
    turns_first: list[str]
    turns_second: list[str]


def load_texts(session: Session, ballot: NewBallot) -> BallotTexts:
    messages = session.scalar(select(PromptRow.messages).where(PromptRow.id == ballot.prompt_id))
    ids = (ballot.response_first_id, ballot.response_second_id)
    query = select(ResponseRow.id, ResponseRow.turns).where(ResponseRow.id.in_(ids))
    turns = {row[0]: row[1] for row in session.execute(query)}
    return BallotTexts(messages or [], turns[ids[0]] or [], turns[ids[1]] or [])
