"""What can keep a vote from counting.

UsageError
+-- VoteError               of this room: nothing was stored
    +-- VoterNameError      the name cannot stand for a person: give another
    +-- TooSoonError        the pair was shown a moment ago: read, then choose again
    +-- AlreadyVotedError   this vote was counted already: take the next pair
    +-- BallotGoneError     the pair is no longer open: take the next pair
    +-- NothingToUndoError  no step of this voter can be taken back
    +-- InviteError         the link opens nothing: ask for another
"""

from __future__ import annotations

from arena.errors import UsageError


class VoteError(UsageError):
    pass


class VoterNameError(VoteError):
    pass


class TooSoonError(VoteError):
    pass


class AlreadyVotedError(VoteError):
    def __init__(self) -> None:
        super().__init__("This pair has your vote already; it was counted once.")


class BallotGoneError(VoteError):
    def __init__(self) -> None:
        super().__init__("This pair is no longer open, perhaps because of another tab. Nothing was stored.")


class NothingToUndoError(VoteError):
    pass


class InviteError(VoteError):
    pass
