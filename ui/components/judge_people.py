"""People beside the judge: how good their votes are, where they differ from it, and what to vote on next."""

from __future__ import annotations

from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.audit.disagreements import MARKS, Disagreement, mark_disagreement
from arena.audit.next_labels import LabelPlan
from arena.audit.voters import VoterCard
from arena.prompts import load_openings
from arena.written import signed
from ui.components.judge_figures import interval, show_table
from ui.components.scale import Scale
from ui.components.verdicts import verdict_words
from ui.components.words import lead, note
from ui.figures import NONE, count, percent, plural, seconds
from ui.navigation import MATCH, VOTE, page_link
from ui.render import label, visible
from ui.state import database

PAGE_SIZE: Final = 10
MARK_WORDS: Final = {
    "judge_right": "judge right",
    "people_right": "people right",
    "rubric_unclear": "rubric unclear",
    "bad_prompt": "bad prompt",
}
_ON_PROMPT: Final = Markup('{}<span class="eh-sub">{}</span>')
_HEAD = (
    "Voter",
    "votes",
    "agrees with others",
    "95 % interval",
    "first shown wins",
    "with themselves",
    "gold",
    "can't tell",
    "median s",
)


def show_voters(voters: list[VoterCard]) -> None:
    """Show one row a voter."""
    show_table(_HEAD, [_voter(card) for card in voters], empty="Nobody has voted here yet.")
    note(
        "Agreement is with every other vote on the same pair. Who favours no side is near 50 %, first shown."
    )


def _voter(card: VoterCard) -> dict[str, str | Markup]:
    drawn: str | Markup = f"{card.n_shared} of 20 shared votes" if card.agreement is None else NONE
    if card.agreement is not None:
        drawn = interval(card.agreement, card.low, card.high, Scale(0.0, 1.0), words=percent(card.agreement))
    cells = (
        card.voter,
        count(card.n_votes),
        percent(card.agreement),
        drawn,
        percent(card.first_share),
        f"{percent(card.self_agreement)} of {card.n_repeated}" if card.n_repeated else NONE,
        f"{percent(card.gold)} of {card.n_gold}" if card.n_gold else NONE,
        count(card.n_cant_tell),
        seconds(card.median_s),
    )
    return dict(zip(_HEAD, cells, strict=True))


def show_queue(queue: list[Disagreement], dataset: str) -> None:
    """Show the matches on which people and the judge differ, each with its mark."""
    if not queue:
        note("People and this judge differ on no match, or have no match in common.")
        return
    n_marked = sum(one.mark is not None for one in queue)
    n = plural(len(queue), "match", "matches")
    lead(f"{n} where the most frequent vote differs from this judge; {n_marked} marked.")
    page = 1
    if len(queue) > PAGE_SIZE:
        page = st.pagination(-(-len(queue) // PAGE_SIZE), key="queue_page")
    shown = queue[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    openings = load_openings(database(), [one.prompt_id for one in shown])
    for one in shown:
        _show_disagreement(one, dataset, openings.get(one.prompt_id, ""))


def _show_disagreement(one: Disagreement, dataset: str, opening: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        with st.container():
            names = f"A {one.contestant_a}, B {one.contestant_b}"
            page_link(MATCH, label(names), {"match": one.match_id, "dataset": dataset}, icon="compare_arrows")
            note(opening)
            flip = ", after a flip" if one.is_flip else ""
            moved = NONE if one.shift is None else signed(one.shift, digits=1)
            shift = "" if one.shift is None else f"; would move the two by {moved} points"
            note(
                f"The judge says {verdict_words(one.judge_says)}{flip};"
                f" {plural(one.n_votes, 'vote')}: {verdict_words(one.people_say)}{shift}."
            )
        key = f"mark_{one.match_id}"
        st.selectbox(
            "Mark",
            MARKS,
            index=None if one.mark is None else MARKS.index(one.mark),
            format_func=lambda mark: MARK_WORDS[mark],
            placeholder="who is right?",
            key=key,
            on_change=_mark,
            args=(one.match_id, key),
            width=170,
            label_visibility="collapsed",
        )


def _mark(match_id: int, key: str) -> None:
    mark_disagreement(database(), match_id, st.session_state[key])
    st.session_state["marks"] = int(st.session_state.get("marks", 0)) + 1


def ask_price() -> float:
    """Ask what a vote costs, in USD."""
    price = st.number_input("Price of a vote, USD", 0.0, None, 0.0, key="usd_per_vote", width=170)
    return float(price)


def show_next_labels(plan: LabelPlan, dataset: str) -> None:
    """Say how many votes settle the board, and which pairs to vote on."""
    lead(plan.sentence)
    openings = load_openings(database(), [label_.prompt_id for label_ in plan.labels])
    rows: list[dict[str, str | Markup]] = [
        {
            "Pair": _ON_PROMPT.format(
                visible(f"{label_.contestant_a} and {label_.contestant_b}"),
                visible(openings.get(label_.prompt_id, "")),
            ),
            "drawn": "uniformly" if label_.is_uniform else "for the order",
            "chance": f"{label_.probability:.4f}",
        }
        for label_ in plan.labels
    ]
    show_table(("Pair", "drawn", "chance"), rows, empty="There is no pair left to vote on.")
    note(
        f"{percent(plan.uniform_share)} of the draws are uniform over {plan.n_open:,} open pairs, so that the"
        " calibrated board stays unbiased; each chance goes with its vote."
    )
    page_link(VOTE, "Vote now", {"dataset": dataset}, icon="how_to_vote")
