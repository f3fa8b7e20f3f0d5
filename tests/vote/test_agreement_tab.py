"""The leaderboard's tab that sets judge and people side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st

from db import Database
from tests.ui.filling import fill, judge, mixed, vote
from tests.ui.opening import open_page, text_of
from ui.navigation import LEADERBOARD

TAB = "Judge and people"


@pytest.fixture
def hall(store: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", store.url)
    yield store
    st.cache_resource.clear()
    st.cache_data.clear()


def test_both_rankings_and_the_first_figures_are_shown(hall: Database) -> None:
    filled = fill(hall, n_prompts=30)
    judge(hall, filled, mixed)
    for name in ("Ada", "Ben"):
        vote(hall, filled, lambda prompt: "a" if prompt % 3 else "tie", voter=name)
    app = open_page(LEADERBOARD, dataset="poems", view=TAB)
    assert not app.exception
    said = " ".join(text_of(app).split())
    assert "even-judge says what a person says in" in said
    assert "Two people who read the same pair say the same in 100 %" in said.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "even-judge with each vote" in said
    assert "A tie, both bad, and a verdict that changes with the shown order are neither" in said
    assert "Ranked by even-judge, beside people's votes" in said


def test_too_few_votes_are_said_before_any_share(hall: Database) -> None:
    filled = fill(hall)
    judge(hall, filled, mixed)
    vote(hall, filled, lambda prompt: "a")
    app = open_page(LEADERBOARD, dataset="poems", view=TAB)
    assert not app.exception
    assert "Too few votes on what even-judge judged to say" in text_of(app)


def test_without_votes_the_way_to_vote_is_offered(hall: Database) -> None:
    judge(hall, fill(hall), mixed)
    app = open_page(LEADERBOARD, dataset="poems", view=TAB)
    assert not app.exception
    assert "Nobody has voted here yet" in text_of(app)
    assert "Vote blind" in [link.value for link in app.page_link]


def test_a_voter_whose_name_is_markup_stays_text(hall: Database) -> None:
    filled = fill(hall)
    judge(hall, filled, mixed)
    for name in ("<b>Ada</b>", "Ben", "Cy"):
        vote(hall, filled, lambda prompt: "a", voter=name)
    app = open_page(LEADERBOARD, dataset="poems", view=TAB)
    assert not app.exception
    assert not any("<b>Ada" in str(one.value) for one in app.html)
