"""Who beats whom: one cell a pair, coloured by what is asked, with figures in the cells while they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from arena.written import percent

Figure = Literal["won", "predicted", "matches"]
FIGURES: tuple[Figure, ...] = ("won", "predicted", "matches")

MAX_LABELLED = 14
"""Above this many contestants the cells are too small for figures; colour and tooltip stay."""
_TITLES = {"won": "Row won", "predicted": "Chance that the row wins", "matches": "Matches"}


@dataclass(frozen=True)
class HeatmapCell:
    """`won` and `predicted` are the row's share and chance in [0, 1]; None where there is none."""

    row: str
    column: str
    won: float | None
    predicted: float | None
    n_matches: int


@dataclass(frozen=True)
class Heatmap:
    """What the browser draws.

    Parameters
    ----------
    links : mapping
        In the order of rows and columns: each contestant's name as shown, and its part of an address.
    base : str
        Address of a cell's matches, to which both contestants' parts are added in the browser: ten thousand
        whole addresses would be two megabytes.
    words : str
        The text alternative.
    """

    cells: Sequence[HeatmapCell]
    links: Mapping[str, str]
    figure: Figure
    base: str
    words: str

    def record(self) -> dict[str, Any]:
        """Return it as `heatmap.js` reads it; a cell is row, column, won, predicted, matches."""
        places = {name: index for index, name in enumerate(self.links)}
        return {
            "figure": self.figure,
            "title": _TITLES[self.figure],
            "words": self.words,
            "base": self.base,
            "names": list(self.links),
            "parts": list(self.links.values()),
            "labelled": len(self.links) <= MAX_LABELLED,
            "cells": [
                (
                    places[cell.row],
                    places[cell.column],
                    _short(cell.won),
                    _short(cell.predicted),
                    cell.n_matches,
                )
                for cell in self.cells
            ],
        }


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def heatmap_in_words(cells: Sequence[HeatmapCell], *, figure: Figure) -> str:
    """Return the takeaway: the two pairs at the ends."""
    if figure == "matches":
        return _counts_in_words(cells)
    known = [(_share(cell, figure), cell) for cell in cells if _is_shown_once(cell, figure)]
    if not known:
        return (
            "No pair of contestants has been compared."
            if figure == "won"
            else "This method gives no chances of a win."
        )
    top_share, top = max(known, key=lambda one: one[0])
    close_share, close = min(known, key=lambda one: one[0])
    said = (
        f"wins {percent(top_share)} of {top.n_matches:,}" if figure == "won" else f"has {percent(top_share)}"
    )
    return (
        f"{len(known):,} {'pair' if len(known) == 1 else 'pairs'}. Most one-sided: {top.row} {said} against"
        f" {top.column}. Closest: {close.row} and {close.column}, {percent(close_share)}."
    )


def _counts_in_words(cells: Sequence[HeatmapCell]) -> str:
    pairs = [cell for cell in cells if cell.row < cell.column]
    if not pairs:
        return "No pair of contestants has been compared."
    most, least = max(pairs, key=lambda one: one.n_matches), min(pairs, key=lambda one: one.n_matches)
    n = f"{len(pairs):,} {'pair' if len(pairs) == 1 else 'pairs'}"
    most_words = f"Most matches: {most.row} and {most.column}, {most.n_matches:,}."
    return f"{n}. {most_words} Fewest: {least.row} and {least.column}, {least.n_matches:,}."


def _share(cell: HeatmapCell, figure: Figure) -> float:
    share = cell.won if figure == "won" else cell.predicted
    return 0.0 if share is None else share


def _is_shown_once(cell: HeatmapCell, figure: Figure) -> bool:
    """Tell the winner's cell of a pair from the loser's; an even pair has one by name."""
    share = _share(cell, figure)
    return share > 0.5 or (share == 0.5 and cell.row < cell.column)
