"""Whether a match says what most people said of the same two responses: the one definition of a disagreement.

People's verdict on a pair is their most frequent vote; where two are equally frequent there is none, and no
match on that pair agrees or disagrees. A match says one of four verdicts, and a verdict that changes with the
shown order is a tie (setup S1 of MT-Bench). An unscored match says nothing.

References
----------
Zheng et al. (2023), Judging LLM-as-a-judge with MT-Bench and Chatbot Arena, section 4.2; Wang et al. (2023),
PandaLM, section 4, whose votes are summed up by the most frequent one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.outcomes import BOTH_BAD, TIE
from db.packed_matches import StoredMatches, number_pairs

AGREES: Final = 1
DISAGREES: Final = -1


@dataclass(frozen=True)
class Majority:
    """People's most frequent verdict on each pair that has one, in order; each of shape (n_pairs,)."""

    pair: NDArray[np.int64]
    verdict: NDArray[np.int8]

    def of(self, matches: StoredMatches) -> NDArray[np.int8]:
        """Return the verdict code on each match's pair, 0 where people have none."""
        said = np.zeros(len(matches), dtype=np.int8)
        if len(self.pair):
            wanted = number_pairs(matches)
            at = np.minimum(np.searchsorted(self.pair, wanted), len(self.pair) - 1)
            found = self.pair[at] == wanted
            said[found] = self.verdict[at[found]]
        return said


def find_majority(votes: StoredMatches) -> Majority:
    """Sum up every scored vote of every person."""
    said = verdict_of(votes)
    scored = said > 0
    pair, index = np.unique(number_pairs(votes)[scored], return_inverse=True)
    counts = np.bincount(index * (BOTH_BAD + 1) + said[scored], minlength=len(pair) * (BOTH_BAD + 1))
    counts = counts.reshape(len(pair), BOTH_BAD + 1)
    is_one = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) == 1
    return Majority(pair[is_one], counts.argmax(axis=1)[is_one].astype(np.int8))


def compare(matches: StoredMatches, votes: StoredMatches) -> NDArray[np.int8]:
    """Return `AGREES`, `DISAGREES`, or 0 where there is nothing to compare, of each match."""
    people, own = find_majority(votes).of(matches), verdict_of(matches)
    stands = np.where(own == people, AGREES, DISAGREES)
    return np.where((own > 0) & (people > 0), stands, 0).astype(np.int8)


def verdict_of(matches: StoredMatches) -> NDArray[np.int8]:
    """Return one code a match: its verdict, a flip as a tie, 0 where it is unscored."""
    m = matches
    both = np.where(m.verdict_ab == m.verdict_ba, m.verdict_ab, TIE)
    one = np.where(m.verdict_ab > 0, m.verdict_ab, m.verdict_ba)
    return np.where(m.reason > 0, 0, np.where(m.n_orders == 2, both, one)).astype(np.int8)
