"""The pair a voter is at, kept in the session, and the steps from it.

A callback of a button does the step, then the page is drawn anew. What cannot count is said as a toast and
the pair that stands open is fetched again, so that a held key, a second tab and a refresh end at one truth.
A press that comes too early or too late counts for nothing, and the bar says so in a line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import streamlit as st

from arena.store import Database
from arena.vote import (
    REASONS,
    Ballot,
    CastVote,
    NothingToUndoError,
    Reason,
    SelfNames,
    ShownVerdict,
    TooSoonError,
    VoteError,
    add_reasons,
    bring_back_skipped,
    cast_vote,
    next_pair,
    say_cant_tell,
    skip_pair,
    undo_step,
)
from ui.render import label
from ui.state import database

_AT: Final = "vote_at"
HIDE_NAMES: Final = "vote_hide_names"
REPEAT_S: Final = 0.7
"""A held key begins to repeat before this, as systems are set."""
TOO_EARLY: Final = "Not counted yet: have a look at both first, then choose."
TOO_LATE: Final = "It stands: U changes it."


@dataclass(frozen=True)
class Place:
    """Where this session is: the pair in front of the voter, and its vote once it was cast.

    `n_shown` counts pairs, so that what belongs to one pair on the screen never stays for the next.
    `reasons` were given for the vote that was cast. `n_more` is the number of votes at which the voter last
    asked for another round.
    """

    dataset: str
    voter: str
    ballot: Ballot | None = None
    cast: CastVote | None = None
    reasons: tuple[Reason, ...] = ()
    n_shown: int = 0
    n_more: int = 0


@dataclass
class _Seat:
    """What the session keeps of a voter; changed by attribute, which nothing can come between.

    Streamlit may leave a script at any access to its session state. Between a vote that was stored and the
    note that it was, a held key would find the pair still in front, be refused, and vote on the next one.
    """

    place: Place | None = None
    notice: str | None = None
    hint: str | None = None
    pressed_at: float = 0.0


def _get_seat() -> _Seat:
    seat = st.session_state.get(_AT)
    if not isinstance(seat, _Seat):
        seat = st.session_state[_AT] = _Seat()
    return seat


def get_place(db: Database, dataset: str, voter: str) -> Place:
    """Return where the session is, fetching the open or the next pair where there is none in front."""
    seat = _get_seat()
    place = seat.place
    if place is None or (place.dataset, place.voter) != (dataset, voter):
        place = Place(dataset, voter)
    if place.ballot is None:
        ballot = next_pair(db, dataset, voter, np.random.default_rng(), self_names=_self_names())
        place = replace(place, ballot=ballot, cast=None, n_shown=place.n_shown + 1)
    seat.place = place
    return place


def _self_names() -> SelfNames:
    return "hidden" if st.session_state.get(HIDE_NAMES, True) else "shown"


def show_again() -> None:
    """Fetch the pair in front anew, after a switch of how it is shown: a callback."""
    seat = _get_seat()
    place = seat.place
    if place is not None and place.cast is None:
        seat.place = replace(place, ballot=None)


def show_notice() -> None:
    """Say once why the last step did not count."""
    seat = _get_seat()
    notice, seat.notice = seat.notice, None
    if notice is not None:
        st.toast(label(notice), icon=":material/info:")


def take_hint() -> str | None:
    """Return once why the last press counted for nothing, for the bar that it was meant for."""
    seat = _get_seat()
    hint, seat.hint = seat.hint, None
    return hint


def leave_place() -> None:
    """Leave the pair in front, for somebody else to vote."""
    st.session_state.pop(_AT, None)


def vote(verdict: ShownVerdict) -> None:
    """Cast the vote on the pair in front: a callback."""

    def step(place: Place, ballot: Ballot) -> Place:
        return replace(place, cast=cast_vote(database(), ballot.token, verdict), reasons=())

    _step(step)


def skip() -> None:
    """Set the pair aside: a callback."""

    def step(place: Place, ballot: Ballot) -> Place:
        skip_pair(database(), ballot.token)
        return replace(place, ballot=None)

    _step(step)


def cant_tell() -> None:
    """Say that one cannot tell which is right: a callback."""

    def step(place: Place, ballot: Ballot) -> Place:
        say_cant_tell(database(), ballot.token)
        return replace(place, ballot=None)

    _step(step)


def undo() -> None:
    """Take back the last step, or say that there is none: a callback."""
    seat = _get_seat()
    place = seat.place
    if place is not None:
        try:
            ballot = undo_step(database(), place.dataset, place.voter, self_names=_self_names())
        except NothingToUndoError as error:
            seat.notice = f"Nothing to undo. {error}"
        except VoteError as error:
            seat.notice = str(error)
        else:
            seat.place = replace(place, ballot=ballot, cast=None, n_shown=place.n_shown + 1)


def toggle_reason(reason: Reason) -> None:
    """Give or take back a reason; it is stored at once: a callback."""
    seat = _get_seat()
    place = seat.place
    if place is not None and place.cast is not None:
        given = set(place.reasons) ^ {reason}
        reasons = tuple(one for one in REASONS if one in given)
        _explain(seat, place.cast, reasons, "")
        seat.place = replace(place, reasons=reasons)


def go_on(comment_key: str) -> None:
    """Store the comment, and leave for the next pair: a callback."""
    seat = _get_seat()
    place = seat.place
    if place is not None and place.cast is not None:
        comment = st.session_state.get(comment_key) or ""
        if comment.strip():
            _explain(seat, place.cast, place.reasons, comment)
        seat.place = replace(place, ballot=None, cast=None)


def _explain(seat: _Seat, cast: CastVote, reasons: tuple[Reason, ...], comment: str) -> None:
    try:
        add_reasons(database(), cast.token, reasons, comment)
    except VoteError as error:
        seat.notice = str(error)


def vote_on(n_votes: int) -> None:
    """Begin another round: a callback."""
    seat = _get_seat()
    place = seat.place
    if place is not None:
        seat.place = replace(place, ballot=None, n_more=n_votes)


def look_at_skipped() -> None:
    """Bring back what was set aside: a callback."""
    seat = _get_seat()
    place = seat.place
    if place is not None:
        bring_back_skipped(database(), place.dataset, place.voter)
        seat.place = replace(place, ballot=None, cast=None)


def _step(step: Callable[[Place, Ballot], Place]) -> None:
    seat = _get_seat()
    place = seat.place
    if place is None or place.ballot is None or place.cast is not None:
        return
    if _is_held(seat, REPEAT_S):
        seat.hint = TOO_EARLY
        return
    try:
        seat.place = step(place, place.ballot)
    except TooSoonError:
        seat.hint = TOO_EARLY
    except VoteError as error:
        seat.notice = str(error)
        seat.place = replace(place, ballot=None, cast=None)


def say_too_late() -> None:
    """Say that this pair has its vote already, unless the key is still held that gave it: a callback."""
    seat = _get_seat()
    if not _is_held(seat, REPEAT_S):
        seat.hint = TOO_LATE


def _is_held(seat: _Seat, within_s: float) -> bool:
    """Whether this press follows the one before so fast that it may be one key still held."""
    before, seat.pressed_at = seat.pressed_at, time.monotonic()
    return seat.pressed_at - before < within_s
