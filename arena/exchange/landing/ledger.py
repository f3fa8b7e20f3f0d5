"""Counting what an import did: what many rows mention counts once, what a row itself is counts each time."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from arena.exchange.report import Counts, Kind


class Fate(IntEnum):
    NEW = 1
    DUPLICATE = 2
    COMPLETED = 3


class Ledger:
    """Counts of the file that is landing, with one byte a database id for what was counted before."""

    def __init__(self) -> None:
        self._counted: dict[Kind, bytearray] = {kind: bytearray() for kind in Kind}
        self._sums: dict[tuple[Kind, Fate], int] = {}

    def start_file(self) -> None:
        self._sums = {}

    def file_counts(self) -> Mapping[Kind, Counts]:
        kinds = [kind for kind in Kind if any((kind, fate) in self._sums for fate in Fate)]
        return {kind: Counts(*(self._sums.get((kind, fate), 0) for fate in Fate)) for kind in kinds}

    def count(self, kind: Kind, fate: Fate, n: int = 1) -> None:
        """Count what rows themselves are."""
        if n:
            self._sums[kind, fate] = self._sums.get((kind, fate), 0) + n

    def count_row(self, kind: Kind, row_id: int, fate: Fate) -> None:
        """Count what a row itself is, and remember it."""
        self._mark(kind, row_id, fate)
        self.count(kind, fate)

    def count_mention(self, kind: Kind, row_id: int, fate: Fate) -> None:
        """Count what a row mentions, unless this import has counted it already."""
        before = self._mark(kind, row_id, fate)
        if before == 0:
            self.count(kind, fate)
        elif before == Fate.DUPLICATE and fate is Fate.COMPLETED:
            self.count(kind, fate)
            if self._sums.get((kind, Fate.DUPLICATE)):
                self._sums[kind, Fate.DUPLICATE] -= 1

    def _mark(self, kind: Kind, row_id: int, fate: Fate) -> int:
        counted = self._counted[kind]
        if row_id >= len(counted):
            counted.extend(bytes(row_id + 1 - len(counted) + 65_536))
        before = counted[row_id]
        if before == 0 or fate is Fate.COMPLETED:
            counted[row_id] = fate
        return before
