"""Chance that is the same on every machine and in every version: hashes of what it is for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")
_NORMAL = NormalDist()


def uniform(*purpose: str) -> float:
    """Draw a number in (0, 1) that depends on nothing but `purpose`."""
    digest = hashlib.sha256("|".join(purpose).encode()).digest()
    return (int.from_bytes(digest[:6], "big") + 0.5) / 2**48


def normal(*purpose: str) -> float:
    """Draw from the standard normal distribution."""
    return _NORMAL.inv_cdf(uniform(*purpose))


def choose(options: Sequence[T], *purpose: str) -> T:
    """Pick one of `options`, each equally likely."""
    return options[int(uniform(*purpose) * len(options))]
