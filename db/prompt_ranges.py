"""Which ids the prompts of a data set have, as ranges: of millions of responses a range is tested far faster.

A file's prompts are stored one after another, so a data set is mostly one range, and seldom more than a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from db.tables import PromptRow

MAX_RANGES: Final = 50
"""More than that are asked one by one of the table."""
_SMALL: Final = 0.05
"""A data set with less of all prompts than this is looked up; one with more is found by reading all."""


@dataclass(frozen=True)
class _Range:
    dataset_id: int
    low: int
    high: int


def is_of(session: Session, column: Any, dataset_id: int) -> ColumnElement[bool]:
    """Say that a column of prompt ids holds one of this data set, for a look into an index."""
    ranges = [one for one in _read_ranges(session) if one.dataset_id == dataset_id]
    return _within(column, dataset_id, ranges)


def is_of_when_reading_all(session: Session, column: Any, dataset_id: int) -> ColumnElement[bool]:
    """Say it for a query that had better read a whole index in its order, unless the data set is small."""
    ranges = _read_ranges(session)
    own = [one for one in ranges if one.dataset_id == dataset_id]
    n_all = sum(one.high - one.low + 1 for one in ranges)
    is_small = sum(one.high - one.low + 1 for one in own) < _SMALL * n_all
    # Adding nothing keeps SQLite from going through the prompts one by one.
    return _within(column if is_small else column + 0, dataset_id, own)


def _within(column: Any, dataset_id: int, ranges: Sequence[_Range]) -> ColumnElement[bool]:
    if not ranges:
        return false()
    if len(ranges) > MAX_RANGES:
        own: ColumnElement[bool] = column.in_(select(PromptRow.id).where(PromptRow.dataset_id == dataset_id))
        return own
    return or_(*(column.between(one.low, one.high) for one in ranges))


def _read_ranges(session: Session) -> list[_Range]:
    """Return ranges of ids, in order, each of prompts of one data set alone."""
    ends = select(PromptRow.dataset_id, func.min(PromptRow.id), func.max(PromptRow.id))
    rows = session.execute(ends.group_by(PromptRow.dataset_id))
    whole = sorted((_Range(*row) for row in rows), key=lambda one: one.low)
    if all(one.high < after.low for one, after in pairwise(whole)):
        return whole
    before = func.lag(PromptRow.dataset_id).over(order_by=PromptRow.id)
    marked = select(PromptRow.id, PromptRow.dataset_id, before.label("before")).subquery()
    is_start = or_(marked.c.before.is_(None), marked.c.before != marked.c.dataset_id)
    starts = session.execute(
        select(marked.c.dataset_id, marked.c.id).where(is_start).order_by(marked.c.id)
    ).all()
    last = max(one.high for one in whole)
    ends_at = [start - 1 for _, start in starts[1:]] + [last]
    return [_Range(row[0], row[1], end) for row, end in zip(starts, ends_at, strict=True)]
