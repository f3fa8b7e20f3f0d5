"""One contestant: its records with intervals, the prompts it lost, its settings and its costs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from arena.board.records import BoardQuery
from arena.contestant import ContestantReport, Record, WorstPrompt
from arena.datasets import DatasetSummary
from arena.match_lists import MatchFilter
from ui.board_address import board_to_query, contestant_href, scored_matches
from ui.components.address_words import say_unknown
from ui.components.empty import show_empty
from ui.components.scale import Scale
from ui.components.words import facts, note
from ui.figures import count, percent, plural, seconds, share, usd
from ui.match_address import with_match
from ui.navigation import CONTESTANT, IMPORT, MATCH, MATCHES, Query, href
from ui.render import visible
from ui.way_back import way_here

_SHARES = Scale(0.0, 1.0)
_TABLE = Markup(
    '<div class="eh-scroll"><table class="eh-table"><thead>{}</thead><tbody>{}</tbody></table></div>'
)
_HEAD = Markup(
    '<tr><th>{}</th><th class="eh-num" title="Share of matches won; a tie counts half">Win %</th>'
    '<th><span class="eh-axis"><span>0 %</span><span>95 % interval</span><span>100 %</span></span></th>'
    '<th class="eh-num eh-wide">Won</th><th class="eh-num eh-wide">Tied</th>'
    '<th class="eh-num eh-wide">Lost</th><th class="eh-num">Matches</th></tr>'
)
_ROW = Markup(
    '<tr><th scope="row">{name}</th><td class="eh-num">{win}</td><td>{interval}</td>'
    '<td class="eh-num eh-wide">{won}</td><td class="eh-num eh-wide">{tied}</td>'
    '<td class="eh-num eh-wide">{lost}</td><td class="eh-num">{n}</td></tr>'
)
_LINK = Markup('<a href="{}">{}</a>')


def as_counted(query: BoardQuery) -> BoardQuery:
    """Return the query without what only a fit needs: wins are counted, not fitted."""
    return replace(query, method="bradley-terry", ties="half", control=())


def choose_contestant(names: Sequence[str], dataset: DatasetSummary, said: DeltaGenerator) -> str:
    """Return the chosen contestant; where there is none, say so, offer the import and end the page."""
    if not names:
        show_empty(
            "No contestant yet",
            f"{dataset.name} has no responses; a contestant is known by what it answers.",
            button="Import responses",
            target=IMPORT,
        )
        st.stop()
    with said:
        say_unknown("name", names, what="contestant")
    asked = st.session_state.get("name", st.query_params.get("name"))
    if asked not in names:
        st.session_state["name"] = names[0]
    name = st.selectbox("Contestant", names, index=None, key="name", bind="query-params", width=250)
    return name or names[0]


def show_facts(report: ContestantReport) -> None:
    """Show what its responses are and cost; unknown stays unknown."""
    figures = report.figures
    known = (
        ""
        if figures.n_priced == figures.n_responses
        else f" ({share(figures.n_priced, figures.n_responses)} priced)"
    )
    per_100 = None if figures.mean_cost_usd is None else 100 * figures.mean_cost_usd
    facts(
        {
            "responses": count(figures.n_responses)
            + (f", {figures.n_failed:,} failed" if figures.n_failed else ""),
            "cost of 100": usd(per_100) + known,
            "spent on them": usd(figures.total_cost_usd),
            "time": f"{seconds(figures.mean_latency_s)} s"
            if figures.mean_latency_s is not None
            else "unknown",
            "words": "unknown" if figures.mean_words is None else f"{figures.mean_words:,.0f} on average",
        }
    )


def show_opponents(report: ContestantReport, query: BoardQuery) -> None:
    """Show one row an opponent, the hardest first; names open contestants, counts open matches."""
    own = report.settings.name
    rows = [
        _row(one, contestant_href(query, one.name), _matches(query, report.judges, own, one.name))
        for one in report.opponents
    ]
    st.html(_TABLE.format(_HEAD.format("Opponent"), Markup("").join(rows)))


def show_tags(report: ContestantReport, query: BoardQuery) -> None:
    """Show one row a tag, the worst first; a name looks at that tag alone. Tags of few prompts on demand."""
    if not report.tags:
        note("No prompt here has a tag.")
        return
    known = [one for one in report.tags if one.low is not None]
    few = [one for one in report.tags if one.low is None]
    if known:
        _show_tag_table(known, report, query)
    if few:
        title = f"{plural(len(few), 'tag')} with too few prompts for an interval"
        with st.expander(title, key="few_tags", on_change="rerun") as rest:
            if rest.open:
                _show_tag_table(few, report, query)


def _show_tag_table(records: Sequence[Record], report: ContestantReport, query: BoardQuery) -> None:
    name = report.settings.name
    rows = []
    for one in records:
        asked = replace(query, tags=(one.name,))
        link = href(CONTESTANT, {"name": name, **board_to_query(asked)})
        rows.append(_row(one, link, _matches(asked, report.judges, name)))
    st.html(_TABLE.format(_HEAD.format("Tag"), Markup("").join(rows)))


def show_worst(report: ContestantReport, query: BoardQuery) -> None:
    """Show the prompts with the smallest share, each with its matches."""
    if not report.worst:
        note("There is no prompt on which it got less than half.")
        return
    head = Markup(
        '<tr><th>Prompt</th><th class="eh-num">Win %</th><th class="eh-num">Matches</th><th>Open</th></tr>'
    )
    wanted = MatchFilter(
        dataset=query.dataset, judges=report.judges if query.lens != "human" else (),
        contestants=(report.settings.name,), tags=query.tags,
    )  # fmt: skip
    body = Markup("").join(_worst(one, wanted) for one in report.worst)
    st.html(_TABLE.format(head, body))


def _worst(one: WorstPrompt, wanted: MatchFilter) -> Markup:
    links = Markup(", ").join(
        _LINK.format(href(MATCH, {**with_match(wanted, match_id), **way_here(CONTESTANT)}), match_id)
        for match_id in one.match_ids
    )
    row = Markup(
        '<tr><td class="eh-worst">{}</td><td class="eh-num">{}</td><td class="eh-num">{}</td><td>{}</td></tr>'
    )
    return row.format(visible(one.preview), percent(one.win_share), count(one.n), links)


def show_settings(report: ContestantReport) -> None:
    """Show what the contestant is: model, parameters, prices and system prompt."""
    settings = report.settings
    prices = [
        f"${price:g} per million tokens {way}"
        for price, way in ((settings.input_usd_per_million, "in"), (settings.output_usd_per_million, "out"))
        if price is not None
    ]
    facts(
        {
            "model": settings.model or "not known",
            "family": settings.family or "not known",
            "API base": settings.api_base or "the provider's own",
            "parameters": json.dumps(settings.parameters, ensure_ascii=False)
            if settings.parameters
            else "none set",
            "price": ", ".join(prices) or "unknown",
        }
    )
    if settings.system_prompt:
        note("System prompt")
        with st.container(border=True, height=200 if len(settings.system_prompt) > 600 else "content"):
            st.text(visible(settings.system_prompt))
    else:
        note("No system prompt is stored with it.")


def _matches(query: BoardQuery, judges: tuple[str, ...], *contestants: str) -> str:
    asked: Query = {**scored_matches(query, judges, *contestants), **way_here(CONTESTANT)}
    return href(MATCHES, asked)


def _row(one: Record, link: str, matches: str) -> Markup:
    return _ROW.format(
        name=_LINK.format(link, visible(one.name)),
        win=percent(one.win_share),
        interval=_interval(one),
        won=count(one.n_won),
        tied=count(one.n_tied),
        lost=count(one.n_lost),
        n=_LINK.format(matches, count(one.n)),
    )


def _interval(one: Record) -> Markup:
    dot = Markup('<b style="left:{:.2f}%"></b>').format(100 * _SHARES.place(one.win_share))
    words = f"{percent(one.win_share)}, no interval: {plural(one.n_prompts, 'prompt')}"
    bar = Markup("")
    if one.low is not None and one.high is not None:
        words = f"{percent(one.win_share)}, from {percent(one.low)} to {percent(one.high)}"
        bar = Markup('<i style="left:{:.2f}%;width:{:.2f}%"></i>').format(
            100 * one.low, 100 * (one.high - one.low)
        )
    markup = Markup(
        '<div class="eh-interval" role="img" aria-label="{0}" title="{0}"><s style="left:50%"></s>'
        "{1}{2}</div>"
    )
    return markup.format(words, bar, dot)
