"""A board as an address: links to a contestant and to the matches behind a figure keep what is asked."""

from __future__ import annotations

from arena.leaderboard import Board, BoardQuery
from ui.navigation import CONTESTANT, LEADERBOARD, MATCHES, Query, href
from ui.way_back import way_here

PERCENT = 100


def board_to_query(query: BoardQuery) -> dict[str, str | list[str]]:
    """Return the address of a board; what is as usual is left out."""
    usual = BoardQuery()
    asked: dict[str, str | list[str] | None] = {
        "dataset": query.dataset,
        "tag": query.tags[0] if query.tags else None,
        "judges": list(query.judges),
        "control": list(query.control),
        "gate": query.gate,
        "agreement": _share(query.min_agreement),
        "gold": _share(query.min_gold),
        "seconds": None if query.min_median_s is None else f"{query.min_median_s:g}",
    }
    for name in ("lens", "method", "flips", "both_bad", "votes", "ties", "outcomes"):
        value = str(getattr(query, name))
        asked[name] = None if value == getattr(usual, name) else value
    return {name: value for name, value in asked.items() if value}


def contestant_href(query: BoardQuery, name: str) -> str:
    """Return the address of a contestant's page, within what the board asks."""
    return href(CONTESTANT, {"name": name, **board_to_query(query)})


def matches_query(board: Board, *contestants: str) -> dict[str, str | list[str]]:
    """Return the address of the scored matches that a board rests on, between these contestants or of all.

    Under the calibrated lens the judge's matches; people's votes are one filter further.
    """
    return scored_matches(board.query, board.judges, *contestants)


def scored_matches(
    query: BoardQuery, judges: tuple[str, ...], *contestants: str
) -> dict[str, str | list[str]]:
    """Return the same from the query and the labels of who ranks."""
    all_people = query.lens == "human" and not query.judges and not query.has_vote_rule
    asked: dict[str, str | list[str] | None] = {
        "dataset": query.dataset,
        "judge": [] if all_people else list(judges),
        "kind": "people" if all_people else None,
        "tag": list(query.tags),
        "contestant": list(contestants),
        "outcome": "scored",
    }
    return {name: value for name, value in asked.items() if value}


def matches_href(board: Board, *contestants: str) -> str:
    return href(MATCHES, {**matches_query(board, *contestants), **way_here(LEADERBOARD)})


def votes_href(query: BoardQuery, *contestants: str) -> str:
    """Return the address of people's votes in the board's scope."""
    asked: Query = {"dataset": query.dataset or "", "kind": "people", "contestant": list(contestants)}
    return href(MATCHES, {**asked, "tag": list(query.tags), "outcome": "scored", **way_here(LEADERBOARD)})


def _share(value: float | None) -> str | None:
    return None if value is None else f"{PERCENT * value:g}"
