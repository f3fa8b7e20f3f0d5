"""The list of matches and the page of one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from arena.audit.disagreements import get_disagreements
from db import Database
from db.tables import PromptRow, ResponseRow
from tests.ui.filling import fill, judge, leader, mixed, vote
from tests.ui.opening import open_page, text_of
from ui.navigation import MATCH, MATCHES


def table_of(app: AppTest) -> str:
    return next(
        str(one.value) for one in app.html if "eh-matches" in str(one.value) and "<table" in str(one.value)
    )


def test_a_dataset_without_matches_offers_a_judge_run(store: Database) -> None:
    fill(store)
    app = open_page(MATCHES, dataset="poems")
    assert not app.exception
    assert "No matches yet" in text_of(app)
    assert [link.value for link in app.page_link] == ["Judge the responses"]


def test_fifty_matches_are_on_a_page_and_the_rest_on_the_next(store: Database) -> None:
    judge(store, fill(store, n_prompts=20), mixed)
    first = open_page(MATCHES, dataset="poems")
    assert "60 matches" in text_of(first)
    assert table_of(first).count("<tr>") == 51
    second = open_page(MATCHES, dataset="poems", page="2")
    assert table_of(second).count("<tr>") == 11


def test_every_row_opens_its_match_within_the_filter(store: Database) -> None:
    judge(store, fill(store), mixed)
    table = table_of(open_page(MATCHES, dataset="poems", outcome="flip"))
    links = re.findall(r'href="([^"]*)"', table)
    assert links
    assert all(
        re.fullmatch(r"\./match\?match=\d+&amp;dataset=poems&amp;outcome=flip", link) for link in links
    )
    assert table.count('aria-label="flip"') == len(links)


def test_a_filter_that_nothing_fits_offers_to_take_it_away(store: Database) -> None:
    judge(store, fill(store), leader(0, 1, 2))
    app = open_page(MATCHES, dataset="poems", outcome="flip")
    assert "No match fits these filters" in text_of(app)
    assert [link.value for link in app.page_link] == ["Show all"]


def test_an_unknown_filter_in_the_address_is_no_filter(store: Database) -> None:
    judge(store, fill(store), mixed)
    app = open_page(MATCHES, dataset="poems", outcome="nonsense", judge="nobody", page="99")
    assert not app.exception
    assert ["nonsense" in app.info[1].value, "nobody" in app.info[0].value] == [True, True]
    assert "36 matches" in text_of(app)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("decided", "consistent in both orders"),
        ("flip", "A flip"),
        ("unscored", "Unscored"),
        ("tie", "A tie"),
    ],
)
def test_a_match_says_first_what_it_came_to(store: Database, outcome: str, words: str) -> None:
    judge(store, fill(store), mixed)
    table = table_of(open_page(MATCHES, dataset="poems", outcome=outcome))
    match_id = re.search(r"match=(\d+)", table)
    assert match_id is not None
    app = open_page(MATCH, match=match_id[1])
    assert not app.exception
    said = text_of(app)
    assert words in said
    assert "Answer" in said
    assert "A shown first" in said
    assert "B shown first" in said


def test_a_match_shows_reasoning_figures_and_votes(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, leader(0, 1, 2), kind="model")
    vote(store, filled, lambda prompt: "tie")
    app = open_page(MATCH, match="1")
    said = text_of(app)
    for words in (
        "The first one keeps to the subject.",
        "120 in, 40 out",
        "$0.0004",
        "1.2 s",
        "Ada",
        "clear; good",
    ):
        assert words in said


def test_raw_text_opens_on_demand(store: Database) -> None:
    judge(store, fill(store), leader(0, 1, 2))
    app = open_page(MATCH, match="1")
    assert "[[A]]" not in text_of(app)
    raw = next(one for one in app.expander if one.label == "What the judge wrote")
    assert raw is not None


def test_previous_and_next_stay_within_the_filter(store: Database) -> None:
    judge(store, fill(store, n_prompts=20), mixed)
    table = table_of(open_page(MATCHES, dataset="poems", outcome="flip"))
    ids = [int(found) for found in re.findall(r"match=(\d+)", table)]
    app = open_page(MATCH, match=str(ids[1]), dataset="poems", outcome="flip")
    assert f"2 of {len(ids)}" in text_of(app)
    anchors = " ".join(str(one.value) for one in app.html)
    links = {
        text: address
        for address, text in re.findall(r'href="([^"]*)"[^>]*>(?:<span.*?</span>)?(\w+)</a>', anchors)
    }
    assert f"match={ids[0]}&" in links["Previous"]
    assert f"match={ids[2]}&" in links["Next"]


def test_a_match_of_another_dataset_says_so_and_keeps_to_its_own_list(store: Database) -> None:
    judge(store, fill(store), mixed)
    fill(store, dataset="mine", contestants=("x", "y"))
    for asked in ("mine", "gone"):
        said = text_of(open_page(MATCH, match="1", dataset=asked))
        assert f"Match 1 is of the dataset poems, not of {asked}." in said
        assert "36 of 36" in said


def test_a_match_outside_of_its_list_says_so(store: Database) -> None:
    judge(store, fill(store), leader(0, 1, 2))
    said = text_of(open_page(MATCH, match="1", dataset="poems", outcome="flip"))
    assert "not in this list of 0" in said
    assert "cannot be shown" in text_of(open_page(MATCH, match="1", dataset="poems", judge="gone"))


def test_the_list_is_left_and_found_at_the_page_of_the_match(store: Database) -> None:
    judge(store, fill(store, n_prompts=20), mixed)
    app = open_page(MATCH, match="1", dataset="poems", back="leaderboard?dataset=poems&lens=human")
    links = {link.value: link for link in app.page_link}
    assert "page=2" in str(links["All of this list"].proto)
    assert "lens=human" in str(links["Leaderboard"].proto)
    assert "back=" in " ".join(str(one.value) for one in app.html if "Previous" in str(one.value))


@pytest.mark.parametrize(
    "back", ["https://e.example/", "nowhere?x=1", "//e.example", "leaderboard" + "x" * 3000]
)
def test_a_way_back_leads_nowhere_else(store: Database, back: str) -> None:
    judge(store, fill(store), mixed)
    app = open_page(MATCHES, dataset="poems", back=back)
    assert not app.exception
    assert "back=" not in table_of(app)
    assert not app.page_link


def test_a_reviewer_agrees_or_disagrees_and_takes_it_back(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, leader(0, 1, 2), kind="model")
    vote(store, filled, lambda prompt: "b")
    app = open_page(MATCH, match="1")
    app.button(key="review_agree").click().run()
    assert "You agree with the judge" in text_of(app)
    app.button(key="review_undo").click().run()
    app.radio(key="review_why").set_value("rubric_unclear")
    app.text_input(key="review_comment").set_value("what is <b>clear</b>?")
    app.button(key="review_save").click().run()
    assert not app.exception
    assert "You disagree: the rubric is unclear: what is <b>clear</b>?" in text_of(app)
    queue = get_disagreements(store, "even-judge")
    assert {one.match_id: one.mark for one in queue}[1] == "rubric_unclear"


def test_a_vote_is_not_reviewed(store: Database) -> None:
    vote(store, fill(store), lambda prompt: "a")
    app = open_page(MATCH, match="1")
    assert not app.button
    said = text_of(app)
    assert "What this voter saw" in [one.value for one in app.subheader]
    assert "Seen blind" in said
    assert "judge's own words" not in said
    assert "No reasoning is stored" not in said


def test_a_search_beyond_its_bounds_says_how_far_it_went(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(store, fill(store), mixed)
    monkeypatch.setattr("arena.match_lists.CAP", 10)
    monkeypatch.setattr("db.match_filter.TEXT_WINDOW", 5)
    monkeypatch.setattr("arena.match_lists.TEXT_WINDOW", 5)
    said = text_of(open_page(MATCHES, dataset="poems", text="ANSWER"))
    assert "5 matches, newest first" in said
    assert "under More: text 'ANSWER'" in said
    assert "Responses were searched in the newest" in said
    assert "more than 10 matches; the newest are listed" in text_of(
        open_page(MATCHES, dataset="poems", text="subject")
    )


@pytest.mark.parametrize("given", ["99999", "abc", "-1", "1;drop", "0", "9" * 40])
def test_a_match_that_does_not_exist_is_a_sentence(store: Database, given: str) -> None:
    judge(store, fill(store), mixed)
    app = open_page(MATCH, match=given)
    assert not app.exception
    assert app.error[0].value


def test_without_a_number_the_page_leads_to_the_list(store: Database) -> None:
    app = open_page(MATCH)
    assert not app.exception
    assert [link.value for link in app.page_link] == ["See all matches"]


def test_verdicts_without_texts_say_what_is_missing(store: Database) -> None:
    judge(store, fill(store), mixed)
    with store.write() as session:
        session.execute(update(ResponseRow).values(turns=None, text_hash=None))
        session.execute(update(PromptRow).values(messages=None, text_hash=None))
    assert table_of(open_page(MATCHES, dataset="poems"))
    for show in ("rendered", "plain", "diff"):
        app = open_page(MATCH, match="1", show=show)
        assert not app.exception
        assert text_of(app).count("The text is not stored") == 3


@pytest.mark.parametrize("show", ["rendered", "plain", "diff"])
def test_hostile_responses_stay_text_in_every_view(store: Database, show: str) -> None:
    evil = "<script>alert(1)</script> ![x](https://e.example/p.png) [go](javascript:alert(1)) :red[x] $y$"
    judge(store, fill(store, text=lambda p, c: f"{evil} {c}"), leader(0, 1, 2), name="<i>j</i>")
    app = open_page(MATCH, match="1", show=show)
    assert not app.exception
    markup = " ".join(str(one.value) for one in app.html)
    assert not re.search(r"<(script|img)|<i>j|href=\"javascript", markup)
    assert "alert(1)" in text_of(app)
