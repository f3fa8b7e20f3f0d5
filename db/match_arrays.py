"""Every match of a data set as arrays, kept in the process and brought up to date by what has changed.

A million matches take over a second to read from their rows, a twentieth of that from copies that lie in the
database (`db.kept_matches`), and 30 MB to keep. Before each use the database's own tally of
matches (`db.triggers`) is compared with what is kept: new matches are read by their ids, and where a match of
a judge was changed or removed that judge's matches are read anew.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from db.arrays import read_integers
from db.engine import READS
from db.kept_matches import read_blocks
from db.packed_matches import StoredMatches, read_matches
from db.tables import DatasetRow, MatchRow, MatchTallyRow, PromptTagRow

MAX_KEPT: Final = 6_000_000
"""Matches that are kept at most, of all data sets of a database together: about 180 MB."""
_MAX_BINS: Final = 1 << 22
_SCAN_SHARE: Final = 0.1
"""Above this share of a data set, reading all of it is quicker than looking up a judge's rows."""


@dataclass(frozen=True)
class MatchScope:
    """Which matches: of one data set (None = all), of these judges, with a prompt of any of these tags.

    `last_match_id` leaves out what was stored after that match; None = nothing.
    """

    dataset_id: int | None
    judge_ids: tuple[int, ...]
    tags: tuple[str, ...] = ()
    last_match_id: int | None = None


@dataclass(frozen=True)
class Part:
    """One judge's matches in one data set, and how many changes the database had counted by then.

    No two parts of a process have the same `number`.
    """

    matches: StoredMatches
    n_changes: int
    number: int = field(default_factory=itertools.count().__next__)

    @cached_property
    def n_by_contestant(self) -> dict[int, int]:
        return count_sides(self.matches.contestant_a, self.matches.contestant_b)

    @cached_property
    def pairs(self) -> dict[tuple[int, int], int]:
        return count_cells(self.matches.contestant_a, self.matches.contestant_b)


@dataclass
class Kept:
    """A data set's parts by judge; no match after `last_match_id` is in them."""

    parts: dict[int, Part] = field(default_factory=dict)
    last_match_id: int = 0

    def __len__(self) -> int:
        return sum(len(part.matches) for part in self.parts.values())


class _Shelf:
    """What is kept of one database. `lock` is held while it is read and brought up to date."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.datasets: OrderedDict[int, Kept] = OrderedDict()

    def make_room(self) -> None:
        """Drop the data sets that were not asked for the longest."""
        while self.datasets and sum(map(len, self.datasets.values())) > MAX_KEPT:
            self.datasets.popitem(last=False)


_shelves: weakref.WeakKeyDictionary[Any, _Shelf] = weakref.WeakKeyDictionary()
_shelves_lock = threading.Lock()


def load_matches(session: Session, scope: MatchScope) -> StoredMatches:
    """Return the matches in scope as int64 arrays of the caller's own."""
    datasets = list_dataset_ids(session, scope.dataset_id)
    parts = [part for dataset_id in datasets for part in load_parts(session, dataset_id, scope.judge_ids)]
    tagged = load_tagged(session, scope.tags) if scope.tags else None
    found = narrow(join_parts(parts), scope.last_match_id, tagged)
    return StoredMatches(*(column.astype(np.int64) for column in found.columns()))


def list_dataset_ids(session: Session, dataset_id: int | None) -> Sequence[int]:
    """Return this one, or all where None is asked for."""
    return session.scalars(select(DatasetRow.id)).all() if dataset_id is None else [dataset_id]


