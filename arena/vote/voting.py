"""One pair at a time: showing it, taking the vote, setting it aside, taking a step back.

A voter has at most one open ballot in a data set, however many tabs they have, and its token is good for one
vote or one skip: a held key, a double click, a second tab and a refresh find it used, or find it still open.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from arena.errors import UsageError
from arena.store import in_words
from arena.vote import voters
from arena.vote.desk import get_frame
from arena.vote.errors import AlreadyVotedError, BallotGoneError, NothingToUndoError, TooSoonError
from arena.vote.masking import Names, get_names, hide_names
from arena.vote.picking import Pick, pick_pair
from arena.vote.records import (
    MAX_COMMENT_CHARS,
    REASONS,
    SHOWN_VERDICTS,
    Ballot,
    CastVote,
    PromptMessage,
    SelfNames,
    ShownVerdict,
)
from arena.vote.repeats import pick_repeat
from db import Database, Session, ballots, datasets, utc_now, votes
from db.ballots import NewBallot, StoredBallot
from db.votes import REPEAT, GivenVote, LastVote, NewVote

MIN_LOOK_S: Final = 1.0
"""Nobody has read two responses sooner; a held key cannot vote or skip through pairs."""


def next_pair(
    database: Database,
    dataset: str,
    voter: str,
    rng: np.random.Generator,
    *,
    self_names: SelfNames = "hidden",
) -> Ballot | None:
    """Return the voter's open ballot, else a new one; None where no pair is left.

    Parameters
    ----------
    self_names : {"hidden", "shown"}
        Whether names that responses give themselves are masked.

    Raises
    ------
    NotFoundError
        If there is no such data set.
    VoterNameError
        If the name cannot stand for a person.
    """
    with in_words():
        with database.read() as session:
            dataset_id = datasets.get_dataset_id(session, dataset)
            frame = get_frame(database, session, dataset_id)
        with database.write() as session:
            person = voters.find_or_add(session, voter)
            votes.hold_voter(session, person.id)
            stored = ballots.get_open_ballot(session, person.id, dataset_id)
            if stored is not None:
                ballots.show_ballot_again(session, stored.id, utc_now())
                return _ballot(session, stored, self_names)
            done = ballots.list_done_pairs(session, dataset_id, person.id)
            pick = pick_pair(session, frame, done, rng)
            if pick is None:
                return None
            again = pick_repeat(session, person.id, dataset_id, rng)
            if again is not None:
                new = _repeated_ballot(again, dataset_id, person.id)
            else:
                new = _new_ballot(pick, dataset_id, person.id, is_ab=bool(rng.integers(2)))
            return _ballot(session, ballots.add_ballot(session, new), self_names)


def cast_vote(
    database: Database, token: str, verdict: ShownVerdict, *, now: datetime | None = None
) -> CastVote:
    """Store the vote, its match and its judgment, once.

    Parameters
    ----------
    now : datetime or None
        When it was given, aware UTC; None: now.

    Raises
    ------
    TooSoonError
        If the pair was shown less than `MIN_LOOK_S` ago; the ballot stays open.
    AlreadyVotedError
        If this token, or this voter by another way, has voted on the pair.
    BallotGoneError
        If the token belongs to no open ballot.
    """
    if verdict not in SHOWN_VERDICTS:
        raise UsageError(f"'{verdict}' is no verdict. There are: {', '.join(SHOWN_VERDICTS)}.")
    now = now or utc_now()
    with in_words(), database.write() as session:
        ballot = _take(session, token, now)
        if ballot.pick_rule != REPEAT and votes.has_match(session, ballot):
            raise AlreadyVotedError
        time_taken_s = (now - ballot.shown_at).total_seconds()
        about_pair = _about_pair(verdict, ballot.shown_order)
        votes.add_vote(session, ballot, NewVote(about_pair, time_taken_s, now))
    return CastVote(token, verdict, time_taken_s)


def skip_pair(database: Database, token: str, *, now: datetime | None = None) -> None:
    """Set the pair aside, without a vote; `bring_back_skipped` offers it again.

    Raises
    ------
    TooSoonError, AlreadyVotedError, BallotGoneError
        As for a vote.
    """
    with in_words(), database.write() as session:
        ballots.set_aside(session, _take(session, token, now or utc_now()).id, "skipped")


def say_cant_tell(database: Database, token: str, *, now: datetime | None = None) -> None:
    """Store that the voter cannot tell which response is right: no vote, no tie, and it does not come again.

    Raises
    ------
    TooSoonError, AlreadyVotedError, BallotGoneError
        As for a vote.
    """
    with in_words(), database.write() as session:
        ballots.set_aside(session, _take(session, token, now or utc_now()).id, "cant_tell")


def undo_step(
    database: Database,
    dataset: str,
    voter: str,
    *,
    self_names: SelfNames = "hidden",
    now: datetime | None = None,
) -> Ballot:
    """Take back the voter's last vote, skip or "can't tell" and show that pair again, sides as they were.

    Raises
    ------
    NothingToUndoError
        If there is no such step, or the step before was taken back just now: one undo, then a vote.
    """
    now = now or utc_now()
    with in_words(), database.write() as session:
        person = voters.find(session, voter)
        if person is None:
            raise NothingToUndoError("There is no vote to take back yet.")
        votes.hold_voter(session, person.id)
        dataset_id = datasets.get_dataset_id(session, dataset)
        open_ballot = ballots.get_open_ballot(session, person.id, dataset_id)
        if open_ballot is not None and open_ballot.is_reopened:
            raise NothingToUndoError("One step was taken back already; decide on this pair first.")
        vote = votes.get_last_vote(session, person.id, dataset_id)
        aside = ballots.get_last_set_aside(session, person.id, dataset_id)
        if vote is None and aside is None:
            raise NothingToUndoError("There is no vote to take back yet.")
        if open_ballot is not None:
            ballots.delete_ballot(session, open_ballot.id)
        if vote is not None and (aside is None or aside.shown_at < vote.voted_at):
            return _ballot(session, _reopen_voted(session, vote, now), self_names)
        assert aside is not None
        return _ballot(session, ballots.reopen_ballot(session, aside.id, _new_token(), now), self_names)


def bring_back_skipped(database: Database, dataset: str, voter: str) -> int:
    """Let pairs that were set aside be drawn again; return how many."""
    with in_words(), database.write() as session:
        person = voters.find(session, voter)
        dataset_id = datasets.get_dataset_id(session, dataset)
        return 0 if person is None else ballots.delete_skipped(session, person.id, dataset_id)


def add_reasons(database: Database, token: str, reasons: Sequence[str], comment: str = "") -> None:
    """Say why, after the vote; what is said later replaces what was said before.

    Raises
    ------
    UsageError
        If a reason is none of `REASONS` or the comment is too long.
    BallotGoneError
        If there is no vote of this token, as after an undo.
    """
    unknown = [reason for reason in reasons if reason not in REASONS]
    if unknown:
        raise UsageError(f"'{unknown[0]}' is no reason. There are: {', '.join(REASONS)}.")
    comment = comment.strip()
    if len(comment) > MAX_COMMENT_CHARS:
        raise UsageError(f"A comment has at most {MAX_COMMENT_CHARS:,} characters, not {len(comment):,}.")
    ordered: list[str] = [reason for reason in REASONS if reason in reasons]
    with in_words(), database.write() as session:
        if not votes.set_reasons(session, token, ordered, comment or None):
            raise BallotGoneError


def _take(session: Session, token: str, now: datetime) -> StoredBallot:
    ballot = ballots.take_ballot(session, token)
    if ballot is None:
        raise AlreadyVotedError if votes.has_vote(session, token) else BallotGoneError
    if now - ballot.shown_at < timedelta(seconds=MIN_LOOK_S):
        raise TooSoonError("This pair came up a moment ago. Read both responses, then choose.")
    return ballot


def _new_ballot(pick: Pick, dataset_id: int, voter_id: int, *, is_ab: bool) -> NewBallot:
    first, second = pick.pair if is_ab else pick.pair[::-1]
    return NewBallot(
        token=_new_token(),
        judge_id=voter_id,
        dataset_id=dataset_id,
        prompt_id=pick.prompt_id,
        response_first_id=first,
        response_second_id=second,
        shown_order="ab" if is_ab else "ba",
        pick_rule=pick.rule,
        pick_probability=pick.probability,
        is_reopened=False,
        shown_at=utc_now(),
    )


def _repeated_ballot(given: GivenVote, dataset_id: int, voter_id: int) -> NewBallot:
    """Show a pair again with the sides swapped; it was picked for the voter, so its chance says nothing."""
    return NewBallot(
        token=_new_token(),
        judge_id=voter_id,
        dataset_id=dataset_id,
        prompt_id=given.prompt_id,
        response_first_id=given.response_second_id,
        response_second_id=given.response_first_id,
        shown_order=given.shown_order[::-1],
        pick_rule=REPEAT,
        pick_probability=None,
        is_reopened=False,
        shown_at=utc_now(),
    )


def _about_pair(verdict: ShownVerdict, shown_order: str) -> str:
    """Turn what was said of the sides into what is stored of the pair."""
    return {"A": shown_order[0], "B": shown_order[1]}.get(verdict, verdict)


def _reopen_voted(session: Session, vote: LastVote, now: datetime) -> StoredBallot:
    votes.delete_vote(session, vote)
    fields = {name: getattr(vote.ballot, name) for name in NewBallot.__dataclass_fields__}
    fields |= {"token": _new_token(), "is_reopened": True, "shown_at": now}
    return ballots.add_ballot(session, NewBallot(**fields))


def _ballot(session: Session, stored: StoredBallot, self_names: SelfNames) -> Ballot:
    texts = ballots.load_texts(session, stored)
    names = get_names(ballots.list_names(session)) if self_names == "hidden" else None
    return Ballot(
        token=stored.token,
        messages=tuple(PromptMessage(message["role"], message["content"]) for message in texts.messages),
        turns_a=_shown(texts.turns_first, names),
        turns_b=_shown(texts.turns_second, names),
        kind="correctness" if texts.kind == "correctness" else "preference",
        is_reopened=stored.is_reopened,
    )


def _shown(turns: Sequence[str], names: Names | None) -> tuple[str, ...]:
    return tuple(turns) if names is None else hide_names(turns, names)


def _new_token() -> str:
    return secrets.token_urlsafe(24)
