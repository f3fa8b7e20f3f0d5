"""The matches that a board ranks by, one row each, with their ids: what every check of it starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.board.evidence import load_evidence
from arena.board.expected import expect
from arena.board.positions import distinct_of, positions_of
from arena.board.records import BoardQuery
from arena.errors import UsageError
from arena.outcomes import take_majority, to_match_rows
from db import Database
from ranking import Matches

SEED = 20_251_121
"""Of every draw here: the same question gets the same answer."""


@dataclass(frozen=True, eq=False)
class BoardRows:
    """`match_id` has shape (n_matches,), in the order of `matches`; `judges` are who decided them."""

    matches: Matches
    match_id: NDArray[np.int64]
    judges: tuple[str, ...]


def load_rows(database: Database, query: BoardQuery) -> BoardRows:
    """Return one row a match: its outcome is the mean over the shown orders that count.

    Under the calibrated lens these are the judge's matches. Terms that the board controls for are left out.

    Raises
    ------
    UsageError
        If the query ranks by levels, which have no matches.
    """
    evidence = load_evidence(database, query)
    if evidence.matches is None:
        raise UsageError("Mean levels have no matches; choose a method that ranks by pairs.")
    stored = evidence.matches
    if query.lens == "human" and query.votes == "majority":
        stored, _ = take_majority(stored)
    rows = to_match_rows(stored, query.flips, query.both_bad)
    if evidence.expected is not None:
        rows = expect(rows, evidence.expected)
    a, b = rows.of(stored.contestant_a), rows.of(stored.contestant_b)
    ids = np.union1d(distinct_of(a), distinct_of(b))
    names = {fact.id: fact.name for fact in evidence.facts}
    return BoardRows(
        matches=Matches(
            positions_of(ids, a),
            positions_of(ids, b),
            rows.outcome,
            [names[int(one)] for one in ids],
            prompt_id=rows.of(stored.prompt_id),
        ),
        match_id=rows.of(stored.match_id),
        judges=evidence.judge_labels,
    )
