"""Counting what an import did: what many rows mention counts once, what a row itself is counts each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

from arena.exchange.report import NO_COUNTS, Counts, Kind


class Fate(IntEnum):
    NEW = 0
    DUPLICATE = 1
    COMPLETED = 2


_UNSEEN = 0
_SEEN = 1
_SEEN_DUPLICATE = 2


class Tally:
    """Counts of one kind in the file that is landing, with one byte a database id for what is counted."""

    def __init__(self) -> None:
        self._sums = [0, 0, 0]
        self._seen = bytearray()

    def start_file(self) -> None:
        self._sums = [0, 0, 0]

    @property
    def counts(self) -> Counts:
        return Counts(*self._sums)

    def count(self, fate: Fate, n: int = 1) -> None:
        """Count what rows themselves are."""
        self._sums[fate] += n

    def count_added(self, ids: Sequence[int]) -> None:
        """Count rows that were added just now, whether rows of the file are them or mention them."""
        if not ids:
            return
        self._reach(ids[-1])
        for row_id in ids:
            self._seen[row_id] = _SEEN
        self._sums[Fate.NEW] += len(ids)

    def count_row(self, row_id: int, fate: Fate) -> None:
        """Count what a row itself is."""
        self._reach(row_id)
        self._seen[row_id] = _SEEN
        self._sums[fate] += 1

    def count_mention(self, row_id: int, fate: Fate) -> None:
        """Count what a row mentions, unless this import has counted it already."""
        self._reach(row_id)
        before = self._seen[row_id]
        if before == _UNSEEN:
            self._sums[fate] += 1
            self._seen[row_id] = _SEEN_DUPLICATE if fate == Fate.DUPLICATE else _SEEN
        elif before == _SEEN_DUPLICATE and fate == Fate.COMPLETED:
            self._seen[row_id] = _SEEN
            self._sums[fate] += 1
            self._sums[Fate.DUPLICATE] = max(0, self._sums[Fate.DUPLICATE] - 1)

    def _reach(self, row_id: int) -> None:
        missing = row_id + 1 - len(self._seen)
        if missing > 0:
            self._seen.extend(bytes(missing + 65_536))


class Ledger:
    """One tally a kind."""

    def __init__(self) -> None:
        self._tallies = {kind: Tally() for kind in Kind}

    def tally(self, kind: Kind) -> Tally:
        return self._tallies[kind]

    def start_file(self) -> None:
        for tally in self._tallies.values():
            tally.start_file()

    def file_counts(self) -> Mapping[Kind, Counts]:
        counts = {kind: tally.counts for kind, tally in self._tallies.items()}
        return {kind: count for kind, count in counts.items() if count != NO_COUNTS}
