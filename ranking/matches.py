"""Matches as arrays: the one input of every pairwise method. Knows nothing of how a match came to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.arrays import FloatArray
from ranking.errors import InvalidMatchesError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, init=False, eq=False)
class Matches:
    """n_matches comparisons of n_contestants, one row each; nothing is summed before a fit asks for it.

    Attributes
    ----------
    a, b : NDArray of integers, shape (n_matches,)
        Positions in `names` of the pair's first and second contestant.
    outcome : NDArray of float64, shape (n_matches,)
        Score of `a` in [0, 1]; a tie is 0.5. An unscored match has no row.
    names : tuple of str
        Every contestant once, those without a match too.
    weight : NDArray of float64 or None
        How much a row counts (None: one). A match judged in both orders is two rows of one half each.
    prompt_id : NDArray or None
        Rows with equal values are one cluster (None: each row is its own).
    shown_first : NDArray of int8 or None
        +1 where `a` was shown first, -1 where `b` was, 0 where it is unknown.
    judge : NDArray or None
        Which judge decided, as index or label.
    same_family : NDArray of float64 or None
        s(judge, a) - s(judge, b), where s is 1 if judge and contestant are of one family, else 0.
    covariates : Mapping of str to NDArray of float64
        Ready differences, feature of `a` minus feature of `b`.
    """

    a: NDArray[np.integer]
    b: NDArray[np.integer]
    outcome: FloatArray
    names: tuple[str, ...]
    weight: FloatArray | None
    prompt_id: NDArray[np.generic] | None
    shown_first: NDArray[np.int8] | None
    judge: NDArray[np.generic] | None
    same_family: FloatArray | None
    covariates: Mapping[str, FloatArray]

    def __init__(
        self,
        a: ArrayLike,
        b: ArrayLike,
        outcome: ArrayLike,
        names: Sequence[str],
        *,
        weight: ArrayLike | None = None,
        prompt_id: ArrayLike | None = None,
        shown_first: ArrayLike | None = None,
        judge: ArrayLike | None = None,
        same_family: ArrayLike | None = None,
        covariates: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        names = _checked_names(names)
        outcome = np.ascontiguousarray(outcome, dtype=np.float64)
        if outcome.ndim != 1:
            raise InvalidMatchesError(f"outcome must have shape (n_matches,), not {outcome.shape}")
        n = len(outcome)
        fields = {
            "a": _checked_index(a, "a", n, len(names)),
            "b": _checked_index(b, "b", n, len(names)),
            "outcome": _checked_outcome(outcome),
            "names": names,
            "weight": _checked_weight(weight, n),
            "prompt_id": _checked_labels(prompt_id, "prompt_id", n),
            "shown_first": _checked_shown_first(shown_first, n),
            "judge": _checked_labels(judge, "judge", n),
            "same_family": None if same_family is None else _checked_column(same_family, "same_family", n),
            "covariates": {key: _checked_column(x, key, n) for key, x in (covariates or {}).items()},
        }
        for key, value in fields.items():
            object.__setattr__(self, key, value)
        if n and bool((self.a == self.b).any()):
            row = int(np.flatnonzero(self.a == self.b)[0])
            raise InvalidMatchesError(f"row {row} compares {names[self.a[row]]!r} with itself")

    def __len__(self) -> int:
        return len(self.outcome)

    @classmethod
    def from_frame(cls, df: pd.DataFrame, *, covariates: Sequence[str] = ()) -> Matches:
        """Read a table with one match a row.

        Parameters
        ----------
        df : pandas.DataFrame
            Columns `model_a`, `model_b`, and `winner` (`model_a`, `model_b`, `tie`, `tie (bothbad)`,
            `both_bad`; the last three are ties) or `outcome` in [0, 1]. Optional: `weight`, `prompt_id`,
            `shown_first` (`model_a` or `model_b`, missing where unknown), `judge`, `same_family`.
        covariates : sequence of str
            Names of columns that hold ready differences, `a` minus `b`.

        Raises
        ------
        InvalidMatchesError
            If a column is missing, a name or outcome is missing, or a winner is not one of those above.
        """
        from ranking.frames import matches_from_frame

        return matches_from_frame(df, covariates)

    def take(self, rows: NDArray[np.generic]) -> Matches:
        """Give the matches at `rows` (positions or a mask), with the same contestants."""

        def pick(column: NDArray[np.generic] | None) -> NDArray[np.generic] | None:
            return None if column is None else column[rows]

        return Matches(
            self.a[rows],
            self.b[rows],
            self.outcome[rows],
            self.names,
            weight=pick(self.weight),
            prompt_id=pick(self.prompt_id),
            shown_first=pick(self.shown_first),
            judge=pick(self.judge),
            same_family=pick(self.same_family),
            covariates={key: column[rows] for key, column in self.covariates.items()},
        )


def _checked_names(names: Sequence[str]) -> tuple[str, ...]:
    names = tuple(names)
    if len(set(names)) != len(names):
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        raise InvalidMatchesError(f"contestants are named more than once: {', '.join(twice)}")
    return names


def _checked_index(index: ArrayLike, what: str, n_rows: int, n_contestants: int) -> NDArray[np.integer]:
    index = np.ascontiguousarray(index)
    if index.size == 0:
        index = index.astype(np.intp)
    if index.shape != (n_rows,):
        raise InvalidMatchesError(f"{what} must have shape ({n_rows},) as outcome has, not {index.shape}")
    if not np.issubdtype(index.dtype, np.integer):
        raise InvalidMatchesError(f"{what} must hold integers (positions in names), not {index.dtype}")
    if n_rows and _largest(index) >= n_contestants:
        raise InvalidMatchesError(
            f"{what} holds positions {index.min()} to {index.max()}, but there are {n_contestants} names"
        )
    return index


def _largest(index: NDArray[np.integer]) -> int:
    """Give the largest value, a negative one counting as very large: one pass instead of two."""
    return int(index.view(f"u{index.dtype.itemsize}").max())


def _checked_outcome(outcome: FloatArray) -> FloatArray:
    if not len(outcome):
        return outcome
    low, high = outcome.min(), outcome.max()
    if np.isnan(low):
        raise InvalidMatchesError(
            f"{int(np.isnan(outcome).sum())} matches have no outcome (NaN): "
            "an unscored match must be left out, and counted, by the caller"
        )
    if low < 0 or high > 1:
        raise InvalidMatchesError(f"outcomes must lie in [0, 1], not in [{low:g}, {high:g}]")
    return outcome


def _checked_weight(weight: ArrayLike | None, n_rows: int) -> FloatArray | None:
    if weight is None:
        return None
    weight = _checked_column(weight, "weight", n_rows)
    if n_rows and weight.min() < 0:
        raise InvalidMatchesError(f"weights must not be negative; the least is {weight.min():g}")
    return weight


def _checked_column(column: ArrayLike, what: str, n_rows: int) -> FloatArray:
    column = np.ascontiguousarray(column, dtype=np.float64)
    if column.shape != (n_rows,):
        raise InvalidMatchesError(f"{what} must have shape ({n_rows},) as outcome has, not {column.shape}")
    if n_rows and not np.isfinite(column).all():
        raise InvalidMatchesError(
            f"{what} holds {int((~np.isfinite(column)).sum())} values that are not finite"
        )
    return column


def _checked_labels(labels: ArrayLike | None, what: str, n_rows: int) -> NDArray[np.generic] | None:
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape != (n_rows,):
        raise InvalidMatchesError(f"{what} must have shape ({n_rows},) as outcome has, not {labels.shape}")
    if np.issubdtype(labels.dtype, np.floating) and bool(np.isnan(labels).any()):
        raise InvalidMatchesError(f"{what} is missing (NaN) in {int(np.isnan(labels).sum())} rows")
    return labels


def _checked_shown_first(shown_first: ArrayLike | None, n_rows: int) -> NDArray[np.int8] | None:
    if shown_first is None:
        return None
    column = _checked_column(shown_first, "shown_first", n_rows)
    if not np.isin(column, (-1, 0, 1)).all():
        raise InvalidMatchesError("shown_first must be +1 (a first), -1 (b first) or 0 (unknown)")
    return column.astype(np.int8)
