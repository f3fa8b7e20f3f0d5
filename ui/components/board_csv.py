"""The standings as a CSV for spreadsheets, with cells that look like formulas made harmless."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, fields

from arena.exchange.formula import MARKER, neutralise
from arena.leaderboard import Board, Standing


def standings_csv(board: Board) -> str:
    """Return one line a contestant, best first; an empty cell is a figure that was not estimated."""
    columns = [field.name for field in fields(Standing) if field.name != "contestant_id"]
    out = io.StringIO()
    writer = csv.DictWriter(out, [*columns, MARKER], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in board.standings:
        cells = {
            name: neutralise(value) if isinstance(value, str) else value
            for name, value in asdict(row).items()
        }
        writer.writerow({**cells, MARKER: "leaderboard"})
    return out.getvalue()
