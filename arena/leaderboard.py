"""The leaderboard: from matches in the database to standings with intervals. Computed, never stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from arena.board.evidence import Evidence, load_evidence
from arena.board.fit import Fitted, fit_board
from arena.board.memo import share
from arena.board.records import (
    CONTROLS,
    Board,
    BoardQuery,
    CoefficientRow,
    PairCell,
    ReasonCount,
    Standing,
)
from arena.board.words import notes_of, sentence_of
from db import Database

__all__ = [
    "CONTROLS",
    "Board",
    "BoardQuery",
    "CoefficientRow",
    "PairCell",
    "ReasonCount",
    "Standing",
    "get_board",
]


def get_board(database: Database, query: BoardQuery) -> Board:
    """Rank what the query asks for.

    Data that cannot be ranked (none, ties only, one contestant, a split graph) are no error: the board
    says so in words.

    Raises
    ------
    UsageError
        If the query names something that does not exist, or asks for the impossible.
    """
    evidence = load_evidence(database, query)
    return share(query, evidence, lambda: _fit(query, evidence))


def _fit(query: BoardQuery, evidence: Evidence) -> Board:
    """Fit, and hash the matches at the same time: it needs no Python."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        hashing = pool.submit(lambda: evidence.data_hash)
        fitted = fit_board(query, evidence)
        hashing.result()
    return _board(query, evidence, fitted)


def _board(query: BoardQuery, evidence: Evidence, fitted: Fitted) -> Board:
    n_without_probability = 0 if evidence.expected is None else evidence.expected.n_left_out
    board = Board(
        query=query,
        judges=evidence.judge_labels,
        standings=tuple(
            row if query.lens == "human" else replace(row, n_ai=row.n_matches) for row in fitted.standings
        ),
        cells=fitted.cells,
        coefficients=fitted.coefficients,
        n_matches=fitted.n_scored + sum(evidence.unscored.values()) + n_without_probability,
        n_scored=fitted.n_scored,
        n_flips=fitted.n_flips,
        n_two_orders=fitted.n_two_orders,
        n_both_bad=fitted.n_both_bad,
        unscored=tuple(
            ReasonCount(reason, n) for reason, n in sorted(evidence.unscored.items(), key=lambda i: -i[1])
        ),
        n_prompts=fitted.n_prompts,
        interval_method=fitted.interval_method,
        unit=fitted.unit,
        sentence="",
        notes=(),
        is_invented=evidence.is_invented,
        last_match_id=evidence.last_match_id,
        data_hash=evidence.data_hash,
        left_out_voters=evidence.left_out_voters,
    )
    return replace(board, sentence=sentence_of(board), notes=notes_of(board, evidence, fitted))
