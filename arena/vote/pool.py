"""All pairs of a data set: response k of one contestant and response k of another, on one prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from arena.vote.pairs import MAX_DRAWS
from db import Session, ballots
from db.ballots import GroupArrays, Pair


@dataclass(frozen=True, eq=False)
class Pool:
    """Pairs by groups of responses to one prompt with one sample index.

    Each array has shape (n_groups,); `n_pairs_up_to` is cumulative. `last_response_id` says when that was.
    """

    prompt_id: NDArray[np.int64]
    sample_index: NDArray[np.int64]
    n_responses: NDArray[np.int64]
    n_pairs_up_to: NDArray[np.int64]
    last_response_id: int

    @classmethod
    def of(cls, groups: GroupArrays, last_response_id: int) -> Pool:
        n_pairs = groups.n_responses * (groups.n_responses - 1) // 2
        return cls(
            groups.prompt_id, groups.sample_index, groups.n_responses, np.cumsum(n_pairs), last_response_id
        )

    @property
    def groups(self) -> GroupArrays:
        return GroupArrays(self.prompt_id, self.sample_index, self.n_responses)

    @property
    def n_pairs(self) -> int:
        return int(self.n_pairs_up_to[-1]) if len(self.n_pairs_up_to) else 0

    @property
    def n_readable(self) -> int:
        """Responses that can be shown, those without a partner too."""
        return int(self.n_responses.sum())

    @property
    def has_one_sample(self) -> bool:
        return not self.sample_index.any()


@dataclass(frozen=True)
class Drawn:
    prompt_id: int
    pair: Pair


def draw_uniformly(session: Session, pool: Pool, done: set[Pair], rng: np.random.Generator) -> Drawn | None:
    """Draw a pair that is not in `done`, each equally likely; None where none is left.

    A pair of the whole data set is drawn again while it is one of the voter's own: a data set has far more
    pairs than a person has votes. Where a person is nearly through, the rest is listed.
    """
    if pool.n_pairs <= 0:
        return None
    for _ in range(MAX_DRAWS):
        drawn = _draw(session, pool, rng)
        if drawn is not None and drawn.pair not in done:
            return drawn
    left = [one for one in _list_all(session, pool) if one.pair not in done]
    return left[int(rng.integers(len(left)))] if left else None


def _draw(session: Session, pool: Pool, rng: np.random.Generator) -> Drawn | None:
    """Draw from all pairs; None where the responses changed since the pool was counted."""
    index = int(rng.integers(pool.n_pairs))
    group = int(np.searchsorted(pool.n_pairs_up_to, index, side="right"))
    n_responses = int(pool.n_responses[group])
    prompt_id = int(pool.prompt_id[group])
    responses = ballots.list_group(session, prompt_id, int(pool.sample_index[group]))
    if len(responses) != n_responses:
        return None
    first_of_group = int(pool.n_pairs_up_to[group]) - n_responses * (n_responses - 1) // 2
    return Drawn(prompt_id, list(combinations(responses, 2))[index - first_of_group])


def _list_all(session: Session, pool: Pool) -> Iterator[Drawn]:
    for prompt_id, sample_index in zip(pool.prompt_id.tolist(), pool.sample_index.tolist(), strict=True):
        for pair in combinations(ballots.list_group(session, prompt_id, sample_index), 2):
            yield Drawn(prompt_id, pair)
