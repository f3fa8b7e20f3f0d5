"""What is known of responses without their texts: averages by contestant, style features.

A tally that the database keeps (`db.triggers`) says whether a response came, went or changed
since they were read; until then they are kept.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, func, literal_column, select
from sqlalchemy.orm import Session

from db.arrays import read_integers
from db.engine import READS
from db.kept_arrays import list_stamps, load_block
from db.tables import ChangeTallyRow, ContestantRow, PromptRow, ResponseRow

Thing = TypeVar("Thing")
_SCAN_SHARE: Final = 0.2
"""Above this share of all prompts, reading all responses is quicker than looking up a data set's."""
_KEPT: Final = {"facts": 500, "style": 2, "sizes": 500, "answered": 50, "ready": 20, "groups": 20}
"""Of how many data sets; style features of two million responses take 48 MB."""


@dataclass(frozen=True)
class ContestantFacts:
    """What is known of a contestant's own responses; None where no response says."""

    id: int
    name: str
    family: str | None
    n_responses: int
    mean_cost_usd: float | None
    mean_latency_s: float | None


@dataclass(frozen=True, eq=False)
class StyleArrays:
    """Style features of responses, sorted by `response_id`; -1 where the text is missing."""

    response_id: NDArray[Any]
    n_chars: NDArray[Any]
    n_words: NDArray[Any]
    n_headers: NDArray[Any]
    n_list_items: NDArray[Any]
    n_bold: NDArray[Any]


class _Shelf:
    """What was read of one database, each with the number of changes that it was read at."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.things: OrderedDict[tuple[str, int | None], tuple[int, Any]] = OrderedDict()


_shelves: weakref.WeakKeyDictionary[Any, _Shelf] = weakref.WeakKeyDictionary()
_shelves_lock = threading.Lock()


def count_changes(session: Session, subject: str = "response") -> int:
    """Return a number that grows with every response (or `outcome`) that comes, goes or changes."""
    query = select(func.sum(ChangeTallyRow.n_changes)).where(ChangeTallyRow.subject == subject)
    return int(session.scalar(query) or 0)


def kept(
    session: Session, what: str, dataset_id: int | None, read: Callable[[Session, int | None], Thing]
) -> Thing:
    """Return what `read` gives, or gave before if no response has come, gone or changed since."""
    if not session.info.get(READS):  # it may see what is never committed
        return read(session, dataset_id)
    with _shelves_lock:
        shelf = _shelves.setdefault(session.get_bind(), _Shelf())
    n_changes = count_changes(session)
    with shelf.lock:
        known = shelf.things.get((what, dataset_id))
        if known is not None and known[0] == n_changes:
            shelf.things.move_to_end((what, dataset_id))
            thing: Thing = known[1]
            return thing
        thing = read(session, dataset_id)
        shelf.things[what, dataset_id] = (n_changes, thing)
        while sum(key[0] == what for key in shelf.things) > _KEPT[what]:
            shelf.things.pop(next(key for key in shelf.things if key[0] == what))
        return thing


def load_contestant_facts(session: Session, dataset_id: int | None) -> tuple[ContestantFacts, ...]:
    """Return every contestant that has a response there, in the order of the ids."""
    means = kept(session, FACTS, dataset_id, _load_means)
    # Names are not counted as changes of responses, and cost nothing to read.
    query = select(ContestantRow.id, ContestantRow.name, ContestantRow.family).order_by(ContestantRow.id)
    return tuple(ContestantFacts(*row, *means[row[0]]) for row in session.execute(query) if row[0] in means)


Means = dict[int, tuple[int, float | None, float | None]]
"""Number of responses, mean cost and mean latency by contestant."""
FACTS: Final = "facts"
_FACTS: Final = ("contestant_id", "n_responses", "mean_cost_usd", "mean_latency_s")


def _load_means(session: Session, dataset_id: int | None) -> Means:
    copied = load_copied_means(session, dataset_id)
    return read_means(session, dataset_id) if copied is None else copied


def load_copied_means(session: Session, dataset_id: int | None) -> Means | None:
    """Return the copy in the database, None where a response has come, gone or changed since it was made."""
    columns = load_current(session, FACTS, dataset_id, _FACTS)
    if columns is None:
        return None
    rows = zip(*(columns[name].tolist() for name in _FACTS), strict=True)
    return {
        contestant_id: (n, None if math.isnan(cost) else cost, None if math.isnan(latency) else latency)
        for contestant_id, n, cost, latency in rows
    }


def means_to_columns(means: Means) -> dict[str, NDArray[Any]]:
    """Lay averages out as columns; NaN where there is none."""
    figures = [[np.nan if row[place] is None else row[place] for row in means.values()] for place in range(3)]
    columns = [np.array(list(means), dtype=np.int64), np.array(figures[0], dtype=np.int64)]
    columns += [np.array(one, dtype=np.float64) for one in figures[1:]]
    return dict(zip(_FACTS, columns, strict=True))


def load_current(
    session: Session, subject: str, dataset_id: int | None, names: Collection[str]
) -> dict[str, NDArray[Any]] | None:
    """Return a copy's columns, None where there is no copy of the present state."""
    stamps = [] if dataset_id is None else list_stamps(session, subject, dataset_id)
    if not stamps or stamps[0].n_changes != count_changes(session):
        return None
    columns = load_block(session, stamps[0])
    return columns if columns is not None and set(columns) == set(names) else None


