"""Sets of pairs as sorted arrays of one number a pair: a million take 8 MB, and asking for one no time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.ballots import Pair
from db.picks import ID_SPAN

MAX_DRAWS = 40


def to_keys(response_a: NDArray[np.int64], response_b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number a pair; response ids stay below `ID_SPAN`."""
    return response_a * ID_SPAN + response_b


def to_key(pair: Pair) -> int:
    return pair[0] * ID_SPAN + pair[1]


def to_pair(key: int) -> Pair:
    return key // ID_SPAN, key % ID_SPAN


def key_array(pairs: Iterable[Pair]) -> NDArray[np.int64]:
    return np.sort(np.fromiter((to_key(pair) for pair in pairs), dtype=np.int64))


@dataclass(frozen=True, eq=False)
class PairSet:
    """Pairs, each once; `keys` ascend, shape (n_pairs,)."""

    keys: NDArray[np.int64]

    @classmethod
    def of(cls, keys: NDArray[np.int64]) -> PairSet:
        return cls(np.unique(keys))

    def __len__(self) -> int:
        return len(self.keys)

    def holds(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each key whether it is in the set."""
        if not len(self.keys):
            return np.zeros(len(keys), dtype=bool)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found: NDArray[np.bool_] = self.keys[at] == keys
        return found

    def has(self, key: int) -> bool:
        return bool(self.holds(np.array([key]))[0])

    def n_without(self, done: NDArray[np.int64]) -> int:
        """Count what is left without these keys, each given once."""
        return len(self.keys) - int(self.holds(done).sum())

    def draw(self, done: NDArray[np.int64], rng: np.random.Generator) -> int:
        """Draw one of those not in `done`, each equally likely; there must be one."""
        gone = set(done.tolist())
        for _ in range(MAX_DRAWS):
            key = int(self.keys[rng.integers(len(self.keys))])
            if key not in gone:
                return key
        left = self.keys[~np.isin(self.keys, done)]
        return int(left[rng.integers(len(left))])
