"""The board's own figures as charts: intervals, rating against cost, and the table of what else counts."""

from __future__ import annotations

import math

import streamlit as st
from markupsafe import Markup

from arena.leaderboard import Board
from arena.written import MINUS
from ui.charts.cost import PricedRow, cost_in_words, cost_spec
from ui.charts.forest import ForestRow, forest_spec
from ui.components.address_words import say_unknown
from ui.components.board_shown import AXES, Shown, interval_in_words
from ui.components.words import lead, note
from ui.render import visible

WORDS_ROWS = 10
PRICES = ("price", "time")
_TERMS = Markup(
    '<div class="eh-scroll"><table class="eh-table"><thead><tr><th>Term</th><th class="eh-num">Estimate</th>'
    '<th class="eh-num">95 % interval</th><th class="eh-num">p</th><th>Note</th></tr></thead>'
    "<tbody>{}</tbody></table></div>"
)
_TERM = Markup(
    '<tr><th scope="row">{}</th><td class="eh-num">{}</td><td class="eh-num">{} to {}</td>'
    '<td class="eh-num">{}</td><td>{}</td></tr>'
)
_PRICE_TITLES = {"price": "Cost of 100 responses, USD", "time": "Time of a response, s"}


def show_forest(shown: Shown) -> None:
    """Show the ratings with their intervals on one axis."""
    board = shown.board
    rows = [
        ForestRow(visible(row.contestant), row.rating, row.low, row.high)
        for row in board.standings
        if row.rating is not None and math.isfinite(row.rating)
    ]
    if not rows:
        note("No contestant has a rating yet; the notes above say why.")
        return
    title, value_format = AXES[board.unit]
    spec = forest_spec(rows, title=title, value_format=value_format)
    st.vega_lite_chart(spec, alt=board_in_words(board), key="forest")


def board_in_words(board: Board) -> str:
    """Return the chart's text alternative, from the data."""
    rows = [
        f"{row.contestant} {interval_in_words(board.unit, row.rating, row.low, row.high)}"
        for row in board.standings[:WORDS_ROWS]
    ]
    more = len(board.standings) - len(rows)
    return "; ".join(rows) + (f"; and {more} more" if more > 0 else "")


def show_cost(shown: Shown) -> None:
    """Show what each contestant's rating costs in money or time."""
    board = shown.board
    say_unknown("against", PRICES, what="figure")
    against = st.segmented_control(
        "Against", PRICES, key="against", bind="query-params", default="price", required=True
    )
    rows = [
        PricedRow(visible(row.contestant), price, row.rating, row.low, row.high)
        for row in board.standings
        if row.rating is not None
        and (price := row.cost_usd_per_100 if against == "price" else row.latency_s) is not None
    ]
    if len(rows) < 2:
        note(f"At least two rated contestants need a known {against}; {len(rows)} here has one.")
        return
    words = cost_in_words(rows, price=against)
    lead(words)
    title, value_format = AXES[board.unit]
    spec = cost_spec(rows, price_title=_PRICE_TITLES[against], rating_title=title, value_format=value_format)
    st.vega_lite_chart(spec, alt=words, key="cost")
    unknown = sum(row.rating is not None for row in board.standings) - len(rows)
    if unknown:
        note(f"{unknown:,} rated without a known {against} are not shown; unknown is not free.")


def show_coefficients(board: Board) -> None:
    """Show what was controlled for and how much it weighs; nothing where nothing was asked."""
    if not board.coefficients:
        return
    st.subheader("What else moves the verdicts")
    rows = Markup("").join(
        _TERM.format(
            visible(term.name), _number(term.estimate), _number(term.low), _number(term.high),
            _p_value(term.p_value), visible(term.note),
        )
        for term in board.coefficients
    )  # fmt: skip
    st.html(_TERMS.format(rows))


def _number(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "\N{EN DASH}"
    return f"{value:.3f}".replace("-", MINUS)


def _p_value(value: float | None) -> str:
    return "< 0.001" if value is not None and value < 0.0005 else _number(value)
