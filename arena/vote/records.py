"""What travels between a page and a vote. None of it names or numbers a contestant or a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ShownVerdict = Literal["A", "B", "tie", "both_bad"]
"""About the shown sides: A stands on the left."""
SHOWN_VERDICTS: Final[tuple[ShownVerdict, ...]] = ("A", "B", "tie", "both_bad")

Reason = Literal["correct", "complete", "clear", "concise", "safe", "style"]
REASONS: Final[tuple[Reason, ...]] = ("correct", "complete", "clear", "concise", "safe", "style")
"""Why the better response is better, or what both lack."""

SelfNames = Literal["hidden", "shown"]
"""Whether a name that a response gives itself is masked."""

MAX_COMMENT_CHARS: Final = 2_000
ROUND_VOTES: Final = 20
"""A voter is asked for rounds of this many votes."""
FIRST_GUESS_S: Final = 25.0
"""A vote on two paragraphs, before this voter's own pace is known: a round of twenty is about 8 min."""


@dataclass(frozen=True)
class PromptMessage:
    role: str
    content: str


@dataclass(frozen=True)
class Ballot:
    """A pair in front of a voter.

    Parameters
    ----------
    token : str
        Good for one vote or one skip. It stays on the server: a page keeps it in its session.
    turns_a, turns_b : tuple of str
        The response on the left and the one on the right, by turns.
    kind : {"preference", "correctness"}
        Whether the prompt has a right answer.
    is_reopened : bool
        True where an undo brought it back.
    """

    token: str
    messages: tuple[PromptMessage, ...]
    turns_a: tuple[str, ...]
    turns_b: tuple[str, ...]
    kind: Literal["preference", "correctness"]
    is_reopened: bool


@dataclass(frozen=True)
class CastVote:
    """A vote that counts. `token` takes reasons; `time_taken_s` runs from when the pair was last shown."""

    token: str
    verdict: ShownVerdict
    time_taken_s: float


@dataclass(frozen=True)
class Progress:
    """Where a voter stands in a data set.

    Parameters
    ----------
    n_votes : int
        Votes given, on pairs that came again too.
    n_skipped, n_cant_tell : int
        Pairs set aside, and those of which the voter said that they cannot tell.
    n_pairs : int
        Pairs that can be voted on at all.
    n_left : int
        Pairs that this voter has not seen to.
    n_goal : int
        Votes at the end of the present round: a multiple of `ROUND_VOTES`, or all pairs if fewer.
    pace_s : float
        A vote, by the voter's own median; before the first votes, `FIRST_GUESS_S`.
    seconds_left : float
        To the end of the round at that pace.
    """

    n_votes: int
    n_skipped: int
    n_cant_tell: int
    n_pairs: int
    n_left: int
    n_goal: int
    pace_s: float
    seconds_left: float
