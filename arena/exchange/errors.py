"""What can go wrong with a file, in sentences for people.

    ExchangeError           base; also an ArenaError, so that pages and commands show it as a sentence
    +-- SourceError         the whole file cannot be read: mend it, or give another
    |   +-- FormatError     it can be read, but nobody can say what its rows are: rename keys, or map them
    +-- RowError            one row cannot be used; the others still land

None of them goes away by trying again.
"""

from __future__ import annotations

from arena.errors import ArenaError


class ExchangeError(ArenaError):
    """Base of everything that import and export raise."""


class SourceError(ExchangeError):
    """`line` is the line an editor shows, None where the fault belongs to no line."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class FormatError(SourceError):
    pass


class RowError(ExchangeError):
    pass
