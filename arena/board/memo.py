"""Boards that were fitted a moment ago: the same query and the same evidence give the same board.

Nothing here grows stale: the key holds the evidence itself, its matches by a number of their own or by their
hash. Whoever asks while somebody else fits the same board waits for that fit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Final

from arena.board.evidence import Evidence
from arena.board.records import Board, BoardQuery

MAX_BOARDS: Final = 8
"""A board of a hundred contestants takes two megabytes."""

_boards: OrderedDict[Hashable, Future[Board]] = OrderedDict()
_lock = threading.Lock()


def share(query: BoardQuery, evidence: Evidence, fit: Callable[[], Board]) -> Board:
    """Return the board of this evidence, fitted now unless it was before."""
    key = _key(query, evidence)
    if key is None:
        return fit()
    with _lock:
        known = _boards.pop(key, None)
        coming = known or Future[Board]()
        _boards[key] = coming
        while len(_boards) > MAX_BOARDS:
            _boards.popitem(last=False)
    if known is not None:
        return known.result()
    try:
        board = fit()
    except BaseException as error:  # raised again: whatever ends this fit, those who wait must learn of it
        with _lock:
            _boards.pop(key, None)
        coming.set_exception(error)
        raise
    coming.set_result(board)
    return board


def _key(query: BoardQuery, evidence: Evidence) -> Hashable | None:
    """Return everything that a board is made from; None for levels, which have no hash."""
    if evidence.grades is not None:
        return None
    gated, expected = evidence.gated, evidence.expected
    return (
        query,
        evidence.judge_labels,
        evidence.other_judges,
        evidence.facts,
        evidence.identity,
        evidence.last_match_id,
        evidence.style,
        tuple(sorted(evidence.n_ai.items())),
        tuple(sorted(evidence.n_people.items())),
        tuple(sorted(evidence.unscored.items())),
        evidence.is_invented,
        None if gated is None else (gated.n_decided, gated.n_changed),
        None if expected is None else expected.n_left_out,
        evidence.left_out_voters,
        evidence.vote_rule,
    )
