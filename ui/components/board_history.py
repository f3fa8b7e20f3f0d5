"""The board over time, and beside the ranking by levels."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from arena.board_charts.levels import LevelsReport
from arena.board_charts.over_time import History
from ui.board_reading import read_history, read_level_ranks
from ui.charts.history import MAX_LINES, HistoryPoint, history_spec, late_in_words
from ui.charts.ranks import RankPair, ranks_spec
from ui.components.board_shown import AXES, Shown
from ui.components.words import lead, note
from ui.figures import NONE, moment, rank
from ui.navigation import RUNS, page_link
from ui.render import visible


def show_history(shown: Shown) -> None:
    """Show how the ratings came about, of those who lead now."""
    with st.skeleton(height=360):
        history = read_history(shown.query, shown.dataset)
    lead(history.sentence)
    points = _points(history)
    if len({point.at for point in points}) < 2:
        return
    title, value_format = AXES[history.unit]
    words = _history_in_words(points)
    st.vega_lite_chart(history_spec(points, title=title, value_format=value_format), alt=words, key="history")
    n = len({row.contestant for row in history.rows})
    shown_words = f"The {MAX_LINES} that lead now, of {n:,}. " if n > MAX_LINES else ""
    note(
        f"{shown_words}Each point is the whole fit on the matches stored until then; the bar at the"
        " end is the interval now." + late_in_words(points)
    )


def _points(history: History) -> list[HistoryPoint]:
    if not history.rows:
        return []
    last = max(row.n_matches for row in history.rows)
    now = sorted((row for row in history.rows if row.n_matches == last), key=lambda row: -row.rating)
    leading = {row.contestant for row in now[:MAX_LINES]}
    return [
        HistoryPoint(
            visible(row.contestant), row.n_matches, moment(row.moment), row.rating, row.low, row.high
        )
        for row in history.rows
        if row.contestant in leading
    ]


def _history_in_words(points: list[HistoryPoint]) -> str:
    parts = []
    for name in dict.fromkeys(point.name for point in points):
        own = [point for point in points if point.name == name]
        parts.append(f"{name} from {own[0].rating:.4g} to {own[-1].rating:.4g}")
    return f"Ratings after {points[0].at:,} to {points[-1].at:,} matches: {'; '.join(parts)}."


def show_levels(shown: Shown) -> None:
    """Show the ranks by pairs and by levels, joined."""
    with st.skeleton(height=300):
        report = read_level_ranks(shown.query, shown.dataset)
    lead(report.sentence)
    if not report.rows:
        page_link(RUNS, "Let a judge grade them", {"dataset": shown.dataset.name}, icon="play_circle")
        return
    rows = [RankPair(visible(row.contestant), row.pair_rank, row.level_rank) for row in report.rows]
    words = "; ".join(f"{row.name} {row.left} by pairs, {row.right} by levels" for row in rows)
    st.vega_lite_chart(ranks_spec(rows, left="By pairs", right="By levels"), alt=words, key="ranks")
    _show_level_table(report)


def _show_level_table(report: LevelsReport) -> None:
    head = Markup(
        '<tr><th>Contestant</th><th class="eh-num">Rank by pairs</th><th class="eh-num">Rank by levels</th>'
        '<th class="eh-num">Mean level</th></tr>'
    )
    row_markup = Markup(
        '<tr><th scope="row">{}</th><td class="eh-num">{}</td><td class="eh-num">{}</td>'
        '<td class="eh-num">{:.2f}</td></tr>'
    )
    body = Markup("").join(
        row_markup.format(
            visible(row.contestant), _range(row.pair_range), _range(row.level_range), row.mean_level
        )
        for row in report.rows
    )
    caption = f"Pairs by {_names(report.pair_judges)}; levels by {_names(report.level_judges)}."
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table"><caption>{}</caption><thead>{}</thead>'
        "<tbody>{}</tbody></table></div>"
    )
    st.html(table.format(visible(caption), head, body))


def _range(given: tuple[int, int] | None) -> str:
    return NONE if given is None else rank(*given)


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return (", ".join(names[:3]) + more) if names else "nobody"
