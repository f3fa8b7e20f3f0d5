"""Blind votes: a person sees a prompt and two responses, says which is better, and then why.

The page gets texts and a token, nothing that tells whose responses they are. Knows no Streamlit.
"""

from arena.vote.errors import (
    AlreadyVotedError,
    BallotGoneError,
    NothingToUndoError,
    TooSoonError,
    VoteError,
    VoterNameError,
)
from arena.vote.progress import get_progress
from arena.vote.records import (
    FIRST_GUESS_S,
    MAX_COMMENT_CHARS,
    REASONS,
    ROUND_VOTES,
    SHOWN_VERDICTS,
    Ballot,
    CastVote,
    Progress,
    PromptMessage,
    Reason,
    SelfNames,
    ShownVerdict,
)
from arena.vote.voters import MAX_NAME_CHARS, sign_in
from arena.vote.voting import (
    MIN_LOOK_S,
    add_reasons,
    bring_back_skipped,
    cast_vote,
    next_pair,
    say_cant_tell,
    skip_pair,
    undo_step,
)

__all__ = [
    "FIRST_GUESS_S",
    "MAX_COMMENT_CHARS",
    "MAX_NAME_CHARS",
    "MIN_LOOK_S",
    "REASONS",
    "ROUND_VOTES",
    "SHOWN_VERDICTS",
    "AlreadyVotedError",
    "Ballot",
    "BallotGoneError",
    "CastVote",
    "NothingToUndoError",
    "Progress",
    "PromptMessage",
    "Reason",
    "SelfNames",
    "ShownVerdict",
    "TooSoonError",
    "VoteError",
    "VoterNameError",
    "add_reasons",
    "bring_back_skipped",
    "cast_vote",
    "get_progress",
    "next_pair",
    "say_cant_tell",
    "sign_in",
    "skip_pair",
    "undo_step",
]
