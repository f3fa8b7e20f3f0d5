"""How few matches decide who comes first."""

from __future__ import annotations

from dataclasses import dataclass

from arena.board.records import BoardQuery
from arena.board_charts.rows import load_rows
from db import Database
from ranking import measure_fragility


@dataclass(frozen=True)
class FragilityReport:
    """A small set of matches without which `rival` comes first: an upper bound on the fewest.

    `match_ids` is empty, and `rival` too, where no such set was found; `first` too where nobody comes first.
    """

    first: str
    rival: str
    match_ids: tuple[int, ...]
    n_matches: int
    sentence: str


def get_fragility(database: Database, query: BoardQuery) -> FragilityReport:
    """Look for the set by influence on a plain Bradley-Terry fit, and verify it by fitting again."""
    rows = load_rows(database, query)
    found = measure_fragility(rows.matches)
    ids = tuple(sorted(int(one) for one in rows.match_id[found.rows]))
    n = len(rows.matches)
    return FragilityReport(found.first, found.rival, ids, n, _sentence(found.first, found.rival, len(ids), n))


def _sentence(first: str, rival: str, n_decisive: int, n: int) -> str:
    if not first:
        return "No contestant comes first, so that no match can decide it."
    if not n_decisive:
        return f"No part of the {n:,} matches was found without which {first} loses first place."
    verb, them = ("decides", "it") if n_decisive == 1 else ("decide", "them")
    rest = f"without {them} {rival} would come before {first}"
    return f"{n_decisive:,} of {n:,} matches {verb} first place: {rest}."