def read_means(session: Session, dataset_id: int | None) -> Means:
    """Average the responses themselves."""
    query = select(
        ResponseRow.contestant_id,
        func.count(),
        func.avg(ResponseRow.cost_usd),
        func.avg(ResponseRow.latency_s),
    ).group_by(ResponseRow.contestant_id)
    if dataset_id is not None:
        query = query.where(_of_dataset(session, dataset_id))
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(query)}


def _of_dataset(session: Session, dataset_id: int) -> ColumnElement[bool]:
    """Choose the responses of a data set: where it is most of the database, without looking each prompt up.

    Then an index that holds all that is asked is read from end to end.
    """
    prompts = PromptRow.dataset_id == dataset_id
    first, last, n = session.execute(
        select(func.min(PromptRow.id), func.max(PromptRow.id), func.count()).where(prompts)
    ).one()
    if n:
        between = (PromptRow.id >= first, PromptRow.id <= last)
        n_between = session.scalar(select(func.count()).select_from(PromptRow).where(*between)) or 0
        n_all = session.scalar(select(func.count()).select_from(PromptRow)) or 0
        if n_between == n and n > _SCAN_SHARE * n_all:
            at = ResponseRow.prompt_id + 0  # no look into an index of prompts
            return and_(at >= first, at <= last)
    return ResponseRow.prompt_id.in_(_prompts(dataset_id))


def _prompts(dataset_id: int) -> Select[int]:
    return select(PromptRow.id).where(PromptRow.dataset_id == dataset_id)


def load_style_arrays(session: Session, dataset_id: int | None) -> StyleArrays:
    """Return int32 arrays that are shared: nobody may write to them."""
    return kept(session, STYLE, dataset_id, _load_style)


_SHIFT: Final = 21
"""Bits for each of three features in one number; a text with two million words or headings has no more."""


STYLE: Final = "style"


def _load_style(session: Session, dataset_id: int | None) -> StyleArrays:
    """Do for style features as for averages."""
    columns = load_current(session, STYLE, dataset_id, StyleArrays.__dataclass_fields__)
    if columns is not None:
        return _shared({name: column.astype(np.int32) for name, column in columns.items()})
    return read_style(session, dataset_id)


def _shared(columns: dict[str, NDArray[np.int32]]) -> StyleArrays:
    for column in columns.values():
        column.flags.writeable = False
    return StyleArrays(**columns)


def read_style(session: Session, dataset_id: int | None) -> StyleArrays:
    """Read the features from the responses themselves."""
    most = (1 << _SHIFT) - 2
    width = literal_column(f"CAST({1 << _SHIFT} AS BIGINT)", BigInteger)

    def small(column: Any) -> Any:
        """Write a count in 21 bits, 0 where it is missing."""
        return case((column.is_(None), 0), (column > most, most + 1), else_=column + 1)

    features = (ResponseRow.n_words, ResponseRow.n_headers, ResponseRow.n_list_items)
    words, headers, items = (small(column) for column in features)
    query: Select[*tuple[Any, ...]] = select(
        ResponseRow.id * literal_column(str(1 << 32), BigInteger) + func.coalesce(ResponseRow.n_chars + 1, 0),
        (width * words + headers) * width + items,
        small(ResponseRow.n_bold),
    )
    if dataset_id is not None:
        query = query.where(_of_dataset(session, dataset_id))
    first, second, bold = read_integers(session, query)
    order = np.argsort(first, kind="stable")
    first, second, bold = first[order], second[order], bold[order]
    mask = (1 << _SHIFT) - 1
    columns = (
        first >> 32,
        (first & 0xFFFFFFFF) - 1,
        (second >> 2 * _SHIFT) - 1,
        (second >> _SHIFT & mask) - 1,
        (second & mask) - 1,
        bold - 1,
    )
    names = StyleArrays.__dataclass_fields__
    return _shared({name: column.astype(np.int32) for name, column in zip(names, columns, strict=True)})
