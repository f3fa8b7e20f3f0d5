"""The leaderboard as one table: each row draws its interval on a shared axis, figures open their evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from arena.exact import ExactBoard
from arena.leaderboard import Board, Standing
from ui.board_address import contestant_href, matches_href, votes_href
from ui.components.board_drawn import Drawings
from ui.components.board_markup import show_markup
from ui.components.board_metrics import metric_cells, metric_heads, shown_columns
from ui.components.board_shown import figure, interval_in_words
from ui.components.scale import Scale, scale_over
from ui.figures import NONE, count, percent, rank, seconds, usd
from ui.navigation import LEADERBOARD
from ui.render import label, visible
from ui.way_back import way_here

TABLE: Final = "board_table"
"""The table's place on the page; in the session's state while a board is shown."""
_HEAD = Markup(
    '<tr><th class="eh-num">Rank</th><th>Contestant</th><th class="eh-num">{unit}</th><th>{axis}</th>'
    '<th class="eh-num" title="{counted}">Matches<span class="eh-sub">AI / people</span></th>'
    '<th class="eh-num" title="{won}">Win %<span class="eh-sub">{winner}</span></th>'
    '<th class="eh-num eh-wide" title="Verdicts that changed when the shown order was swapped">Flips</th>'
    '<th class="eh-num eh-wide" title="Matches in which neither response was acceptable">Both bad</th>'
    '<th class="eh-num eh-wide" title="Cost of 100 responses">$/100</th>'
    '<th class="eh-num eh-wide" title="Mean time to answer, in seconds">Time, s</th>{metrics}</tr>'
)
# Filled in with %, which takes a third of the time of format: a board may have a hundred rows.
_ROW = Markup(
    '<tr><td class="eh-num">%s</td><th scope="row"><a href="%s">%s</a>%s</th>'
    '<td class="eh-num">%s</td><td>%s</td>'
    '<td class="eh-num">%s / %s</td><td class="eh-num">%s</td>'
    '<td class="eh-num eh-wide">%s</td><td class="eh-num eh-wide">%s</td>'
    '<td class="eh-num eh-wide">%s</td><td class="eh-num eh-wide">%s</td>%s</tr>'
)
_COUNTED: Final = {
    "judge": "AI: scored matches of the judge that ranks. People: their votes here, which do not rank.",
    "human": "AI: all matches of all judges here, which do not rank. People: their votes, which rank.",
    "calibrated": "AI: scored matches of the judge that ranks. People: their votes here, which correct it.",
}
"""What the column of matches counts under each lens."""
_WINNERS: Final = {"judge": "by the judge", "human": "by people", "calibrated": "uncorrected"}
_WON: Final = {
    "judge": "Share of the judge's scored matches won; a tie counts half.",
    "human": "Share of people's votes won; a tie counts half.",
    "calibrated": "Share of the judge's scored matches won, as it said; a tie counts half. The rating is"
    " corrected by people's votes, this share is not, so that their orders may differ.",
}
_NOTE = Markup('<span class="eh-sub">%s</span>')
_COUNT = Markup('<a href="%s" title="%s">%s</a>')
_INTERVAL = Markup('<div class="eh-interval" role="img" aria-label="%s" title="%s">%s%s</div>')
_DOT = Markup('<b style="left:%.2f%%"></b>')
_BAR = Markup('<i style="left:%.2f%%;width:%.2f%%"></i>')
_UNITS = {"points": "Rating", "win share": "Win share", "level": "Mean level"}
_PLAIN = (
    "The bar is the 95 % interval: of a hundred boards made like this, about 95 would hold the true value."
    " Matches on one prompt count as one piece of evidence. A rank is a range where the order is not settled."
)
_NO_INTERVAL = "There is no interval here. A rank is a range where the order is not settled."


def show_board_table(board: Board, exact: ExactBoard | None = None) -> None:
    """Show the standings, best first, and in plain words what the bar means."""
    show_markup(_tables.get(board, (exact, way_here(LEADERBOARD)), lambda: _table(board, exact)), key=TABLE)
    has_interval = any(row.low is not None for row in board.standings)
    st.caption(
        label(_PLAIN if has_interval else _NO_INTERVAL),
        help=label(f"Method: {board.interval_method}.") if has_interval and board.interval_method else None,
    )


_tables: Final[Drawings[Markup]] = Drawings()


@dataclass(frozen=True)
class _Links:
    """The addresses that all rows share but for the contestant, which is put in last."""

    contestant: tuple[str, str]
    matches: str
    votes: str


def _links(board: Board) -> _Links:
    before, _, after = contestant_href(board.query, "").partition("name=")
    return _Links((before, after), matches_href(board), votes_href(board.query))


def _table(board: Board, exact: ExactBoard | None) -> Markup:
    scale = scale_over([value for row in board.standings for value in (row.low, row.high, row.rating)])
    columns = () if exact is None else shown_columns(exact)
    lens = board.query.lens
    head = _HEAD.format(
        unit=_UNITS[board.unit], axis=_axis(scale, board), metrics=metric_heads(columns),
        counted=_COUNTED[lens], won=_WON[lens], winner=_WINNERS[lens],
    )  # fmt: skip
    links = _links(board)
    body = Markup("").join(
        _row(board, row, scale, links, metric_cells(columns, row.contestant)) for row in board.standings
    )
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table"><thead>{}</thead><tbody>{}</tbody></table></div>'
    )
    return table.format(head, body)


def _axis(scale: Scale | None, board: Board) -> Markup:
    if scale is None:
        return Markup("95 % interval")
    ends = Markup('<span class="eh-axis"><span>{}</span><span>95 % interval</span><span>{}</span></span>')
    return ends.format(figure(board.unit, scale.low), figure(board.unit, scale.high))


def _row(board: Board, row: Standing, scale: Scale | None, links: _Links, metrics: Markup) -> Markup:
    has_rank = row.rank_low is not None and row.rank_high is not None
    before, after = links.contestant
    return _ROW % (
        rank(row.rank_low or 0, row.rank_high or 0) if has_rank else NONE,
        f"{before}{urlencode({'name': row.contestant})}{after}",
        visible(row.contestant),
        _NOTE % visible(row.note) if row.note else "",
        figure(board.unit, row.rating),
        _interval(board, row, scale),
        _ai_count(board, row, links),
        _people_count(row, links),
        percent(row.win_rate),
        percent(row.flip_rate),
        percent(row.both_bad_rate),
        usd(row.cost_usd_per_100) if row.cost_usd_per_100 is not None else NONE,
        seconds(row.latency_s),
        metrics,
    )


def _ai_count(board: Board, row: Standing, links: _Links) -> Markup | str:
    if not row.n_ai or board.query.lens == "human" or board.unit == "level":
        return count(row.n_ai)
    return _count(links.matches, row, "Open these matches", row.n_ai)


def _people_count(row: Standing, links: _Links) -> Markup | str:
    return _count(links.votes, row, "Open these votes", row.n_people) if row.n_people else count(0)


def _count(base: str, row: Standing, title: str, n: int) -> Markup:
    return _COUNT % (f"{base}&{urlencode({'contestant': row.contestant})}", title, count(n))


def _interval(board: Board, row: Standing, scale: Scale | None) -> Markup:
    if scale is None or row.rating is None or math.isnan(row.rating):
        return Markup('<span class="eh-quiet">not estimated</span>')
    words = interval_in_words(board.unit, row.rating, row.low, row.high)
    dot = _DOT % (100 * scale.place(row.rating))
    if row.low is None or row.high is None or math.isnan(row.low) or math.isnan(row.high):
        bar = Markup("")
    else:
        left, right = scale.place(row.low), scale.place(row.high)
        bar = _BAR % (100 * left, 100 * (right - left))
    return _INTERVAL % (words, words, bar, dot)
