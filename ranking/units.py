"""The units of the calibrated lens: what the judge, and people, said of one pair on one prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.errors import InvalidMatchesError
from ranking.matches import Matches
from ranking.scores import dense_labels


@dataclass(frozen=True, eq=False)
class Decided:
    """The units that people decided, in the order of the units; each of shape (n_decided,).

    `unit` is the place among the units, `human` the mean vote, `weight` the mean inverse probability.
    """

    unit: IndexArray
    human: FloatArray
    weight: FloatArray


@dataclass(frozen=True, eq=False)
class Units:
    """One row a (prompt, pair), sorted; `a` < `b`, `judge` is the judge's mean outcome."""

    a: IndexArray
    b: IndexArray
    prompt: IndexArray
    n_prompts: int
    judge: FloatArray
    decided: Decided

    def __len__(self) -> int:
        return len(self.judge)

    @property
    def inflated(self) -> FloatArray:
        """Weights of the decided units, scaled to sum to the number of units."""
        weight = self.decided.weight
        scaled: FloatArray = weight * (len(self) / weight.sum())
        return scaled


def build_units(judge: Matches, human: Matches, weight: FloatArray) -> tuple[Units, int]:
    """Average rows to units; count the votes on units that the judge did not decide."""
    if judge.names != human.names:
        raise InvalidMatchesError("judge and human matches must name the same contestants in the same order")
    if judge.prompt_id is None or human.prompt_id is None:
        raise InvalidMatchesError("the calibrated lens needs prompt_id of judge and human matches")
    n = len(judge.names)
    prompt, n_prompts = dense_labels(np.concatenate([judge.prompt_id, human.prompt_id]))
    judged, voted = _keys(judge, prompt[: len(judge)], n), _keys(human, prompt[len(judge) :], n)
    by_unit = _mean_by_key(judged, judge.weight)
    keys = by_unit.key
    at = np.minimum(np.searchsorted(keys, voted.key), max(len(keys) - 1, 0))
    both = keys[at] == voted.key if len(keys) else np.zeros(len(voted.key), dtype=bool)
    if not both.any():
        raise InvalidMatchesError("no pair on a prompt was decided by both the judge and a person")
    unit, index = np.unique(at[both], return_inverse=True)
    votes = sum_by(index, None, len(unit))
    share, inverse = (sum_by(index, x[both], len(unit)) / votes for x in (voted.outcome, weight))
    place, pair = np.divmod(keys, n * n)
    decided = Decided(unit, share, inverse)
    units = Units(pair // n, pair % n, place, n_prompts, by_unit.outcome, decided)
    return units, int((~both).sum())


@dataclass(frozen=True, eq=False)
class _Keys:
    """Of each row (prompt * n + a) * n + b with `a` < `b`, and the outcome of that `a`."""

    key: NDArray[np.int64]
    outcome: FloatArray


def _keys(matches: Matches, prompt: NDArray[np.int64], n: int) -> _Keys:
    low, high, outcome = matches.a, matches.b, matches.outcome
    swap = low > high
    if swap.any():
        low, high = np.minimum(low, high), np.maximum(matches.a, matches.b)
        outcome = np.where(swap, 1 - outcome, outcome)
    key = prompt * n
    key += low
    key *= n
    key += high
    return _Keys(key, outcome)


def _mean_by_key(rows: _Keys, weight: FloatArray | None) -> _Keys:
    """Give the weighted mean outcome of each key that has weight, sorted by key."""
    order = _sorted_order(rows.key)
    key, outcome = rows.key[order], rows.outcome[order]
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else order
    if weight is None and len(starts) == len(key):
        return _Keys(key, outcome)
    w = np.ones(len(key)) if weight is None else weight[order]
    total = np.add.reduceat(w, starts) if len(key) else w
    points = np.add.reduceat(w * outcome, starts) if len(key) else w
    keep = total > 0
    return _Keys(key[starts][keep], points[keep] / total[keep])


def _sorted_order(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """Argsort, by sorting the keys with their rows in the low bits where both fit: twice as fast."""
    bits = max(len(key) - 1, 1).bit_length()
    if not len(key) or int(key.max()) >= 1 << (62 - bits):
        return np.argsort(key, kind="stable")
    packed = key << bits
    packed |= np.arange(len(key))
    packed.sort()
    packed &= (1 << bits) - 1
    return np.asarray(packed)
