"""How far to lean on a board: what it predicts, how few matches decide it, whether one line is enough."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from arena.board.records import BoardQuery
from arena.board_charts.cycles import CycleRow
from arena.board_charts.predictions import PredictionReport
from arena.match_lists import MatchFilter
from ui.board_address import board_to_query
from ui.board_reading import read_cycles, read_fragility, read_predictions
from ui.charts.calibration import CalibrationPoint, calibration_in_words, calibration_spec
from ui.components.board_shown import Shown
from ui.components.words import facts, lead, note
from ui.figures import percent
from ui.match_address import with_match
from ui.navigation import LEADERBOARD, MATCH, href
from ui.render import label, visible
from ui.way_back import way_here

MAX_LINKS = 60
MAX_AT_ONCE = 5_000
"""Of a board with more matches, what decides first place is looked for only when asked."""
_TABLE = Markup(
    '<div class="eh-scroll"><table class="eh-table"><caption>{}</caption><thead>{}</thead>'
    "<tbody>{}</tbody></table></div>"
)
_LOSS_HELP = (
    "The mean of -log of the chance given to what happened, in nats: 0.693 is a coin, 0 is certainty that"
    " came true. Intervals are clustered by prompt."
)


def show_predictions(shown: Shown) -> None:
    """Show chances given beforehand against what happened, on held-out prompts."""
    with st.skeleton(height=360):
        report = read_predictions(shown.query, shown.dataset)
    lead(report.sentence)
    if not report.methods:
        return
    points = [
        CalibrationPoint(method.method, one.predicted, one.observed, one.n)
        for method in report.methods
        for one in method.bins
    ]
    own = shown.query.method if shown.query.method != "mean-level" else "bradley-terry"
    st.vega_lite_chart(calibration_spec(points), alt=calibration_in_words(points, own), key="calibration")
    st.caption(
        label(
            f"On the dashed line the chances are right. {report.n_matches:,} matches; larger marks hold more."
        ),
        help=label(_LOSS_HELP),
    )
    _show_methods(report)
    _say_whose(shown)


def _show_methods(report: PredictionReport) -> None:
    head = Markup(
        '<tr><th>Method</th><th class="eh-num">Log-loss</th><th class="eh-num">95 % interval</th>'
        '<th class="eh-num">Off by</th></tr>'
    )
    row = Markup(
        '<tr><th scope="row">{}</th><td class="eh-num">{:.3f}</td><td class="eh-num">{:.3f} to {:.3f}</td>'
        '<td class="eh-num">{:.1f} points of 100</td></tr>'
    )
    body = Markup("").join(
        row.format(one.method, one.log_loss, one.low, one.high, 100 * one.calibration_error)
        for one in report.methods
    )
    caption = f"Each of {report.n_prompts:,} prompts was held out once; lower is better, a coin has 0.693"
    st.html(_TABLE.format(caption, head, body))


def show_fragility(shown: Shown) -> None:
    """Show the few matches that decide first place, each with its link."""
    with st.skeleton(height=200):
        report = read_fragility(shown.query, shown.dataset)
    lead(report.sentence)
    if not _is_plain(shown.query):
        note("Found in a plain Bradley-Terry fit of these matches, without what the board above adds to it.")
    if not report.match_ids:
        return
    link = Markup('<a href="{}">{}</a>')
    wanted = MatchFilter(dataset=shown.dataset.name)
    links = Markup(", ").join(
        link.format(href(MATCH, {**with_match(wanted, one), **way_here(LEADERBOARD)}), one)
        for one in report.match_ids[:MAX_LINKS]
    )
    more = len(report.match_ids) - MAX_LINKS
    tail = f" and {more:,} more" if more > 0 else ""
    st.html(Markup('<p class="eh-links">Matches {}{}</p>').format(links, tail))
    st.caption(
        "Few matches: read them before you rely on first place. Many: no handful of verdicts holds it up.",
        help=label(
            "Found by each match's influence on the difference of the first two, and checked by fitting again"
            " without them. There may be a smaller set: the number is the most that it takes."
        ),
    )
    _say_whose(shown)


def show_what_decides(shown: Shown) -> None:
    """Show under the board's own sentence how few matches decide first place, where that is cheap to say.

    Only where the board is the fit that was looked at, and somebody is clearly first.
    """
    is_small = 0 < shown.board.n_scored <= MAX_AT_ONCE
    if not is_small or not _is_plain(shown.query) or shown.board.standings[0].rank_high != 1:
        return
    report = read_fragility(shown.query, shown.dataset)
    if report.match_ids:
        link = href(LEADERBOARD, {**board_to_query(shown.query), "view": "First place"})
        words = Markup(
            '<p class="eh-note">{} <a class="eh-inline" href="{}" target="_self">See which.</a></p>'
        )
        st.html(words.format(visible(report.sentence), link))


def _is_plain(query: BoardQuery) -> bool:
    """Whether the board is the plain Bradley-Terry fit in which influence is measured."""
    usual = BoardQuery()
    names = ("method", "ties", "outcomes", "control")
    return query.lens != "calibrated" and all(getattr(query, name) == getattr(usual, name) for name in names)


def show_cycles(shown: Shown) -> None:
    """Show how much of who beats whom is cyclic, and the largest cycles in words."""
    with st.skeleton(height=200):
        report = read_cycles(shown.query, shown.dataset)
    lead(report.sentence)
    if report.cyclic_share is None or report.null_high is None or report.p_value is None:
        return
    facts(
        {
            "cyclic part": percent(report.cyclic_share, digits=1),
            "by chance up to": percent(report.null_high, digits=1),
            "as much by chance": f"{percent(report.p_value)} of draws"
            if report.p_value >= 0.005
            else "under 1 % of draws",
        }
    )
    if report.cycles:
        st.html(
            Markup('<ol class="eh-cycles">{}</ol>').format(
                Markup("").join(_cycle(one) for one in report.cycles)
            )
        )
    st.caption(
        "A circle that is not clear is what chance leaves among many triples."
        if report.cycles
        else "No three contestants beat each other in a circle.",
        help=label(
            "Who beats whom, in log-odds, is split into differences of one rating and a rest that goes in"
            f" circles. By chance: {report.null}; 95 of 100 draws stay under that share."
        ),
    )
    _say_whose(shown)


def _cycle(row: CycleRow) -> Markup:
    beats = Markup(", ").join(
        Markup("{} beats {} in {} of {:,}").format(
            visible(edge.winner), visible(edge.loser), percent(edge.share), edge.n
        )
        for edge in row.edges
    )
    clear = "clear" if row.is_clear else "not clear"
    return Markup('<li>{} <span class="eh-quiet">({}, z {:.1f})</span></li>').format(beats, clear, row.z)


def _say_whose(shown: Shown) -> None:
    if shown.query.lens == "calibrated":
        note("This speaks of the judge's matches alone, before people's votes correct them.")
    elif shown.query.control:
        note(f"This leaves the control for {' and '.join(shown.query.control)} out.")
