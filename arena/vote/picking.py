"""Picking the next pair: every pair that a voter has neither voted on nor set aside is equally likely.

A random pair of the whole data set is drawn, and drawn again while it is one of the voter's own; a data set
has far more pairs than a person has votes. Where a person is nearly through, the rest is listed and one of it
drawn. Both ways give each remaining pair the same chance, which is stored with the vote.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from db import Database, Session, ballots
from db.ballots import Pair

PICK_RULE = "uniform"
MAX_DRAWS = 40
POOL_SECONDS = 300


@dataclass(frozen=True)
class Pool:
    """All pairs of a data set, by groups of responses to one prompt with one sample index.

    Each array has shape (n_groups,); `n_pairs_up_to` is cumulative.
    """

    prompt_id: NDArray[np.int64]
    sample_index: NDArray[np.int64]
    n_responses: NDArray[np.int64]
    n_pairs_up_to: NDArray[np.int64]

    @property
    def n_pairs(self) -> int:
        return int(self.n_pairs_up_to[-1]) if len(self.n_pairs_up_to) else 0


@dataclass(frozen=True)
class Pick:
    """A pair and the chance that it was this one."""

    prompt_id: int
    pair: Pair
    probability: float


def get_pool(database: Database, session: Session, dataset_id: int) -> Pool:
    """Return the pairs of a data set, counted anew when a response was added, else every five minutes."""
    last_response_id = ballots.get_last_response_id(session)
    return _load_pool(database, dataset_id, last_response_id, int(time.monotonic() // POOL_SECONDS))


@lru_cache(maxsize=8)
def _load_pool(database: Database, dataset_id: int, _last_response_id: int, _moment: int) -> Pool:
    with database.read() as session:
        groups = ballots.load_groups(session, dataset_id)
    n_pairs = groups.n_responses * (groups.n_responses - 1) // 2
    return Pool(groups.prompt_id, groups.sample_index, groups.n_responses, np.cumsum(n_pairs))


def pick_pair(session: Session, pool: Pool, done: set[Pair], rng: np.random.Generator) -> Pick | None:
    """Pick one of the pool's pairs that are not in `done`; None where there is none."""
    n_left = pool.n_pairs - len(done)
    if n_left <= 0:
        return None
    for _ in range(MAX_DRAWS):
        drawn = _draw(session, pool, rng)
        if drawn is not None and drawn.pair not in done:
            return Pick(drawn.prompt_id, drawn.pair, 1 / n_left)
    left = [pick for pick in _list_all(session, pool) if pick.pair not in done]
    if not left:
        return None
    chosen = left[int(rng.integers(len(left)))]
    return Pick(chosen.prompt_id, chosen.pair, 1 / len(left))


def _draw(session: Session, pool: Pool, rng: np.random.Generator) -> Pick | None:
    """Draw from all pairs; None where the responses changed since the pool was counted."""
    index = int(rng.integers(pool.n_pairs))
    group = int(np.searchsorted(pool.n_pairs_up_to, index, side="right"))
    n_responses = int(pool.n_responses[group])
    prompt_id = int(pool.prompt_id[group])
    responses = ballots.list_group(session, prompt_id, int(pool.sample_index[group]))
    if len(responses) != n_responses:
        return None
    first_of_group = int(pool.n_pairs_up_to[group]) - n_responses * (n_responses - 1) // 2
    pair = list(combinations(responses, 2))[index - first_of_group]
    return Pick(prompt_id, pair, 1 / pool.n_pairs)


def _list_all(session: Session, pool: Pool) -> Iterator[Pick]:
    for prompt_id, sample_index in zip(pool.prompt_id.tolist(), pool.sample_index.tolist(), strict=True):
        for pair in combinations(ballots.list_group(session, prompt_id, sample_index), 2):
            yield Pick(prompt_id, pair, 1 / pool.n_pairs)
