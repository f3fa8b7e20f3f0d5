"""Lists: which responses one ranking is asked about, and the pairs that come out of it.

A list is stored as judgments of its pairs that share one call, so that matches, flips and ratings of a
listwise judge come about like everybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from judge import Verdict


def pair_verdicts(
    ranking: Sequence[Sequence[int]], response_ids: Sequence[int]
) -> dict[frozenset[int], Verdict]:
    """Take every pair out of one ranking; the verdict is about the one that stands first in stored order.

    Parameters
    ----------
    ranking : sequence of sequence of int
        Places in the stored list, best first; empty where nothing was read.
    response_ids : sequence of int
        The stored list.
    """
    place = {response_ids[index]: n for n, group in enumerate(ranking) for index in group}
    if not place:
        return {}
    return {
        frozenset(pair): _verdict(place[pair[0]], place[pair[1]]) for pair in combinations(response_ids, 2)
    }


def _verdict(place_a: int, place_b: int) -> Verdict:
    return "tie" if place_a == place_b else "a" if place_a < place_b else "b"
