"""Ballots: what a voter may be shown, and the pair that stands open in front of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from db.arrays import read_integers
from db.response_arrays import kept, load_current
from db.tables import BallotRow, ContestantRow, DatasetRow, MatchRow, PromptRow, ResponseRow, VotePoolRow

Pair = tuple[int, int]
"""Response ids of a pair, the response of the lower contestant id first."""


@dataclass(frozen=True)
class GroupArrays:
    """Responses that can be compared: same prompt, same sample, with texts; shape (n_groups,) each."""

    prompt_id: NDArray[np.int64]
    sample_index: NDArray[np.int64]
    n_responses: NDArray[np.int64]


def load_groups(session: Session, dataset_id: int) -> GroupArrays:
    """Count the readable responses of each group; one response alone makes no pair but is counted too.

    The arrays are shared: nobody may write to them.
    """
    groups = kept(session, GROUPS, dataset_id, _load_groups)
    prompts = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id, PromptRow.text_hash.is_not(None))
    (prompt_ids,) = read_integers(session, prompts)
    is_here = np.isin(groups.prompt_id, prompt_ids)
    if is_here.all():
        return groups
    return GroupArrays(groups.prompt_id[is_here], groups.sample_index[is_here], groups.n_responses[is_here])


GROUPS: Final = "groups"


def _load_groups(session: Session, dataset_id: int | None) -> GroupArrays:
    """Take the copy in the database where no response has come, gone or changed since it was made."""
    columns = load_current(session, GROUPS, dataset_id, GroupArrays.__dataclass_fields__)
    if columns is not None:
        return GroupArrays(**{name: column.astype(np.int64) for name, column in columns.items()})
    return read_groups(session, dataset_id)


def read_groups(session: Session, dataset_id: int | None) -> GroupArrays:
    """Count the responses themselves, also those to prompts without a text."""
    (prompt_ids,) = read_integers(session, select(PromptRow.id).where(PromptRow.dataset_id == dataset_id))
    if not len(prompt_ids):
        return GroupArrays(prompt_ids, prompt_ids, prompt_ids)
    query = (
        select(ResponseRow.prompt_id, ResponseRow.sample_index, func.count())
        # By range, not by a join: the join looked up each of two million rows and took twice as long.
        .where(ResponseRow.prompt_id.between(int(prompt_ids.min()), int(prompt_ids.max())), *_readable())
        .group_by(ResponseRow.prompt_id, ResponseRow.sample_index)
        .order_by(ResponseRow.prompt_id, ResponseRow.sample_index)
    )
    prompt_id, sample_index, n_responses = read_integers(session, query)
    is_here = np.isin(prompt_id, prompt_ids)
    return GroupArrays(prompt_id[is_here], sample_index[is_here], n_responses[is_here])


@dataclass(frozen=True)
class RememberedGroups:
    groups: GroupArrays
    last_response_id: int


def recall_groups(session: Session, dataset_id: int) -> RememberedGroups | None:
    """Return what was counted last, None where nothing was remembered."""
    row = session.get(VotePoolRow, dataset_id)
    if row is None:
        return None
    columns = (np.array(column, dtype=np.int64) for column in row.groups)
    return RememberedGroups(GroupArrays(*columns), row.last_response_id)


def remember_groups(session: Session, dataset_id: int, groups: GroupArrays, last_response_id: int) -> None:
    if session.get(DatasetRow, dataset_id) is None:  # it went while it was counted
        return
    columns = [groups.prompt_id.tolist(), groups.sample_index.tolist(), groups.n_responses.tolist()]
    session.merge(VotePoolRow(dataset_id=dataset_id, last_response_id=last_response_id, groups=columns))


def list_group(session: Session, prompt_id: int, sample_index: int) -> list[int]:
    """Return the group's response ids in the order of their contestants' ids."""
    query = select(ResponseRow.id).where(
        ResponseRow.prompt_id == prompt_id, ResponseRow.sample_index == sample_index, *_readable()
    )
    return list(session.scalars(query.order_by(ResponseRow.contestant_id)))


def _readable() -> tuple[Any, Any]:
    return ResponseRow.state == "ready", ResponseRow.text_hash.is_not(None)


def list_done_pairs(session: Session, dataset_id: int, judge_id: int) -> set[Pair]:
    """Return the pairs of one sample that this voter has voted on, set aside or could not tell."""
    a, b = aliased(ResponseRow), aliased(ResponseRow)
    voted = (
        select(MatchRow.response_a_id, MatchRow.response_b_id)
        .join(a, a.id == MatchRow.response_a_id)
        .join(b, b.id == MatchRow.response_b_id)
        .where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id == judge_id)
        .where(a.sample_index == b.sample_index, a.text_hash.is_not(None), b.text_hash.is_not(None))
    )
    done: set[Pair] = {(row[0], row[1]) for row in session.execute(voted)}
    for ballot in session.scalars(_ballots_of(judge_id, dataset_id).where(BallotRow.state != "open")):
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


Aside = Literal["skipped", "cant_tell"]
"""`skipped` comes again when the voter asks for it; `cant_tell` is an answer."""


def set_aside(session: Session, ballot_id: int, state: Aside) -> None:
    """Take the pair from in front of the voter; what was reopened counts as new again."""
    changed = {"state": state, "is_reopened": False}
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


def get_last_set_aside(session: Session, judge_id: int, dataset_id: int) -> StoredBallot | None:
    query = _ballots_of(judge_id, dataset_id).where(BallotRow.state != "open")
    return _stored(session.scalar(query.order_by(BallotRow.shown_at.desc()).limit(1)))


@dataclass(frozen=True)
class BallotTexts:
    """What a voter sees. `turns_first` stands on the left; `kind` is the prompt's."""

    kind: str
    messages: list[dict[str, str]]
    turns_first: list[str]
    turns_second: list[str]


def load_texts(session: Session, ballot: NewBallot) -> BallotTexts:
    prompt = session.execute(
        select(PromptRow.kind, PromptRow.messages).where(PromptRow.id == ballot.prompt_id)
    ).one()
    ids = (ballot.response_first_id, ballot.response_second_id)
    query = select(ResponseRow.id, ResponseRow.turns).where(ResponseRow.id.in_(ids))
    turns = {row[0]: row[1] for row in session.execute(query)}
    return BallotTexts(prompt[0], prompt[1] or [], turns[ids[0]] or [], turns[ids[1]] or [])


def list_names(session: Session) -> list[str]:
    """Return by what names contestants may call themselves: of every data set, which costs no search."""
    rows = session.execute(select(ContestantRow.name, ContestantRow.model))
    return sorted({name for row in rows for name in row if name})
