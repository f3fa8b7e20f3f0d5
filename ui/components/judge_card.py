"""A judge version's counts: one sentence, one bar, one row a figure."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from arena.audit import JudgeCard
from arena.written import signed
from ui.components.judge_figures import show_figures, show_table
from ui.components.verdicts import reason_words
from ui.figures import count, share
from ui.navigation import MATCHES, Query, href
from ui.render import visible


@dataclass(frozen=True)
class _Part:
    """One piece of the bar; `query` opens its matches where a filter exists for it.

    `whole` is what its share is of: all pairs for the unscored ones, the scored ones for every other.
    """

    name: str
    tone: str
    n: int
    whole: int
    help: str
    query: Query | None = None


def show_card(card: JudgeCard, label: str) -> None:
    """Show the card of one judge version."""
    head = Markup(
        '<h3 class="eh-card-title">{} <span class="eh-quiet">version {} · {} · {}</span></h3>'
        '<p class="eh-lead">{}</p>{}'
    )
    with st.container(border=True, key=f"card_{card.version}"):
        st.html(
            head.format(
                visible(card.judge),
                card.version,
                card.kind,
                card.mode,
                visible(card.sentence),
                _strength(card),
            )
        )
        if card.n_pairs:
            parts = _parts(card, label)
            st.html(_bar(parts, card.n_pairs) + _table(parts, card))
        for warning in card.warnings:
            st.warning(warning, icon=":material/warning:")
        if card.marks:
            marked = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in sorted(card.marks.items()))
            st.html(Markup('<p class="eh-note">Disagreements marked: {}.</p>').format(marked))
    if card.figures:
        show_figures(card)
    _show_details(card)


def _strength(card: JudgeCard) -> Markup:
    """Say whether the judge's model is stronger than what it judges; nothing for baselines and people."""
    if card.kind not in ("model", "recorded") or not card.figures:
        return Markup("")
    words = {"same": "as strong as what it judges, as far as is known",
             "not known": "strength beside what it judges not known"}.get(
        card.strength.mark, f"{card.strength.mark} than what it judges")  # fmt: skip
    return Markup('<p class="eh-note"><strong>{}</strong>{}</p>').format(
        words[0].upper() + words[1:], visible(f": {card.strength.why}." if card.strength.why else ".")
    )


def _show_details(card: JudgeCard) -> None:
    if card.rank_bounds:
        with st.expander("How far unscored pairs could move the ranks"):
            show_table(
                ("Contestant", "unscored", "rank", "all lost", "all won"),
                [
                    {
                        "Contestant": one.contestant,
                        "unscored": count(one.n_unscored),
                        "rank": str(one.rank),
                        "all lost": str(one.rank_worst),
                        "all won": str(one.rank_best),
                    }
                    for one in card.rank_bounds
                ],
                empty="",
            )
    if card.fairness:
        with st.expander("Preference fairness by cell, furthest from fair first"):
            show_table(
                ("Pair", "tags", "pairs", "fairness"),
                [
                    {
                        "Pair": f"{cell.contestant_a} and {cell.contestant_b}",
                        "tags": ", ".join(cell.tags),
                        "pairs": count(cell.n),
                        "fairness": signed(cell.value, digits=2),
                    }
                    for cell in card.fairness
                ],
                empty="",
            )


def _parts(card: JudgeCard, label: str) -> list[_Part]:
    where: dict[str, str] = {"judge": label}
    if card.dataset is not None:
        where["dataset"] = card.dataset
    n_scored = card.n_pairs - card.n_unscored
    return [
        _Part("Consistent", "consistent", card.n_consistent, n_scored, "Same verdict in both shown orders."),
        _Part(
            "Primacy",
            "primacy",
            card.n_primacy,
            n_scored,
            "Flipped towards the response shown first.",
            {**where, "outcome": "flip"},
        ),
        _Part(
            "Recency",
            "recency",
            card.n_recency,
            n_scored,
            "Flipped towards the response shown second.",
            {**where, "outcome": "flip"},
        ),
        _Part(
            "Other flips",
            "other",
            card.n_other_flips,
            n_scored,
            "A tie in one order, both bad in the other.",
            {**where, "outcome": "flip"},
        ),
        _Part(
            "Unscored",
            "unscored",
            card.n_unscored,
            card.n_pairs,
            "At least one order has no verdict.",
            {**where, "outcome": "unscored"},
        ),
    ]


def _bar(parts: list[_Part], whole: int) -> Markup:
    words = ", ".join(f"{part.name.lower()} {part.n:,}" for part in parts)
    pieces = Markup("").join(
        Markup('<i class="eh-part-{}" style="width:{:.2f}%" title="{} {}"></i>').format(
            part.tone, 100 * part.n / whole, part.name, count(part.n)
        )
        for part in parts
        if part.n
    )
    return Markup('<div class="eh-bar" role="img" aria-label="{}">{}</div>').format(words, pieces)


def _table(parts: list[_Part], card: JudgeCard) -> Markup:
    rows = Markup("").join(_row(part) for part in parts)
    reasons = ", ".join(f"{reason_words(one.reason)} {one.n:,}" for one in card.unscored)
    foot = Markup("")
    if reasons:
        foot += Markup('<p class="eh-note">Unscored: {}.</p>').format(reasons)
    if card.n_one_order:
        foot += Markup(
            '<p class="eh-note">{} more in one shown order only, outside of these shares.</p>'
        ).format(count(card.n_one_order))
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table eh-table-narrow">'
        '<thead><tr><th>Both orders</th><th class="eh-num">Pairs</th>'
        '<th class="eh-num">Share</th><th class="eh-wide">Meaning</th></tr></thead>'
        "<tbody>{}</tbody></table></div>{}"
    )
    return table.format(rows, foot)


def _row(part: _Part) -> Markup:
    figure = Markup("{}").format(count(part.n))
    if part.query is not None and part.n:
        figure = Markup('<a href="{}">{}</a>').format(href(MATCHES, part.query), figure)
    return Markup(
        '<tr><th scope="row"><span class="eh-key eh-part-{}"></span>{}</th><td class="eh-num">{}</td>'
        '<td class="eh-num">{}</td><td class="eh-quiet eh-wide">{}</td></tr>'
    ).format(part.tone, part.name, figure, share(part.n, part.whole), part.help)
