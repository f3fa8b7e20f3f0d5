"""What was drawn from a board, used again for as long as the page shows the same board."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar

from arena.leaderboard import Board

Picture = TypeVar("Picture")
MAX_DRAWN: Final = 4


class _Drawn(NamedTuple, Generic[Picture]):
    board: Board
    rest: object
    picture: Picture


class Drawings(Generic[Picture]):
    """The last few pictures of boards. `arena` gives the same board object while nothing has changed."""

    def __init__(self) -> None:
        self._recent: deque[_Drawn[Picture]] = deque(maxlen=MAX_DRAWN)

    def get(self, board: Board, rest: object, draw: Callable[[], Picture]) -> Picture:
        """Return the picture of this very board, and of an equal rest; drawn now unless it was before."""
        for one in tuple(self._recent):
            if one.board is board and one.rest == rest:
                return one.picture
        picture = draw()
        self._recent.append(_Drawn(board, rest, picture))
        return picture
