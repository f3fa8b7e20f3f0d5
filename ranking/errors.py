"""What can go wrong in the ranking room.

    RankingError
    ├── InvalidMatchesError   the input says something impossible: trying again cannot help, mend the input
    └── NotConvergedError     the solver stopped above its tolerance: a prior or fewer terms may help

A strength that does not exist is no error: it is NaN, with its reason in the result's notes.
"""

import numpy as np
from numpy.typing import NDArray


class RankingError(Exception):
    """Anything the ranking room raises."""


class InvalidMatchesError(RankingError, ValueError):
    """The matches, levels or labels given cannot be ranked as they stand."""


class NotConvergedError(RankingError):
    """The step was above tolerance after the last iteration; `parameters` is where the solver stopped."""

    def __init__(self, sentence: str, parameters: NDArray[np.float64] | None = None) -> None:
        super().__init__(sentence)
        self.parameters = parameters
