"""People and their votes: the vote that closes a ballot, taking it back, and counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from db.ballots import NewBallot, Pair, StoredBallot, delete_ballot
from db.tables import BallotRow, JudgeRow, JudgmentRow, MatchRow, PromptRow, ResponseRow, VoteRow

REPEAT = "repeat"
"""The rule of a pair shown again, sides swapped: its vote makes no match, so no board counts it."""


@dataclass(frozen=True)
class Person:
    id: int
    name: str


def list_people(session: Session) -> list[Person]:
    """Return everybody who votes pairwise, oldest first."""
    query = select(JudgeRow.id, JudgeRow.name).where(JudgeRow.kind == "human", JudgeRow.mode == "pairwise")
    return [Person(*row) for row in session.execute(query.order_by(JudgeRow.id))]


def add_person(session: Session, name: str, version: str) -> Person:
    row = JudgeRow(kind="human", name=name, version=version, mode="pairwise")
    session.add(row)
    session.flush()
    return Person(row.id, name)


def hold_voter(session: Session, judge_id: int) -> None:
    """Let a second tab of the same voter wait until this transaction ends."""
    session.execute(select(JudgeRow.id).where(JudgeRow.id == judge_id).with_for_update())


@dataclass(frozen=True)
class NewVote:
    """A vote as it is stored: `verdict` is about the stored pair, not about the shown sides."""

    verdict: str
    time_taken_s: float
    voted_at: datetime


def has_match(session: Session, ballot: StoredBallot) -> bool:
    """Whether this voter has voted on the pair already, by whatever way."""
    a, b = ballot.pair
    query = select(MatchRow.id).where(
        MatchRow.response_a_id == a, MatchRow.response_b_id == b, MatchRow.judge_id == ballot.judge_id
    )
    return session.scalar(query.limit(1)) is not None


def add_vote(session: Session, ballot: StoredBallot, vote: NewVote) -> None:
    """Store judgment, match of one order and vote; the ballot ends and leaves its token to the vote."""
    is_repeat = ballot.pick_rule == REPEAT
    judgment_id = session.scalar(
        insert(JudgmentRow).returning(JudgmentRow.id).values(
            judge_id=ballot.judge_id, prompt_id=ballot.prompt_id,
            match_id=None if is_repeat else _add_match(session, ballot, vote),
            response_first_id=ballot.response_first_id, response_second_id=ballot.response_second_id,
            shown_order=ballot.shown_order, repetition=int(is_repeat), state="scored", verdict=vote.verdict,
            created_at=ballot.shown_at, finished_at=vote.voted_at,
        )
    )  # fmt: skip
    session.execute(
        insert(VoteRow).values(
            judgment_id=judgment_id, token=ballot.token, pick_rule=ballot.pick_rule,
            pick_probability=ballot.pick_probability, time_taken_s=vote.time_taken_s, reasons=[],
        )
    )  # fmt: skip
    delete_ballot(session, ballot.id)


def _add_match(session: Session, ballot: StoredBallot, vote: NewVote) -> int | None:
    contestants = _contestant_ids(session, ballot.pair)
    is_ab = ballot.shown_order == "ab"
    return session.scalar(
        insert(MatchRow).returning(MatchRow.id).values(
            dataset_id=ballot.dataset_id, prompt_id=ballot.prompt_id, judge_id=ballot.judge_id,
            contestant_a_id=contestants[0], contestant_b_id=contestants[1],
            response_a_id=ballot.pair[0], response_b_id=ballot.pair[1], n_orders=1, state="scored",
            verdict_ab=vote.verdict if is_ab else None, verdict_ba=None if is_ab else vote.verdict,
            created_at=vote.voted_at,
        )
    )  # fmt: skip


def _contestant_ids(session: Session, pair: Pair) -> Pair:
    query = select(ResponseRow.id, ResponseRow.contestant_id).where(ResponseRow.id.in_(pair))
    found = {row[0]: row[1] for row in session.execute(query)}
    return found[pair[0]], found[pair[1]]


def has_vote(session: Session, token: str) -> bool:
    return session.scalar(select(VoteRow.judgment_id).where(VoteRow.token == token)) is not None


def set_reasons(session: Session, token: str, reasons: list[str], comment: str | None) -> bool:
    """Return whether there is such a vote."""
    judgment_id = session.scalar(select(VoteRow.judgment_id).where(VoteRow.token == token))
    if judgment_id is None:
        return False
    session.execute(update(VoteRow).where(VoteRow.token == token).values(reasons=reasons, comment=comment))
    return True


@dataclass(frozen=True)
class LastVote:
    """The newest vote that was given on a page, and the ballot it closed."""

    judgment_id: int
    match_id: int | None
    voted_at: datetime
    ballot: NewBallot


def get_last_vote(session: Session, judge_id: int, dataset_id: int) -> LastVote | None:
    """Return None where this voter has given none here on a page; imported votes have no ballot."""
    query = (
        select(JudgmentRow, VoteRow)
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .join(PromptRow, PromptRow.id == JudgmentRow.prompt_id)
        .where(JudgmentRow.judge_id == judge_id, PromptRow.dataset_id == dataset_id)
        .where(VoteRow.token.is_not(None))
        .order_by(JudgmentRow.finished_at.desc(), JudgmentRow.id.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    judgment, vote = row
    # A vote with a token was given on a pair, in an order, at a time: `add_vote` stores all three.
    assert vote.token is not None
    assert judgment.response_second_id is not None
    assert judgment.shown_order is not None
    assert judgment.finished_at is not None
    ballot = NewBallot(
        token=vote.token,
        judge_id=judge_id,
        dataset_id=dataset_id,
        prompt_id=judgment.prompt_id,
        response_first_id=judgment.response_first_id,
        response_second_id=judgment.response_second_id,
        shown_order=judgment.shown_order,
        pick_rule=vote.pick_rule,
        pick_probability=vote.pick_probability,
        is_reopened=False,
        shown_at=judgment.created_at,
    )
    return LastVote(judgment.id, judgment.match_id, judgment.finished_at, ballot)


def delete_vote(session: Session, vote: LastVote) -> None:
    session.execute(delete(JudgmentRow).where(JudgmentRow.id == vote.judgment_id))
    session.execute(delete(MatchRow).where(MatchRow.id == vote.match_id))


@dataclass(frozen=True)
class GivenVote:
    """A vote on a page, as it was shown."""

    prompt_id: int
    response_first_id: int
    response_second_id: int
    shown_order: str


def list_repeatable(
    session: Session, judge_id: int, dataset_id: int, *, n_newest: int, n_most: int
) -> list[GivenVote]:
    """Return votes given on a page that were not repeated yet, but for the `n_newest`."""
    again, ballot = aliased(JudgmentRow), aliased(BallotRow)
    is_repeated = exists().where(
        again.judge_id == judge_id, again.repetition == 1,
        again.response_first_id == JudgmentRow.response_second_id,
        again.response_second_id == JudgmentRow.response_first_id,
    )  # fmt: skip
    is_in_front = exists().where(
        ballot.judge_id == judge_id, ballot.response_first_id == JudgmentRow.response_second_id,
        ballot.response_second_id == JudgmentRow.response_first_id,
    )  # fmt: skip
    query = (
        select(
            JudgmentRow.prompt_id, JudgmentRow.response_first_id, JudgmentRow.response_second_id,
            JudgmentRow.shown_order, is_repeated | is_in_front,
        )
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .join(MatchRow, MatchRow.id == JudgmentRow.match_id)
        .where(JudgmentRow.judge_id == judge_id, MatchRow.dataset_id == dataset_id)
        .where(VoteRow.token.is_not(None))
        .order_by(JudgmentRow.finished_at.desc(), JudgmentRow.id.desc())
        .limit(n_most)
        .offset(n_newest)
    )  # fmt: skip
    return [
        GivenVote(prompt_id, first, second, shown_order)
        for prompt_id, first, second, shown_order, is_done in session.execute(query)
        if second is not None and shown_order is not None and not is_done
    ]


@dataclass(frozen=True)
class RepeatedPair:
    """What one voter said of a pair at first, and when it came again with the sides swapped."""

    judge_id: int
    first_verdict: str
    second_verdict: str


def list_repeated(session: Session, dataset_id: int | None) -> list[RepeatedPair]:
    """Return every pair that was silently shown twice."""
    first = aliased(JudgmentRow)
    query = (
        select(JudgmentRow.judge_id, first.verdict, JudgmentRow.verdict)
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .join(
            first,
            (first.judge_id == JudgmentRow.judge_id) & (first.repetition == 0)
            & (first.response_first_id == JudgmentRow.response_second_id)
            & (first.response_second_id == JudgmentRow.response_first_id),
        )
        .where(VoteRow.pick_rule == REPEAT, JudgmentRow.state == "scored", first.state == "scored")
        .order_by(VoteRow.judgment_id)  # from the votes, which are few, not from the judgments
    )  # fmt: skip
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == JudgmentRow.prompt_id)
        query = query.where(PromptRow.dataset_id == dataset_id)
    return [RepeatedPair(voter, before or "", after or "") for voter, before, after in session.execute(query)]


def count_cant_tell(session: Session, dataset_id: int | None) -> dict[int, int]:
    """Return on how many pairs each voter said that they cannot tell, by judge id."""
    query = select(BallotRow.judge_id, func.count()).where(BallotRow.state == "cant_tell")
    if dataset_id is not None:
        query = query.where(BallotRow.dataset_id == dataset_id)
    return {row[0]: row[1] for row in session.execute(query.group_by(BallotRow.judge_id))}


@dataclass(frozen=True)
class VoterCounts:
    """What one voter has done in one data set; `times_s` are the newest votes' times, newest first.

    `n_votes` counts pairs, `n_repeats` the votes on pairs that came again.
    """

    n_votes: int
    n_repeats: int
    n_skipped: int
    n_cant_tell: int
    times_s: tuple[float, ...]


def count_voter(session: Session, judge_id: int, dataset_id: int, n_times: int) -> VoterCounts:
    voted = select(func.count()).where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id == judge_id)
    repeated = (
        select(func.count())
        .select_from(JudgmentRow)
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .join(PromptRow, PromptRow.id == JudgmentRow.prompt_id)
        .where(JudgmentRow.judge_id == judge_id, PromptRow.dataset_id == dataset_id)
        .where(VoteRow.pick_rule == REPEAT)
    )
    aside = (
        select(BallotRow.state, func.count())
        .where(BallotRow.judge_id == judge_id, BallotRow.dataset_id == dataset_id)
        .group_by(BallotRow.state)
    )
    n_aside = {row[0]: row[1] for row in session.execute(aside)}
    times = (
        select(VoteRow.time_taken_s)
        .join(JudgmentRow, JudgmentRow.id == VoteRow.judgment_id)
        .where(JudgmentRow.judge_id == judge_id, VoteRow.time_taken_s.is_not(None))
        .order_by(JudgmentRow.finished_at.desc())
        .limit(n_times)
    )
    return VoterCounts(
        n_votes=session.scalar(voted) or 0,
        n_repeats=session.scalar(repeated) or 0,
        n_skipped=n_aside.get("skipped", 0),
        n_cant_tell=n_aside.get("cant_tell", 0),
        times_s=tuple(time for time in session.scalars(times) if time is not None),
    )
