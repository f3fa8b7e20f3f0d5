"""What a voter sees at the end of a round, and when no pair is left."""

from __future__ import annotations

import streamlit as st

from arena.vote import ROUND_VOTES, Progress
from ui.components.ballot import show_undo
from ui.components.voter import look_at_skipped, vote_on
from ui.components.words import lead, note
from ui.figures import plural
from ui.navigation import LEADERBOARD, page_link


def show_round_done(dataset: str, progress: Progress) -> None:
    """Thank for a round and offer another."""
    with st.container(border=True, width=720, key="vote_done"):
        lead(f"{plural(progress.n_votes, 'vote')}, thank you. That is a round.")
        n_left = progress.n_pairs - progress.n_votes - progress.n_skipped
        note(
            f"{plural(n_left, 'pair')} left here. Every vote sharpens people's ranking and checks the judges."
        )
        with st.container(horizontal=True):
            st.button(
                f"Vote on {min(ROUND_VOTES, n_left)} more", type="primary", key="vote_more",
                on_click=vote_on, args=(progress.n_votes,),
            )  # fmt: skip
            show_undo(is_offered=True, words="Undo the last vote")
        _link_board(dataset)


def show_all_done(dataset: str, progress: Progress) -> None:
    """Say that nothing is left, and offer what was set aside."""
    with st.container(border=True, width=720, key="vote_done"):
        lead(f"Nothing is left to vote on: you have decided {plural(progress.n_votes, 'pair')}, thank you.")
        with st.container(horizontal=True):
            if progress.n_skipped:
                words = f"Look again at the {plural(progress.n_skipped, 'pair')} you set aside"
                st.button(words, type="primary", key="vote_skipped", on_click=look_at_skipped)
            show_undo(is_offered=True, words="Undo the last step")
        _link_board(dataset)


def _link_board(dataset: str) -> None:
    query = {"dataset": dataset, "lens": "human"}
    page_link(LEADERBOARD, "See what people's votes say", query, icon="leaderboard")
