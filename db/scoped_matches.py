"""The scored matches of a scope, put together once and shared for as long as nothing in the scope changes."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from db.boards import MatchArrays
from db.engine import READS
from db.match_arrays import (
    MatchScope,
    Part,
    count_sides,
    is_among,
    join_parts,
    list_dataset_ids,
    load_parts,
    load_tagged,
    narrow,
)
from db.packed_matches import REASON_CODES

MAX_SHARED: Final = 3_000_000
"""Matches that are held at most, of all scopes of a database together: 36 bytes each."""
MAX_COUNTS: Final = 50
ContestantCounts = Mapping[int, Mapping[int, int]]
"""Matches, scored or not, by judge and contestant."""


@dataclass(frozen=True, eq=False)
class ScopedMatches:
    """Scored matches as shared arrays of few bytes a number, which nobody may write to.

    `n_unscored` counts the others by reason.
    """

    scored: MatchArrays
    n_unscored: dict[str, int]


@dataclass(frozen=True)
class _Stamp:
    """What a scope was put together from: these parts, and prompts with these ids."""

    parts: tuple[int, ...]
    tagged: bytes


class _Shelf:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.scopes: OrderedDict[MatchScope, tuple[_Stamp, ScopedMatches]] = OrderedDict()
        self.counts: OrderedDict[MatchScope, tuple[_Stamp, ContestantCounts]] = OrderedDict()

    def make_room(self) -> None:
        while sum(len(one.scored) for _, one in self.scopes.values()) > MAX_SHARED:
            self.scopes.popitem(last=False)
        while len(self.counts) > MAX_COUNTS:
            self.counts.popitem(last=False)


_shelves: weakref.WeakKeyDictionary[Any, _Shelf] = weakref.WeakKeyDictionary()
_shelves_lock = threading.Lock()


def load_scoped(session: Session, scope: MatchScope) -> ScopedMatches:
    """Return the matches in scope; the same object as before where no match came, went or changed."""
    sources = _find_sources(session, scope)
    if not session.info.get(READS):  # it may see what is never committed
        return _put_together(sources, scope)
    shelf = _shelf_of(session)
    with shelf.lock:
        known = shelf.scopes.pop(scope, None)
        if known is None or known[0] != sources.stamp:
            known = (sources.stamp, _put_together(sources, scope))
        shelf.scopes[scope] = known
        shelf.make_room()
        return known[1]


def count_contestants(session: Session, scope: MatchScope) -> ContestantCounts:
    """Count the matches of each judge that has any, by contestant."""
    sources = _find_sources(session, scope)
    if not session.info.get(READS):
        return _count(sources)
    shelf = _shelf_of(session)
    with shelf.lock:
        known = shelf.counts.pop(scope, None)
        if known is None or known[0] != sources.stamp:
            known = (sources.stamp, _count(sources))
        shelf.counts[scope] = known
        shelf.make_room()
        return known[1]


def _shelf_of(session: Session) -> _Shelf:
    with _shelves_lock:
        return _shelves.setdefault(session.get_bind(), _Shelf())


@dataclass(frozen=True)
class _Sources:
    parts: list[Part]
    tagged: NDArray[np.int64] | None

    @property
    def stamp(self) -> _Stamp:
        digest = b"" if self.tagged is None else hashlib.sha256(self.tagged.tobytes()).digest()
        return _Stamp(tuple(part.number for part in self.parts), digest)


def _find_sources(session: Session, scope: MatchScope) -> _Sources:
    datasets = list_dataset_ids(session, scope.dataset_id)
    parts = [part for one in datasets for part in load_parts(session, one, scope.judge_ids)]
    return _Sources(parts, load_tagged(session, scope.tags) if scope.tags else None)


def _count(sources: _Sources) -> ContestantCounts:
    counts: dict[int, Counter[int]] = {}
    for part in sources.parts:
        found, n_by_contestant = part.matches, part.n_by_contestant
        if not len(found):
            continue
        if sources.tagged is not None:
            among = is_among(found.prompt_id, sources.tagged)
            n_by_contestant = count_sides(found.contestant_a[among], found.contestant_b[among])
        if n_by_contestant:
            counts.setdefault(int(found.judge_id[0]), Counter()).update(n_by_contestant)
    return counts


def _put_together(sources: _Sources, scope: MatchScope) -> ScopedMatches:
    found = narrow(join_parts(sources.parts), scope.last_match_id, sources.tagged)
    n = np.bincount(found.reason, minlength=len(REASON_CODES) + 1)
    rows = np.flatnonzero(found.reason == 0) if found.reason.any() else slice(None)
    columns = {name: getattr(found, name)[rows] for name in MatchArrays.__dataclass_fields__}
    for column in columns.values():
        column.flags.writeable = False
    reasons = {reason: int(n[code]) for reason, code in REASON_CODES.items() if n[code]}
    return ScopedMatches(MatchArrays(**columns), reasons)
