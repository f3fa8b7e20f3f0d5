"""The vote page in every state, without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from arena.vote.guests import create_invite, list_invites, revoke_invite
from db import Database, tables
from tests.ui.filling import fill
from tests.ui.opening import open_page, text_of
from tests.vote.stepping import Voter, count_rows
from ui.components import voter as voter_component
from ui.navigation import VOTE
from ui.shell import PAGE_SCRIPT


@pytest.fixture
def hall(store: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The store, found by the pages, where nobody has to wait before a vote."""
    monkeypatch.setenv("DATABASE_URL", store.url)
    monkeypatch.setattr("arena.vote.voting.MIN_LOOK_S", 0.0)
    monkeypatch.setattr(voter_component, "REPEAT_S", 0.0)
    yield store
    st.cache_resource.clear()
    st.cache_data.clear()


def click(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def test_without_data_it_says_what_will_be_here(hall: Database) -> None:
    app = open_page(VOTE)
    assert not app.exception
    assert app.title[0].value == "Vote"
    assert "Pairs to vote on will be here" in text_of(app)


def test_with_one_contestant_there_is_nothing_to_compare(hall: Database) -> None:
    fill(hall, contestants=("alder",))
    app = open_page(VOTE, voter="Ada")
    assert not app.exception
    assert "Nothing to compare yet" in text_of(app)


def test_it_asks_for_a_name_once(hall: Database) -> None:
    fill(hall)
    app = open_page(VOTE)
    assert "of 20" not in text_of(app)
    app.text_input[0].set_value("  Ada ")
    app.form_submit_button[0].click().run()
    assert not app.exception
    assert app.query_params["voter"] == "Ada"
    assert "0 of 20" in text_of(app)


def test_a_name_that_cannot_be_is_refused_in_words(hall: Database) -> None:
    fill(hall)
    app = open_page(VOTE, voter="a\u202eb")
    assert not app.exception
    assert "cannot be seen" in text_of(app)
    assert app.text_input


def test_a_vote_then_a_reason_then_the_next_pair(hall: Database) -> None:
    fill(hall)
    app = click(open_page(VOTE, voter="Ada"), "vote_A")
    assert not app.exception
    assert "Your vote: A is better" in " ".join(text_of(app).split())
    assert count_rows(hall)["vote"] == 1
    app.form_submit_button[0].click().run()
    assert "1 of 20" in " ".join(text_of(app).split())
    assert app.button(key="vote_A")


def test_a_press_too_early_or_too_late_is_said_and_counts_for_nothing(
    hall: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(hall)
    app = open_page(VOTE, voter="Ada")
    monkeypatch.setattr("arena.vote.voting.MIN_LOOK_S", 3_600.0)
    app = click(app, "vote_A")
    assert voter_component.TOO_EARLY in text_of(app)
    assert "Which response is better?" not in text_of(app)
    assert count_rows(hall)["vote"] == 0
    monkeypatch.setattr("arena.vote.voting.MIN_LOOK_S", 0.0)
    app = click(app, "vote_A")
    monkeypatch.setattr(voter_component, "REPEAT_S", 3_600.0)
    app = click(app, "late_B")
    assert "Your vote: A is better" in " ".join(text_of(app).split())  # the key may still be held
    monkeypatch.setattr(voter_component, "REPEAT_S", 0.0)
    app = click(app, "late_B")
    assert voter_component.TOO_LATE in text_of(app)
    assert count_rows(hall)["vote"] == 1
    app.run()
    assert voter_component.TOO_LATE not in text_of(app)


def test_a_press_that_may_be_a_held_key_is_said_too(hall: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(hall)
    app = click(open_page(VOTE, voter="Ada"), "vote_skip")
    monkeypatch.setattr(voter_component, "REPEAT_S", 3_600.0)
    app = click(app, "vote_skip")
    assert voter_component.TOO_EARLY in text_of(app)
    assert "1 pair set aside" in text_of(app)


@pytest.mark.parametrize(("kind", "asked", "has_n"), [
    ("preference", "Which response would you rather have got?", False),
    ("correctness", "Which response is right", True),
])  # fmt: skip
def test_what_is_judged_is_asked_as_the_prompt_needs_it(
    hall: Database, kind: str, asked: str, has_n: bool
) -> None:
    fill(hall)
    with hall.write() as session:
        session.query(tables.PromptRow).update({"kind": kind})
    said = " ".join(text_of(open_page(VOTE, voter="Ada")).split())
    assert asked in said
    assert ("I can't tell N You have read both" in said) is has_n
    assert "Skip S Not now" in said
    assert "1 to 6 give a reason" in said


def test_neither_names_nor_lengths_are_shown(hall: Database) -> None:
    fill(hall)
    said = text_of(open_page(VOTE, voter="Ada"))
    assert not any(name in said for name in ("alder", "birch", "cedar", " words"))


def test_skip_and_undo(hall: Database) -> None:
    fill(hall)
    app = click(open_page(VOTE, voter="Ada"), "vote_undo")
    assert "Nothing to undo" in app.toast[0].value
    app = click(app, "vote_skip")
    assert "1 pair set aside" in text_of(app)
    app = click(app, "vote_undo")
    assert "set aside" not in text_of(app)
    app = click(app, "vote_undo")
    assert "decide on this pair first" in app.toast[0].value


def test_a_round_ends_with_thanks_and_can_go_on(hall: Database) -> None:
    fill(hall)
    person = Voter(hall)
    for _ in range(20):
        person.vote()
    app = open_page(VOTE, voter="ada")
    assert not app.exception
    said = " ".join(text_of(app).split())
    assert "20 votes, thank you" in said
    assert "your pace 12 s a vote left 16 pairs" in said
    assert app.button(key="vote_more").label == "Vote on 16 more, about 3 min"
    app = click(app, "vote_more")
    assert "20 of 36" in " ".join(text_of(app).split())


def test_when_all_is_voted_on_what_was_set_aside_is_offered(hall: Database) -> None:
    fill(hall, n_prompts=1)
    person = Voter(hall)
    person.vote()
    person.vote()
    person.skip()
    app = open_page(VOTE, voter="Ada")
    assert "Nothing is left to vote on: you have decided 2 pairs" in text_of(app)
    app = click(app, "vote_skipped")
    assert app.button(key="vote_A")


def test_a_vote_on_a_pair_that_is_gone_is_said_and_the_page_goes_on(hall: Database) -> None:
    fill(hall)
    app = open_page(VOTE, voter="Ada")
    with hall.write() as session:
        session.query(tables.BallotRow).delete()
    app = click(app, "vote_A")
    assert not app.exception
    assert "no longer open" in app.toast[0].value
    assert app.button(key="vote_A")
    assert count_rows(hall)["vote"] == 0


def test_hostile_responses_stay_text(hall: Database) -> None:
    fill(hall, text=lambda prompt, contestant: f"<script>alert({contestant})</script> :red[x]")
    app = open_page(VOTE, voter="Ada")
    assert not app.exception
    assert not any("<script" in str(one.value) for one in app.html)


def test_a_voter_is_named_as_text(hall: Database) -> None:
    fill(hall)
    app = open_page(VOTE, voter=":red[Ada]")
    assert not app.exception
    assert not any(":red[Ada]" in str(one.proto) for one in app.main if hasattr(one, "proto"))


def test_where_there_is_a_right_answer_not_to_know_it_is_an_answer_and_no_tie(hall: Database) -> None:
    filled = fill(hall)
    app = open_page(VOTE, voter="Ada")
    assert not any(button.key == "vote_cant_tell" for button in app.button)
    with hall.write() as session:
        for prompt_id in filled.prompt_ids:
            session.get_one(tables.PromptRow, prompt_id).kind = "correctness"
    app = open_page(VOTE, voter="Ada")
    assert "a guess counts as if you knew" in text_of(app)
    app = click(app, "vote_cant_tell")
    assert not app.exception
    assert "1 can't tell" in text_of(app)
    rows = count_rows(hall)
    assert (rows["vote"], rows["match"], rows["judgment"]) == (0, 0, 0)
    app = click(app, "vote_undo")
    assert "can't tell \N{MIDDLE DOT}" not in text_of(app)


def test_names_that_responses_give_themselves_are_hidden_until_one_asks(hall: Database) -> None:
    fill(hall, text=lambda prompt, contestant: "As Claude, I say 4.")
    app = open_page(VOTE, voter="Ada")
    said = text_of(app)
    assert "As [name hidden], I say 4." in said
    assert "Claude" not in said
    app.toggle[0].set_value(False).run()
    assert "As Claude, I say 4." in text_of(app)


def test_a_link_opens_the_vote_and_no_board_under_its_label(hall: Database) -> None:
    fill(hall, dataset="other")
    fill(hall, contestants=("oak", "elm"))
    token = create_invite(hall, "poems", "Support team")
    app = AppTest.from_file(str(PAGE_SCRIPT), default_timeout=300)
    app.query_params["invite"] = token
    app.run()
    assert "You are invited to compare responses" in text_of(app)
    app.text_input[0].set_value("Zoe")
    app.form_submit_button[0].click().run()
    assert not app.exception
    assert "0 of 12" in " ".join(text_of(app).split())
    assert not app.selectbox
    assert not app.page_link
    app = click(app, "vote_A")
    with hall.read() as session:
        assert [person.name for person in session.query(tables.JudgeRow)] == ["Zoe (Support team)"]
        assert token not in str([vars(row) for row in session.query(tables.VoteInviteRow)])
    (invite,) = list_invites(hall, "poems")
    revoke_invite(hall, invite.id)
    app.run()
    assert "opens nothing" in text_of(app)
    assert not any(button.key == "vote_A" for button in app.button)


def test_a_server_for_guests_opens_nothing_without_a_link(
    hall: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(hall)
    monkeypatch.setenv("EVENHAND_GUESTS_ONLY", "1")
    app = AppTest.from_file(str(PAGE_SCRIPT), default_timeout=300).run()
    assert app.title[0].value == "Vote"
    assert "opens nothing" in text_of(app)
    assert not app.text_input
