"""What the judge said in each shown order: verdict, reasoning, figures, raw text and the prompt as sent."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from arena.matches import MatchDetail, OrderView
from ui.components.match_table import people_in_short
from ui.components.responses import show_text
from ui.components.verdicts import ShownOrder, verdict_chip, verdict_words
from ui.components.words import facts, note
from ui.figures import NONE, moment, seconds, usd
from ui.render import render_plain, visible

LONG_CHARS = 700


def show_orders(detail: MatchDetail) -> None:
    """Show each order beside the other."""
    if not detail.orders:
        note("No judgment is stored for this match.")
        return
    for column, order in zip(st.columns(max(len(detail.orders), 2)), detail.orders, strict=False):
        with column, st.container(border=True, key=f"order_{order.stored.id}"):
            _show_order(order, is_person=detail.row.judge_kind == "human")


def show_votes(detail: MatchDetail) -> None:
    """Show what people said of the same two responses; nothing where nobody voted."""
    if not detail.votes:
        return
    st.subheader("People")
    head = Markup("<tr><th>Voter</th><th>Verdict</th><th>Why</th><th>When</th></tr>")
    row = Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td class="eh-quiet">{}</td></tr>')
    body = Markup("").join(
        row.format(
            visible(vote.voter),
            verdict_chip(vote.verdict, shown_order=_order(vote.shown_order)),
            visible("; ".join([*vote.reasons, *([vote.comment] if vote.comment else [])])) or NONE,
            moment(vote.created_at),
        )
        for vote in detail.votes
    )
    table = Markup('<div class="eh-scroll"><table class="eh-table"><caption>{}</caption>{}{}</table></div>')
    st.html(table.format(people_in_short(detail.row.people), head, body))


def _show_order(order: OrderView, *, is_person: bool) -> None:
    stored = order.stored
    first = "A" if stored.shown_order == "ab" else "B"
    chip = verdict_chip(stored.verdict, shown_order=_order(stored.shown_order), reason=stored.reason)
    head = Markup(
        '<p class="eh-order"><strong>{} shown first</strong> {} <span class="eh-quiet">{}</span></p>'
    )
    st.html(head.format(first, chip, verdict_words(stored.verdict, stored.reason)))
    if is_person:
        note("Seen blind, without names, in this order only.")
        return
    if stored.shown_order == "ba":
        note("In the judge's own words below, A is the response shown first: this page's B.")
    if stored.detail:
        note(stored.detail)
    if stored.reasoning:
        is_long = len(stored.reasoning) > LONG_CHARS
        with st.container(height=240 if is_long else "content", border=False):
            show_text([stored.reasoning])
    elif stored.verdict is not None:
        note("No reasoning is stored.")
    facts(_figures(order))
    _show_raw("What the judge wrote", stored.raw_text, key=f"raw_{stored.id}")
    _show_raw("What it wrote when asked again", stored.repair_text, key=f"repair_{stored.id}")
    _show_sent(order.prompt_as_sent, key=f"sent_{stored.id}")


def _show_raw(title: str, text: str | None, *, key: str) -> None:
    if text:
        with st.expander(title, key=key, on_change="rerun") as raw:
            if raw.open:
                st.html(render_plain(text))


def _show_sent(messages: Sequence[tuple[str, str]] | None, *, key: str) -> None:
    if messages is None:
        return
    with st.expander("The prompt as it was sent", key=key, on_change="rerun") as sent:
        if sent.open:
            for role, content in messages:
                st.html(Markup('<p class="eh-turn">{}</p>{}').format(role, render_plain(content)))


def whole_figures(detail: MatchDetail) -> dict[str, str]:
    """Return what the match cost and took over both orders; nothing where no model was asked."""
    if not any(order.stored.model or order.stored.n_tokens_out for order in detail.orders):
        return {}
    waited = detail.latency_s
    return {"cost": usd(detail.cost_usd)} | ({} if waited is None else {"time": f"{seconds(waited)} s"})


def _figures(order: OrderView) -> dict[str, str]:
    """Return what is known of the call; imported judgments know nothing of it."""
    stored = order.stored
    known: dict[str, str | None] = {
        "model": stored.model,
        "tokens": _tokens(stored.n_tokens_in, stored.n_tokens_out),
        "cost": None if stored.n_tokens_out is None else usd(stored.cost_usd),
        "time": None if stored.latency_s is None else f"{seconds(stored.latency_s)} s",
        "attempts": None if stored.attempts is None else str(stored.attempts),
        "verdict read from": stored.parse_path and stored.parse_path.replace("_", " "),
    }
    return {name: value for name, value in known.items() if value is not None}


def _tokens(n_in: int | None, n_out: int | None) -> str | None:
    return None if n_in is None or n_out is None else f"{n_in:,} in, {n_out:,} out"


def _order(shown_order: str | None) -> ShownOrder | None:
    return None if shown_order is None else "ab" if shown_order == "ab" else "ba"
