"""The leaderboard as one table: every row draws its interval on a shared axis and opens its matches."""

from __future__ import annotations

import math

import streamlit as st
from markupsafe import Markup

from arena.leaderboard import Board, Standing
from ui.components.scale import Scale, scale_over
from ui.figures import NONE, count, percent, points, rank, seconds, usd
from ui.navigation import MATCHES, href
from ui.render import visible

_HEAD = Markup(
    '<tr><th class="eh-num">Rank</th><th>Contestant</th><th class="eh-num">{unit}</th><th>{axis}</th>'
    '<th class="eh-num">Matches<span class="eh-sub">AI / people</span></th>'
    '<th class="eh-num" title="Share of matches won; a tie counts half">Win %</th>'
    '<th class="eh-num eh-wide" title="Verdicts that changed when the shown order was swapped">Flips</th>'
    '<th class="eh-num eh-wide" title="Matches in which neither response was acceptable">Both bad</th>'
    '<th class="eh-num eh-wide" title="Cost of 100 responses">$/100</th>'
    '<th class="eh-num eh-wide" title="Mean time to answer, in seconds">Time, s</th></tr>'
)
_ROW = Markup(
    '<tr><td class="eh-num">{rank}</td><th scope="row"><a href="{link}">{name}</a>{note}</th>'
    '<td class="eh-num">{rating}</td><td>{interval}</td>'
    '<td class="eh-num">{n_ai} / {n_people}</td><td class="eh-num">{win}</td>'
    '<td class="eh-num eh-wide">{flips}</td><td class="eh-num eh-wide">{both_bad}</td>'
    '<td class="eh-num eh-wide">{cost}</td><td class="eh-num eh-wide">{latency}</td></tr>'
)
_UNITS = {"points": "Rating", "win share": "Win share", "level": "Mean level"}


def show_board_table(board: Board) -> None:
    """Show the standings, best first."""
    scale = scale_over([value for row in board.standings for value in (row.low, row.high, row.rating)])
    head = _HEAD.format(unit=_UNITS[board.unit], axis=_axis(scale, board))
    body = Markup("").join(_row(board, row, scale) for row in board.standings)
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table">'
        '<thead>{}</thead><tbody>{}</tbody></table></div><p class="eh-note">{}</p>'
    )
    st.html(table.format(head, body, _caption(board)))


def board_in_words(board: Board) -> str:
    """Return the chart's text alternative, from the data."""
    rows = [f"{row.contestant} {_interval_words(board, row)}" for row in board.standings[:10]]
    more = len(board.standings) - len(rows)
    return "; ".join(rows) + (f"; and {more} more" if more > 0 else "")


def figure(board: Board, value: float | None) -> str:
    """Return a rating in the board's unit."""
    if board.unit == "points":
        return points(value)
    if board.unit == "win share":
        return percent(value)
    return NONE if value is None or math.isnan(value) else f"{value:.2f}"


def _caption(board: Board) -> str:
    method = f"95 % intervals: {board.interval_method}. " if board.interval_method else ""
    return f"{method}A rank is a range where the order is not settled."


def _axis(scale: Scale | None, board: Board) -> Markup:
    if scale is None:
        return Markup("95 % interval")
    ends = Markup('<span class="eh-axis"><span>{}</span><span>95 % interval</span><span>{}</span></span>')
    return ends.format(figure(board, scale.low), figure(board, scale.high))


def _row(board: Board, row: Standing, scale: Scale | None) -> Markup:
    query = {"contestant": row.contestant, **_dataset(board)}
    note = Markup('<span class="eh-sub">{}</span>').format(visible(row.note)) if row.note else ""
    return _ROW.format(
        rank=rank(row.rank_low, row.rank_high)
        if row.rank_low is not None and row.rank_high is not None
        else NONE,
        link=href(MATCHES, query),
        name=visible(row.contestant),
        note=note,
        rating=figure(board, row.rating),
        interval=_interval(board, row, scale),
        n_ai=count(row.n_ai),
        n_people=count(row.n_people),
        win=percent(row.win_rate),
        flips=percent(row.flip_rate),
        both_bad=percent(row.both_bad_rate),
        cost=usd(row.cost_usd_per_100) if row.cost_usd_per_100 is not None else NONE,
        latency=seconds(row.latency_s),
    )


def _interval(board: Board, row: Standing, scale: Scale | None) -> Markup:
    if scale is None or row.rating is None or math.isnan(row.rating):
        return Markup('<span class="eh-quiet">not estimated</span>')
    words = _interval_words(board, row)
    dot = Markup('<b style="left:{:.2f}%"></b>').format(100 * scale.place(row.rating))
    if row.low is None or row.high is None or math.isnan(row.low) or math.isnan(row.high):
        bar = Markup("")
    else:
        left, right = scale.place(row.low), scale.place(row.high)
        bar = Markup('<i style="left:{:.2f}%;width:{:.2f}%"></i>').format(100 * left, 100 * (right - left))
    return Markup('<div class="eh-interval" role="img" aria-label="{0}" title="{0}">{1}{2}</div>').format(
        words, bar, dot
    )


def _interval_words(board: Board, row: Standing) -> str:
    if row.rating is None or math.isnan(row.rating):
        return "not estimated"
    if row.low is None or row.high is None or math.isnan(row.low) or math.isnan(row.high):
        return f"{figure(board, row.rating)}, no interval"
    return f"{figure(board, row.rating)}, from {figure(board, row.low)} to {figure(board, row.high)}"


def _dataset(board: Board) -> dict[str, str]:
    return {} if board.query.dataset is None else {"dataset": board.query.dataset}