def load_tagged(session: Session, tags: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the prompts that have any of the tags, sorted."""
    query: Select[*tuple[Any, ...]] = select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(tags))
    return np.unique(read_integers(session, query)[0])


def narrow(
    matches: StoredMatches, last_match_id: int | None, prompt_ids: NDArray[np.int64] | None
) -> StoredMatches:
    """Leave out what was stored after that match, and what is of other prompts; None leaves out nothing."""
    kept = np.ones(len(matches), dtype=bool)
    if last_match_id is not None:
        kept &= matches.match_id <= last_match_id
    if prompt_ids is not None:
        kept &= is_among(matches.prompt_id, prompt_ids)
    return matches if kept.all() else matches.take(np.flatnonzero(kept))


def is_among(ids: NDArray[Any], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each id is one of those wanted; small ids are looked up in a table of all of them."""
    if not len(wanted) or not len(ids):
        return np.zeros(len(ids), dtype=bool)
    size = int(max(wanted.max(), ids.max())) + 1
    if size > _MAX_BINS or min(wanted.min(), ids.min()) < 0:
        return np.isin(ids, wanted)
    table = np.zeros(size, dtype=bool)
    table[wanted] = True
    return np.asarray(table[ids])


def count_pairs_by_judge(
    session: Session, dataset_id: int | None, judge_ids: Sequence[int], tags: tuple[str, ...] = ()
) -> dict[int, Counter[tuple[int, int]]]:
    """Count matches, scored or not, by judge and the database ids of the two contestants."""
    counts: dict[int, Counter[tuple[int, int]]] = {judge_id: Counter() for judge_id in judge_ids}
    if tags:
        found = load_matches(session, MatchScope(dataset_id, tuple(judge_ids), tags))
        for judge_id, matches in _by_judge(found).items():
            counts[judge_id].update(count_cells(matches.contestant_a, matches.contestant_b))
        return counts
    datasets = list_dataset_ids(session, dataset_id)
    for part in (part for one in datasets for part in load_parts(session, one, judge_ids)):
        if len(part.matches):
            counts[int(part.matches.judge_id[0])].update(part.pairs)
    return counts


def count_sides(first: NDArray[Any], second: NDArray[Any]) -> dict[int, int]:
    """Count the rows of each id, on either side."""
    ids, n = np.unique(np.concatenate([first, second]), return_counts=True)
    return dict(zip(ids.tolist(), n.tolist(), strict=True))


def count_cells(first: NDArray[Any], second: NDArray[Any]) -> dict[tuple[int, int], int]:
    """Count the rows of each two ids."""
    width = int(second.max(initial=0)) + 1
    codes = first.astype(np.int64) * width + second
    if len(codes) and codes.max() < _MAX_BINS:
        counts = np.bincount(codes)
        found = np.flatnonzero(counts)
        n = counts[found]
    else:
        found, n = np.unique(codes, return_counts=True)
    cells = zip((found // width).tolist(), (found % width).tolist(), strict=True)
    return dict(zip(cells, n.tolist(), strict=True))


def join_parts(parts: Sequence[Part]) -> StoredMatches:
    """Put judges' matches together in stored order; a single part is not copied."""
    if len(parts) == 1:
        return parts[0].matches
    if not parts:
        return StoredMatches(*(np.zeros(0, dtype=np.int64) for _ in StoredMatches.__dataclass_fields__))
    joined = _append([part.matches for part in parts])
    return joined.take(np.argsort(joined.match_id, kind="stable"))


def _append(parts: Sequence[StoredMatches]) -> StoredMatches:
    columns = zip(*(part.columns() for part in parts), strict=True)
    return StoredMatches(*(np.concatenate(column) for column in columns))


def load_parts(session: Session, dataset_id: int, judge_ids: Sequence[int]) -> list[Part]:
    if not judge_ids:
        return []
    if not session.info.get(READS):  # it may see what is never committed
        return _read_parts(session, dataset_id, judge_ids)
    with _shelves_lock:
        shelf = _shelves.setdefault(session.get_bind(), _Shelf())
    tally = read_tally(session, dataset_id)
    with shelf.lock:
        kept = shelf.datasets.setdefault(dataset_id, Kept())
        shelf.datasets.move_to_end(dataset_id)
        if _is_older(tally, kept):
            return _read_parts(session, dataset_id, judge_ids)
        _bring_up_to_date(session, dataset_id, tally, kept)
        wanted = [kept.parts[judge_id] for judge_id in judge_ids if judge_id in kept.parts]
        shelf.make_room()
        return wanted


def read_tally(session: Session, dataset_id: int) -> dict[int, MatchTallyRow]:
    query = select(MatchTallyRow).where(MatchTallyRow.dataset_id == dataset_id)
    return {row.judge_id: row for row in session.scalars(query)}


def read_whole(session: Session, dataset_id: int) -> Kept:
    """Read every match of a data set as of now, kept by nobody."""
    whole = Kept()
    _bring_up_to_date(session, dataset_id, read_tally(session, dataset_id), whole)
    return whole


def _read_parts(session: Session, dataset_id: int, judge_ids: Sequence[int]) -> list[Part]:
    found = _by_judge(read_matches(session, _of_judges(dataset_id, judge_ids)))
    return [Part(matches, 0) for matches in found.values()]


def _is_older(tally: dict[int, MatchTallyRow], kept: Kept) -> bool:
    """Whether the session began before the one that last brought this up to date."""
    for judge_id, part in kept.parts.items():
        row = tally.get(judge_id)
        if row is None or row.n_changes < part.n_changes:
            return True
        if row.n_changes == part.n_changes and row.n_matches < len(part.matches):
            return True
    return False


def _bring_up_to_date(session: Session, dataset_id: int, tally: dict[int, MatchTallyRow], kept: Kept) -> None:
    last = session.scalar(select(func.max(MatchRow.id))) or 0
    if not kept.parts:
        _take_blocks(session, dataset_id, tally, kept)
    stale = {judge_id for judge_id, part in kept.parts.items() if tally[judge_id].n_changes != part.n_changes}
    if last > kept.last_match_id:
        fresh = read_matches(session, _since(dataset_id, kept.last_match_id, is_first=not kept.parts))
        for judge_id, found in _by_judge(fresh).items():
            old = kept.parts.get(judge_id)
            matches = found if old is None else _append([old.matches, found])
            kept.parts[judge_id] = Part(matches, tally[judge_id].n_changes if old is None else old.n_changes)
    # On a server an import commits lower ids later than a vote its higher one: then the numbers differ.
    stale |= {
        judge_id
        for judge_id, row in tally.items()
        if row.n_matches != (len(kept.parts[judge_id].matches) if judge_id in kept.parts else 0)
    }
    if stale:
        again = _by_judge(read_matches(session, _of_judges(dataset_id, sorted(stale), tally)))
        for judge_id in stale:
            kept.parts.pop(judge_id, None)
            if judge_id in again:
                kept.parts[judge_id] = Part(again[judge_id], tally[judge_id].n_changes)
    kept.last_match_id = last


def _take_blocks(session: Session, dataset_id: int, tally: dict[int, MatchTallyRow], kept: Kept) -> None:
    """Begin with the copies in the database that still say what the rows say."""
    for stamp, matches in read_blocks(session, dataset_id, tally):
        kept.parts[stamp.judge_id] = Part(matches, stamp.n_changes)
        kept.last_match_id = stamp.last_id


def _by_judge(matches: StoredMatches) -> dict[int, StoredMatches]:
    judges = np.unique(matches.judge_id).tolist()
    if len(judges) == 1:
        return {judges[0]: matches}
    return {judge_id: matches.take(np.flatnonzero(matches.judge_id == judge_id)) for judge_id in judges}


def _since(dataset_id: int, last_match_id: int, *, is_first: bool) -> list[ColumnElement[bool]]:
    if not is_first:
        return [MatchRow.dataset_id == dataset_id, MatchRow.id > last_match_id]
    return _by_scanning(dataset_id)


def _by_scanning(dataset_id: int) -> list[ColumnElement[bool]]:
    """Read the table from the data set's first match to its last, not row by row through an index."""
    of_dataset = MatchRow.dataset_id == dataset_id
    first, last = (
        select(end(MatchRow.id)).where(of_dataset).scalar_subquery() for end in (func.min, func.max)
    )
    return [MatchRow.dataset_id + 0 == dataset_id, MatchRow.id >= first, MatchRow.id <= last]


def _of_judges(
    dataset_id: int, judge_ids: Sequence[int], tally: dict[int, MatchTallyRow] | None = None
) -> list[ColumnElement[bool]]:
    sizes = {} if tally is None else {judge_id: row.n_matches for judge_id, row in tally.items()}
    n_wanted = sum(sizes.get(judge_id, 0) for judge_id in judge_ids)
    if n_wanted > _SCAN_SHARE * sum(sizes.values()):
        return [*_by_scanning(dataset_id), MatchRow.judge_id.in_(judge_ids)]
    return [MatchRow.dataset_id == dataset_id, MatchRow.judge_id.in_(judge_ids)]
