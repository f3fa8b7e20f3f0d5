"""Tables into matches: the only module that reads pandas. Encoding the names is where the time goes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import FloatArray, IndexArray
from ranking.errors import InvalidMatchesError
from ranking.matches import Matches

if TYPE_CHECKING:
    import pandas as pd

OUTCOME_OF_WINNER = {"model_a": 1.0, "model_b": 0.0, "tie": 0.5, "tie (bothbad)": 0.5, "both_bad": 0.5}
SHOWN_FIRST = {"model_a": 1, "model_b": -1}


def matches_from_frame(df: pd.DataFrame, covariates: Sequence[str]) -> Matches:
    """Do what `Matches.from_frame` says."""
    _check_columns(df, covariates)
    columns = ["model_a", "model_b"] if "outcome" in df else ["model_a", "model_b", "winner"]
    with ThreadPoolExecutor(max_workers=len(columns)) as pool:  # hashing Arrow strings frees the interpreter
        (a, names_a), (b, names_b), *winner = pool.map(_encode, [df[name] for name in columns], columns)
    names = sorted(set(names_a) | set(names_b))
    position = {name: i for i, name in enumerate(names)}
    return Matches(
        np.array([position[name] for name in names_a], dtype=np.int32)[a],
        np.array([position[name] for name in names_b], dtype=np.int32)[b],
        _outcome_of_winner(*winner[0]) if winner else df["outcome"].to_numpy(np.float64, na_value=np.nan),
        names,
        weight=df["weight"].to_numpy() if "weight" in df else None,
        prompt_id=_labels(df, "prompt_id"),
        shown_first=_shown_first(df) if "shown_first" in df else None,
        judge=_labels(df, "judge"),
        same_family=df["same_family"].to_numpy() if "same_family" in df else None,
        covariates={name: df[name].to_numpy(dtype=np.float64) for name in covariates},
    )


def _check_columns(df: pd.DataFrame, covariates: Sequence[str]) -> None:
    missing = [name for name in ("model_a", "model_b", *covariates) if name not in df]
    if missing:
        raise InvalidMatchesError(f"the table has no column {', '.join(missing)}")
    if "winner" not in df and "outcome" not in df:
        raise InvalidMatchesError("the table has neither a column winner nor a column outcome")


def _encode(column: pd.Series, what: str) -> tuple[IndexArray, list[str]]:
    """Give positions and the distinct names they point to; a missing name is refused."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, names = column.cat.codes.to_numpy(), list(column.cat.categories)
    elif isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "pyarrow":
        encoded = column.array.__arrow_array__().combine_chunks().dictionary_encode()
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        names = encoded.dictionary.to_pylist()
    else:
        codes, distinct = pd.factorize(column)
        names = list(distinct)
    if len(codes) and int(codes.min()) < 0:
        raise InvalidMatchesError(f"{what} is missing in {int((codes < 0).sum())} rows")
    if len(names) and isinstance(column.dtype, pd.CategoricalDtype):
        used = np.flatnonzero(np.bincount(codes, minlength=len(names)))
        renumber = np.zeros(len(names), dtype=np.int32)
        renumber[used] = np.arange(len(used))
        codes, names = renumber[codes], [names[i] for i in used]
    return codes, [str(name) for name in names]


def _outcome_of_winner(codes: IndexArray, winners: list[str]) -> FloatArray:
    unknown = [winner for winner in winners if winner not in OUTCOME_OF_WINNER]
    if unknown:
        raise InvalidMatchesError(
            f"winner must be one of {', '.join(OUTCOME_OF_WINNER)}, not {', '.join(sorted(unknown))}"
        )
    values = np.array([OUTCOME_OF_WINNER[winner] for winner in winners], dtype=np.float64)
    return values[codes] if len(winners) else np.zeros(0)


def _shown_first(df: pd.DataFrame) -> NDArray[np.int8]:
    import pandas as pd

    codes, values = pd.factorize(df["shown_first"])
    unknown = sorted(str(value) for value in values if value not in SHOWN_FIRST)
    if unknown:
        raise InvalidMatchesError(
            f"shown_first must be model_a, model_b or missing, not {', '.join(unknown)}"
        )
    return np.array([*(SHOWN_FIRST[value] for value in values), 0], dtype=np.int8)[codes]


def _labels(df: pd.DataFrame, column: str) -> NDArray[np.generic] | None:
    import pandas as pd

    if column not in df:
        return None
    if pd.api.types.is_integer_dtype(df[column].dtype) and not df[column].hasnans:
        return df[column].to_numpy(dtype=np.int64)
    codes, _ = pd.factorize(df[column])
    if len(codes) and int(codes.min()) < 0:
        raise InvalidMatchesError(f"{column} is missing in {int((codes < 0).sum())} rows")
    return codes
