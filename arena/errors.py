"""What can go wrong on the way from a wish to a result.

ArenaError
+-- UsageError          the wish cannot be granted as it stands: the sentence says what to change (exit 2)
|   +-- NotFoundError   no such data set, judge, contestant, run or match
+-- RunStoppedError     a run ended short of its plan: what is done is kept, resume goes on (exit 1)
"""

from __future__ import annotations


class ArenaError(Exception):
    """Base of everything this room raises; `str` of it is a sentence for people."""


class UsageError(ArenaError):
    pass


class NotFoundError(UsageError):
    pass


class RunStoppedError(ArenaError):
    pass
