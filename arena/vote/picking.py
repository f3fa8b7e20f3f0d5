"""Picking the next pair: by what the ranking needs, with a fifth of uniform draws, and the chance it had.

The chance stored is that of the whole mixture given what was left for this voter: each part's share over its
pairs that are left, summed over the parts that hold the pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arena.vote.frame import UNIFORM, Frame, Part, parts_for
from arena.vote.pairs import key_array, to_key, to_pair
from arena.vote.pool import draw_uniformly
from db import Session, picks
from db.ballots import Pair

MAX_TRIES = 5


@dataclass(frozen=True)
class Pick:
    """A pair, the rule that drew it, and the chance that it was this one."""

    prompt_id: int
    pair: Pair
    rule: str
    probability: float


def pick_pair(session: Session, frame: Frame, done: set[Pair], rng: np.random.Generator) -> Pick | None:
    """Pick a pair that is not in `done`; None where there is none."""
    n_left = frame.pool.n_pairs - len(done)
    if n_left <= 0:
        return None
    keys = key_array(done)
    parts = parts_for(frame, keys)
    uniform_share = 1.0 - sum(part.weight for part in parts)

    def chance(key: int) -> float:
        of_parts = (part.weight / part.pairs.n_without(keys) for part in parts if part.pairs.has(key))
        return uniform_share / n_left + sum(of_parts)

    for _ in range(MAX_TRIES):
        part = _choose(parts, rng)
        if part is None:
            break
        key = part.pairs.draw(keys, rng)
        prompt_id = picks.get_prompt_of(session, to_pair(key))
        if prompt_id is not None:  # None: its text went since the frame was read
            return Pick(prompt_id, to_pair(key), part.rule, chance(key))
    drawn = draw_uniformly(session, frame.pool, done, rng)
    return None if drawn is None else Pick(drawn.prompt_id, drawn.pair, UNIFORM, chance(to_key(drawn.pair)))


def _choose(parts: list[Part], rng: np.random.Generator) -> Part | None:
    """Choose a part by its weight; None stands for the uniform draw."""
    at = rng.random()
    for part in parts:
        at -= part.weight
        if at < 0:
            return part
    return None
