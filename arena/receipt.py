"""Receipts: what recomputes a published board to the digit, and the check that it does.

A receipt holds the settings, the hash of the matches, the versions of what computed it, and the standings. It
is verified as of its cutoff: matches stored later do not count.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from arena.errors import UsageError
from arena.leaderboard import Board, BoardQuery, get_board
from db import Database, utc_now

KIND = "evenhand-receipt"
VERSION = 1
PACKAGES = ("numpy", "scipy", "pandas", "sqlalchemy")
FIGURES = ("contestant", "rating", "low", "high", "rank_low", "rank_high", "n_matches")
TOLERANCE = 1e-9
"""Relative: other machines' arithmetic may differ in the last digits."""


@dataclass(frozen=True)
class Verification:
    """Whether a board came out again. `differences` says where not, one sentence each."""

    is_same: bool
    n_matches: int
    differences: tuple[str, ...]


def make_receipt(board: Board) -> dict[str, Any]:
    """Return the receipt of a board as JSON values."""
    settings = asdict(replace(board.query, judges=board.judges, last_match_id=board.last_match_id))
    return {
        "kind": KIND,
        "version": VERSION,
        "made_at": utc_now().isoformat(),
        "settings": settings,
        "data_hash": board.data_hash,
        "n_scored": board.n_scored,
        "left_out_voters": board.left_out_voters,
        "seed": None,
        "interval_method": board.interval_method,
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "standings": [{name: getattr(row, name) for name in FIGURES} for row in board.standings],
    }


def load_receipt(path: Path) -> dict[str, Any]:
    """Read a receipt.

    Raises
    ------
    UsageError
        If the file is not there or is no receipt.
    """
    try:
        receipt = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(f"{path} is no receipt: it is not JSON.") from error
    if not isinstance(receipt, dict) or receipt.get("kind") != KIND:
        raise UsageError(f"{path} is no receipt; `leaderboard --receipt FILE` writes one.")
    if receipt.get("version") != VERSION:
        raise UsageError(f"{path} is a receipt of version {receipt.get('version')}; this reads {VERSION}.")
    return receipt


def verify_receipt(database: Database, receipt: Mapping[str, Any]) -> Verification:
    """Compute the receipt's board again, as of its cutoff, and compare it figure by figure."""
    settings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in receipt["settings"].items()
        if name in BoardQuery.__dataclass_fields__
    }
    board = get_board(database, BoardQuery(**settings))
    differences = []
    if board.data_hash != receipt["data_hash"]:
        differences.append(
            f"The matches differ: {board.n_scored:,} here, {receipt['n_scored']:,} in the receipt"
            " (the same number can have other content)."
        )
    here = {row.contestant: row for row in board.standings}
    for published in receipt["standings"]:
        name = published["contestant"]
        if name not in here:
            differences.append(f"{name} is not on the board.")
            continue
        differences += [
            f"{name}: {figure} is {getattr(here[name], figure)}, published {published[figure]}."
            for figure in FIGURES[1:]
            if not _is_same(getattr(here[name], figure), published[figure])
        ]
    return Verification(not differences, board.n_scored, tuple(differences))


def _is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE)
