"""Every page in every state."""

from __future__ import annotations

import pytest

from arena.demo.load import load_demo_data
from db import Database
from tests.ui.filling import fill, judge, leader, mixed
from tests.ui.opening import markup_of, open_page, table_of, text_of
from ui.navigation import HOME, IMPORT, JUDGES, LEADERBOARD, RUNS, VOTE, PageEntry

READING = [LEADERBOARD, RUNS, JUDGES]


@pytest.mark.parametrize("entry", READING, ids=lambda entry: entry.path)
def test_without_data_a_page_says_what_will_be_here_and_offers_the_import(
    store: Database, entry: PageEntry
) -> None:
    app = open_page(entry)
    assert not app.exception
    assert app.title[0].value == entry.title
    assert "There is no data yet" in text_of(app)
    assert "Import a file" in [link.value for link in app.page_link]


def test_a_board_says_its_answer_first(store: Database) -> None:
    judge(store, fill(store), leader(0, 1, 2))
    app = open_page(LEADERBOARD, dataset="poems")
    assert not app.exception
    said = text_of(app)
    assert 0 <= said.find("No contestant has a finite rating") < said.find("Rank")


def test_a_board_shows_rating_interval_and_counts(store: Database) -> None:
    judge(store, fill(store, n_prompts=30), mixed)
    app = open_page(LEADERBOARD, dataset="poems")
    assert not app.exception
    table = table_of(app)
    assert 'class="eh-interval" role="img" aria-label="' in table
    for name in ("alder", "birch", "cedar"):
        assert f"./contestant?name={name}" in table
    assert "evenhand_heatmap" in [drawn.proto.component_name for drawn in app.get("bidi_component")]


@pytest.mark.parametrize("entry", [LEADERBOARD, JUDGES])
def test_a_name_that_is_markup_stays_text(store: Database, entry: PageEntry) -> None:
    judge(
        store,
        fill(store, contestants=["<img src=x onerror=alert(1)>", ":red[b]", "c"]),
        mixed,
        name="<b>j</b>",
    )
    app = open_page(entry, dataset="poems")
    assert not app.exception
    assert not any("<img" in markup or "<b>j" in markup for markup in markup_of(app))


def test_an_unknown_dataset_in_the_address_falls_back_to_one_that_exists(store: Database) -> None:
    judge(store, fill(store), mixed)
    app = open_page(LEADERBOARD, dataset="gone")
    assert not app.exception
    assert app.selectbox(key="dataset").value == "poems"


def test_a_dataset_without_matches_offers_a_judge_run(store: Database) -> None:
    fill(store)
    app = open_page(LEADERBOARD, dataset="poems")
    assert not app.exception
    assert "no matches by a judge yet" in text_of(app)


def test_an_impossible_wish_is_a_sentence(store: Database) -> None:
    judge(store, fill(store), mixed)
    app = open_page(LEADERBOARD, dataset="poems", method="elo", control="length")
    assert not app.exception
    assert "Only Bradley-Terry controls for length" in app.error[0].value.replace("\\", "")


def test_a_card_shows_the_counts_of_each_judge(store: Database) -> None:
    judge(store, fill(store, n_prompts=20), mixed, name="first-judge")
    app = open_page(JUDGES, dataset="poems")
    assert not app.exception
    said = text_of(app)
    for word in ("first-judge", "Consistent", "Primacy", "Recency", "Unscored", "the judge refused"):
        assert word in said


def test_the_import_page_explains_itself_before_any_file(store: Database) -> None:
    app = open_page(IMPORT)
    assert not app.exception
    assert "Nothing is stored before you have seen what would be" in text_of(app)


def test_a_new_match_is_on_the_board_at_once(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, leader(0, 1, 2), name="first-judge")
    assert "Ranked by first-judge" in text_of(open_page(LEADERBOARD, dataset="poems"))
    judge(store, filled, leader(2, 1, 0), name="second-judge")
    assert "second-judge" in text_of(open_page(LEADERBOARD, dataset="poems"))


def test_vote_takes_no_votes_for_a_dataset_that_is_not_there(store: Database) -> None:
    fill(store)
    app = open_page(VOTE, dataset="gone", voter="Ada")
    assert not app.exception
    assert "There is no dataset 'gone' here" in text_of(app)
    assert "Which response is better?" not in text_of(app)
    assert [link.value for link in app.page_link if "poems" in str(link.proto)] == ["Go on with poems"]


def test_without_a_dataset_in_the_address_the_newest_of_ones_own_is_shown_everywhere(store: Database) -> None:
    load_demo_data(store)
    judge(store, fill(store), mixed)
    for entry in (HOME, LEADERBOARD, RUNS, JUDGES):
        app = open_page(entry)
        assert app.session_state["dataset"] == "poems", entry.path
