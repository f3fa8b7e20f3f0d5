"""Reading matches as arrays, a row packed into four numbers: at a million, Python's objects cost most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Integer, Select, SQLColumnExpression, literal_column, select
from sqlalchemy.orm import Session

from db.arrays import read_integers
from db.tables import REASONS, MatchRow

VERDICT_CODES: Final = {"a": 1, "b": 2, "tie": 3, "both_bad": 4}
"""0 stands for no verdict in that order."""
REASON_CODES: Final = {reason: code for code, reason in enumerate(REASONS, start=1)}
"""0 stands for a scored match."""


@dataclass(frozen=True)
class StoredMatches:
    """Matches, scored or not, in stored order; each array of shape (n_matches,).

    Verdicts hold VERDICT_CODES (0: none in that order), `reason` holds REASON_CODES (0: scored).
    """

    match_id: NDArray[Any]
    prompt_id: NDArray[Any]
    contestant_a: NDArray[Any]
    contestant_b: NDArray[Any]
    response_a: NDArray[Any]
    response_b: NDArray[Any]
    judge_id: NDArray[Any]
    repetition: NDArray[Any]
    verdict_ab: NDArray[Any]
    verdict_ba: NDArray[Any]
    n_orders: NDArray[Any]
    reason: NDArray[Any]

    def __len__(self) -> int:
        return len(self.match_id)

    def columns(self) -> Iterable[NDArray[Any]]:
        return (getattr(self, name) for name in self.__dataclass_fields__)

    def take(self, rows: NDArray[Any] | slice) -> StoredMatches:
        return StoredMatches(*(column[rows] for column in self.columns()))


def number_pairs(matches: StoredMatches) -> NDArray[np.int64]:
    """Give every two responses one number of their own; ids are below 2**31."""
    return np.asarray((matches.response_a.astype(np.int64) << 31) + matches.response_b)


_HIGH: Final = 2**32


def read_matches(session: Session, where: Sequence[ColumnElement[bool]]) -> StoredMatches:
    """Read matches as four packed numbers each: Python makes every number of a row an object of its own."""
    flags = (
        _times(MatchRow.repetition, 1 << 12)
        + _times(MatchRow.n_orders, 1 << 10)
        + _times(_code("verdict_ab", VERDICT_CODES), 1 << 7)
        + _times(_code("verdict_ba", VERDICT_CODES), 1 << 4)
        + _code("reason", REASON_CODES)
    )
    query: Select[*tuple[Any, ...]] = select(
        _times(MatchRow.id, _HIGH) + MatchRow.prompt_id,
        _times(MatchRow.contestant_a_id, _HIGH) + MatchRow.contestant_b_id,
        _times(MatchRow.response_a_id, _HIGH) + MatchRow.response_b_id,
        _times(MatchRow.judge_id, _HIGH) + flags,
    ).where(*where)
    ids, contestants, responses, rest = read_integers(session, query)
    if not (ids[1:] > ids[:-1]).all():
        order = np.argsort(ids, kind="stable")  # several times faster than sorting in the database
        ids, contestants, responses, rest = (column[order] for column in (ids, contestants, responses, rest))
    judge_id, flag = _high(rest), _low(rest)
    return StoredMatches(
        match_id=_high(ids),
        prompt_id=_low(ids),
        contestant_a=_high(contestants),
        contestant_b=_low(contestants),
        response_a=_high(responses),
        response_b=_low(responses),
        judge_id=judge_id,
        repetition=flag >> 12,
        verdict_ab=(flag >> 7 & 7).astype(np.int8),
        verdict_ba=(flag >> 4 & 7).astype(np.int8),
        n_orders=(flag >> 10 & 3).astype(np.int8),
        reason=(flag & 15).astype(np.int8),
    )


def _code(column: str, codes: dict[str, int]) -> ColumnElement[int]:
    """Write the words and codes out: SQLite would look at a parameter anew for every row."""
    cases = " ".join(f"WHEN '{word}' THEN {code}" for word, code in codes.items())
    name = f'"match".{column}'
    return literal_column(f"CASE WHEN {name} IS NULL THEN 0 ELSE CASE {name} {cases} END END", Integer)


def _times(column: SQLColumnExpression[int], factor: int) -> ColumnElement[int]:
    return column * literal_column(str(factor), BigInteger if factor >= _HIGH else Integer)


def _high(packed: NDArray[np.int64]) -> NDArray[np.int32]:
    return (packed >> 32).astype(np.int32)


def _low(packed: NDArray[np.int64]) -> NDArray[np.int32]:
    return (packed & 0xFFFFFFFF).astype(np.int32)
