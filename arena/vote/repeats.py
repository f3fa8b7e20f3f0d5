"""Pairs that come again with the sides swapped, silently, to see whether voters agree with themselves.

They begin with the second round, when the first sight is some minutes old. What is said of them is a judgment
without a match, so that no board and no agreement counts a pair twice.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from db import Session, votes
from db.votes import GivenVote

REPEAT_SHARE: Final = 1 / 15
N_NEWEST: Final = 20
"""So many votes lie between a pair and its repetition."""
N_CANDIDATES: Final = 200


def pick_repeat(
    session: Session, voter_id: int, dataset_id: int, rng: np.random.Generator
) -> GivenVote | None:
    """Return, in a small share of draws, an earlier vote whose pair shall come again."""
    if rng.random() >= REPEAT_SHARE:
        return None
    found = votes.list_repeatable(session, voter_id, dataset_id, n_newest=N_NEWEST, n_most=N_CANDIDATES)
    return found[int(rng.integers(len(found)))] if found else None
