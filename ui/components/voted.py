"""What a voter sees at the end of a round, and when no pair is left."""

from __future__ import annotations

import streamlit as st

from arena.vote import ROUND_VOTES, Progress
from ui.components.ballot import show_undo
from ui.components.voter import look_at_skipped, vote_on
from ui.components.words import facts, lead, note
from ui.figures import plural
from ui.navigation import LEADERBOARD, page_link


def show_round_done(dataset: str, progress: Progress, *, is_guest: bool) -> None:
    """Thank for a round and offer another."""
    with st.container(border=True, width=720, key="vote_done"):
        lead(f"{plural(progress.n_votes, 'vote')}, thank you. That is a round.")
        _show_summary(progress)
        note("Every vote sharpens people's ranking and checks the judges.")
        with st.container(horizontal=True):
            n_more = min(ROUND_VOTES, progress.n_left)
            minutes = max(round(n_more * progress.pace_s / 60), 1)
            st.button(
                f"Vote on {n_more} more, about {minutes} min", type="primary", key="vote_more",
                on_click=vote_on, args=(progress.n_votes,),
            )  # fmt: skip
            show_undo(words="Undo the last vote")
        if not is_guest:
            _link_board(dataset)


def show_all_done(dataset: str, progress: Progress, *, is_guest: bool) -> None:
    """Say that nothing is left, and offer what was set aside."""
    with st.container(border=True, width=720, key="vote_done"):
        n_decided = progress.n_pairs - progress.n_left - progress.n_skipped - progress.n_cant_tell
        lead(f"Nothing is left to vote on: you have decided {plural(n_decided, 'pair')}, thank you.")
        _show_summary(progress)
        with st.container(horizontal=True):
            if progress.n_skipped:
                words = f"Look again at the {plural(progress.n_skipped, 'pair')} you set aside"
                st.button(words, type="primary", key="vote_skipped", on_click=look_at_skipped)
            show_undo(words="Undo the last step")
        if not is_guest:
            _link_board(dataset)


def _show_summary(progress: Progress) -> None:
    """Say what this voter has done; what they said of whom stays hidden."""
    shown = {"votes": f"{progress.n_votes:,}", "set aside": f"{progress.n_skipped:,}"}
    if progress.n_cant_tell:
        shown["can't tell"] = f"{progress.n_cant_tell:,}"
    facts({**shown, "your pace": f"{progress.pace_s:.0f} s a vote", "left": plural(progress.n_left, "pair")})


def _link_board(dataset: str) -> None:
    query = {"dataset": dataset, "lens": "human"}
    page_link(LEADERBOARD, "See what people's votes say", query, icon="leaderboard")
