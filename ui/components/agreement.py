"""Judges and people side by side: how often they say the same, and the ranking that each gives."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.agreement import ENOUGH, AgreementFigure, AgreementReport, get_agreement
from arena.board.records import BoardQuery
from arena.datasets import DatasetSummary
from arena.leaderboard import Board, Standing
from ui.components.scale import Scale, scale_over
from ui.components.words import lead, note
from ui.figures import NONE, percent, points, rank, share
from ui.navigation import VOTE, page_link
from ui.render import visible
from ui.state import database, database_url, read_board

_HEAD: Final = Markup(
    '<tr><th>Compared</th><th class="eh-num">Say the same</th>'
    '<th class="eh-num" title="Agreement beyond chance: 0 is chance, 1 is always">Cohen\'s kappa</th>'
    '<th class="eh-num">95 % interval</th><th class="eh-num">n</th></tr>'
)
_ROW: Final = Markup(
    '<tr><th scope="row">{}</th><td class="eh-num">{}</td><td class="eh-num">{}</td>'
    '<td class="eh-num">{}</td><td class="eh-num">{:,}</td></tr>'
)
_SIDES_HEAD: Final = Markup(
    '<tr><th>Contestant</th><th class="eh-num">Rank<span class="eh-sub">judge</span></th>'
    '<th class="eh-num">Rating</th><th>95 % interval</th>'
    '<th class="eh-num">Rank<span class="eh-sub">people</span></th><th class="eh-num">Rating</th>'
    "<th>95 % interval</th></tr>"
)
_TABLE: Final = Markup(
    '<div class="eh-scroll"><table class="eh-table"><caption>{}</caption><thead>{}</thead>'
    "<tbody>{}</tbody></table></div>"
)


@dataclass(frozen=True)
class _Asked:
    """What makes two readings the same; the counts of the data set change with every match and vote."""

    url: str
    dataset: DatasetSummary
    judge: str | None


def show_judge_and_people(query: BoardQuery, dataset: DatasetSummary) -> None:
    """Show the first figures of agreement, then both rankings on one axis."""
    judge = query.judges[0] if query.lens == "judge" and query.judges else None
    report = _agreement(_Asked(database_url(), dataset, judge))
    if not report.n_votes:
        note("Nobody has voted here yet, so that there is nothing to compare the judge with.")
        page_link(VOTE, "Vote blind", {"dataset": dataset.name}, icon="how_to_vote")
        return
    lead(agreement_in_words(report))
    same = replace(query, control=())
    if report.judge is not None:
        people = read_board(replace(same, lens="human", judges=()), dataset)
        by_judge = read_board(replace(same, lens="judge", judges=(report.judge,)), dataset)
        _show_sides(by_judge, people)
    _show_figures(report)


def agreement_in_words(report: AgreementReport) -> str:
    """Say first what the figures say."""
    people = (
        f"Two people who read the same pair say the same in {percent(report.people.share)}."
        if report.people.n >= ENOUGH
        else f"Too few pairs were read by two people to compare them ({report.people.n} of {ENOUGH})."
    )
    if report.judge is None:
        return people
    figure = report.judge_each
    if figure.n < ENOUGH:
        return f"Too few votes on what {report.judge} judged to say ({figure.n} of {ENOUGH}). {people}"
    said = share(round(figure.share * figure.n), figure.n)
    return f"{report.judge} says what a person says in {said} votes. {people}"


@st.cache_data(max_entries=32, ttl=60, show_spinner=False)
def _agreement(asked: _Asked) -> AgreementReport:
    return get_agreement(database(), asked.dataset.name, asked.judge)


def _show_figures(report: AgreementReport) -> None:
    rows = []
    if report.judge is not None:
        rows.append(_figure_row(f"{report.judge} with each vote", report.judge_each))
        rows.append(_figure_row(f"{report.judge} with most votes on a pair", report.judge_majority))
    rows.append(_figure_row("any two people", report.people))
    if len(report.pairs_of_people) > 1:
        rows += [_figure_row(f"{two.first} with {two.second}", two.figure) for two in report.pairs_of_people]
    caption = f"{report.rule} Intervals of kappa over drawn prompts."
    st.html(_TABLE.format(caption, _HEAD, Markup("").join(rows)))


def _figure_row(words: str, figure: AgreementFigure) -> Markup:
    interval = NONE if math.isnan(figure.low) else f"{figure.low:.2f} to {figure.high:.2f}"
    kappa = NONE if math.isnan(figure.kappa) else f"{figure.kappa:.2f}"
    return _ROW.format(visible(words), percent(figure.share), kappa, interval, figure.n)


def _show_sides(by_judge: Board, people: Board) -> None:
    standings = {row.contestant: row for row in people.standings}
    everyone = [*by_judge.standings, *people.standings]
    scale = scale_over([value for row in everyone for value in (row.low, row.high, row.rating)])
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(
            visible(row.contestant), _side(row, scale), _side(standings.get(row.contestant), scale)
        )
        for row in by_judge.standings
    )
    caption = f"Ranked by {' and '.join(by_judge.judges)}, beside people's votes, on one axis."
    st.html(_TABLE.format(visible(caption), _SIDES_HEAD, rows))


def _side(row: Standing | None, scale: Scale | None) -> Markup:
    if row is None or scale is None or row.rating is None or math.isnan(row.rating):
        blank = Markup('<td class="eh-num">{0}</td><td class="eh-num">{0}</td><td>not estimated</td>')
        return blank.format(NONE)
    ranks = NONE if row.rank_low is None or row.rank_high is None else rank(row.rank_low, row.rank_high)
    return Markup('<td class="eh-num">{}</td><td class="eh-num">{}</td><td>{}</td>').format(
        ranks, points(row.rating), _interval(row, row.rating, scale)
    )


def _interval(row: Standing, rating: float, scale: Scale) -> Markup:
    dot = Markup('<b style="left:{:.2f}%"></b>').format(100 * scale.place(rating))
    bar, words = Markup(""), f"{points(rating)}, no interval"
    if row.low is not None and row.high is not None and not math.isnan(row.low + row.high):
        left, right = scale.place(row.low), scale.place(row.high)
        bar = Markup('<i style="left:{:.2f}%;width:{:.2f}%"></i>').format(100 * left, 100 * (right - left))
        words = f"{points(rating)}, from {points(row.low)} to {points(row.high)}"
    return Markup('<div class="eh-interval" role="img" aria-label="{0}" title="{0}">{1}{2}</div>').format(
        words, bar, dot
    )
