"""From stored matches to the rows of a fit: who meets whom, what they say, and what is known beside."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.board.evidence import Evidence
from arena.board.expected import expect
from arena.board.positions import distinct_of, positions_of
from arena.board.records import BoardQuery
from arena.board.style import style_covariates
from arena.outcomes import (
    KIND_HAS_WINNER,
    OutcomeRows,
    kinds_of,
    take_majority,
    to_match_rows,
    to_outcome_rows,
)
from db.boards import ContestantFacts, MatchArrays
from ranking import Matches


@dataclass(frozen=True, eq=False)
class Places:
    """Who meets in each stored match, as places in `ids`, and what was decided (`arena.outcomes.kinds_of`).

    `ids` are the contestants that have a match, sorted; the others have shape (n_matches,).
    """

    ids: NDArray[np.int64]
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    kind: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class BoardRows:
    """What a board of matches is fitted from. `met` are the contestants of `places.ids`, in that order.

    `n_stored`, `n_prompts` and the counts of `outcomes` are of all scored matches, `matches` has what is left
    of them as rows of a fit.
    """

    met: tuple[ContestantFacts, ...]
    places: Places
    outcomes: OutcomeRows
    matches: Matches
    n_stored: int
    n_prompts: int
    n_without_majority: int
    n_without_text: int
    is_all_ties: bool


def lay_out(query: BoardQuery, evidence: Evidence, stored: MatchArrays) -> BoardRows:
    n_without_majority = 0
    if query.lens == "human" and query.votes == "majority":
        stored, n_without_majority = take_majority(stored)
    to_rows = to_outcome_rows if _tells_orders_apart(query) else to_match_rows
    rows = to_rows(stored, query.flips, query.both_bad)
    if evidence.expected is not None:
        rows = expect(rows, evidence.expected)
    if query.votes == "majority":
        rows = rows.without_order()
    n_prompts = len(distinct_of(rows.of(stored.prompt_id) if rows.n_left_out else stored.prompt_id))
    covariates: dict[str, NDArray[np.float64]] = {}
    left_out = np.zeros(0, dtype=np.int64)
    if evidence.style is not None:
        covariates, has_text = style_covariates(query.control, evidence.style, stored)
        kept = rows.of(has_text)
        if not kept.all():
            left_out = distinct_of(rows.of(np.arange(len(stored)))[~kept])
            rows = rows.where(kept)
        covariates = {name: rows.of(column) for name, column in covariates.items()}
    places = find_places(stored)
    among = set(places.ids.tolist())
    met = tuple(fact for fact in evidence.facts if fact.id in among)
    return BoardRows(
        met=met,
        places=places,
        outcomes=rows,
        matches=_to_matches(met, places, stored, rows, covariates),
        n_stored=len(stored),
        n_prompts=n_prompts,
        n_without_majority=n_without_majority,
        n_without_text=len(left_out),
        is_all_ties=_is_all_ties(query, rows, places.kind),
    )


def _tells_orders_apart(query: BoardQuery) -> bool:
    """Whether the fit makes something of who was shown first, or of two verdicts that differ."""
    return "position" in query.control or (query.ties != "half" and query.flips == "mean")


def _to_matches(
    met: Sequence[ContestantFacts],
    places: Places,
    stored: MatchArrays,
    rows: OutcomeRows,
    covariates: dict[str, NDArray[np.float64]],
) -> Matches:
    return Matches(
        rows.of(places.a),
        rows.of(places.b),
        rows.outcome,
        [fact.name for fact in met],
        weight=rows.weight,
        prompt_id=rows.of(stored.prompt_id),
        shown_first=rows.shown_first,
        covariates=covariates,
    )


def _is_all_ties(query: BoardQuery, rows: OutcomeRows, kind: NDArray[np.int8]) -> bool:
    """Whether there are rows, and no order that counts has a winner."""
    if not len(rows.outcome) or not (rows.outcome == 0.5).all():
        return False
    return query.flips != "mean" or not KIND_HAS_WINNER[rows.of(kind)].any()


_places: weakref.WeakKeyDictionary[MatchArrays, Places] = weakref.WeakKeyDictionary()
"""Of shared matches, 9 bytes each."""


def find_places(stored: MatchArrays) -> Places:
    """Return what every board of these matches needs; found once for matches that are shared."""
    known = _places.get(stored)
    if known is None:
        ids = np.union1d(distinct_of(stored.contestant_a), distinct_of(stored.contestant_b))
        a, b = (positions_of(ids, side) for side in (stored.contestant_a, stored.contestant_b))
        known = Places(ids, a, b, kinds_of(stored))
        if not stored.match_id.flags.writeable:
            _places[stored] = known
    return known
