"""Which contestants the evidence cannot tell apart, as groups for a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from arena.board.records import Standing


def undistinguished_groups(standings: Sequence[Standing]) -> tuple[tuple[str, ...], ...]:
    """Return every largest run of neighbours of which none is above another; each has two or more.

    Groups may share members: the first may not be told from the second, nor the second from the third,
    while the first is above the third.

    Parameters
    ----------
    standings : sequence of Standing
        The rated ones, best first. Whoever has no rank range belongs to no group.
    """
    groups: list[tuple[str, ...]] = []
    reached = 0
    for place in range(1, len(standings) + 1):
        end = _last_of(standings, place)
        if end > place and end > reached:
            groups.append(tuple(one.contestant for one in standings[place - 1 : end]))
        reached = max(reached, end)
    return tuple(groups)


def _last_of(standings: Sequence[Standing], place: int) -> int:
    """Return the last place, counted from 1, whose contestant cannot be told from the one at `place`."""
    worst = standings[place - 1].rank_high
    end = place
    while worst is not None and end < len(standings) and end < worst:
        below = standings[end].rank_low
        if below is None or below > place:
            break
        end += 1
    return end
