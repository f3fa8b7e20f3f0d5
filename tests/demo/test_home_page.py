"""The home page in every state, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from arena.demo.load import load_demo_data
from arena.run import RunSpec, control_run, start_run
from arena.store import open_store
from db import Database, runs
from tests.ui.filling import fill, judge, mixed, vote
from tests.ui.opening import open_page, text_of
from tests.vote.stepping import count_rows
from ui.navigation import HOME


@pytest.fixture
def store(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    url = f"sqlite:///{copyfile(sqlite_template, tmp_path / 'evenhand.db')}"
    monkeypatch.setenv("DATABASE_URL", url)
    database = open_store(url)
    yield database
    database.close()
    st.cache_resource.clear()
    st.cache_data.clear()


def steps_of(app: AppTest) -> list[str]:
    return [str(getattr(link, "value", "")) for link in app.container(key="checklist").get("page_link")]


def test_a_first_start_shows_three_doors(store: Database) -> None:
    app = open_page(HOME)
    assert not app.exception
    said = text_of(app)
    for door in ("See a finished example", "Vote blind, 8 min", "Compare my own models"):
        assert door in said
    assert app.button(key="demo_load")
    assert "There is no data yet" in said


def test_the_demo_is_loaded_in_one_click_and_labelled(store: Database) -> None:
    app = open_page(HOME).button(key="demo_load").click().run()
    assert not app.exception
    said = text_of(app)
    assert "Invented demo data" in said
    assert "Top of the board" in said
    assert "The demo is invented" in said
    assert steps_of(app)[:2] == ["40 prompts", "200 of 200 responses"]


def test_the_demo_is_removed_in_one_click(store: Database) -> None:
    before = count_rows(store)
    load_demo_data(store)
    app = open_page(HOME).button(key="demo_remove").click().run()
    assert not app.exception
    assert "There is no data yet" in text_of(app)
    assert "The demo is removed" in app.toast[0].value
    assert count_rows(store) == before


def test_the_checklist_fills_itself(store: Database) -> None:
    filled = fill(store)
    app = open_page(HOME)
    assert not app.exception
    assert steps_of(app) == [
        "12 prompts",
        "36 of 36 responses",
        "**Choose a judge**",
        "Let the judge compare the responses",
        "0 of 20 human votes",
        "Not yet trusted: nobody has voted on what the judge decided",
    ]
    judge(store, filled, mixed)
    vote(store, filled, lambda prompt: "a")
    app = open_page(HOME)
    assert steps_of(app)[2:5] == [
        "Judge: even\\-judge",
        "36 matches by all judges",
        "**12 of 20 human votes**",
    ]
    assert steps_of(app)[5].startswith("Not yet trusted: too few votes to say (")


def test_a_prompt_without_responses_says_what_to_bring(store: Database) -> None:
    fill(store, contestants=())
    assert "**Bring responses of two contestants or more**" in steps_of(open_page(HOME))


def test_a_run_that_stands_still_says_how_far_it_came_and_why(store: Database) -> None:
    fill(store)
    run_id = start_run(store, RunSpec(dataset="poems", judge="builtin/longest"))
    control_run(store, run_id, "pause")
    app = open_page(HOME)
    assert not app.exception
    assert any("Run 1 is paused at 0" in step for step in steps_of(app))
    with store.write() as session:
        why = "The cap of $2.00 was reached."
        runs.set_run(session, run_id, state="stopped", stop_reason=why, n_scored=29)
    st.cache_data.clear()
    app = open_page(HOME)
    links = [link.value.replace("\N{NO-BREAK SPACE}", " ") for link in app.page_link]
    assert any("run 1 stopped at 40 %" in step.lower() for step in links)
    assert "Resume: Run 1 stopped at 40 %" in links
    assert why in text_of(app)


def test_what_people_and_the_judge_disagree_on_is_counted(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, lambda prompt, a, b: ("b", "b"))
    vote(store, filled, lambda prompt: "a")
    app = open_page(HOME)
    links = [getattr(link, "value", "") for link in app.container(key="needs").get("page_link")]
    assert links == ["12 disagreements of judge and people"]


def test_nothing_waiting_is_said(store: Database) -> None:
    fill(store)
    assert "No run or disagreement waits for you" in text_of(open_page(HOME))


def test_a_demo_that_cannot_be_loaded_is_a_sentence(store: Database) -> None:
    fill(store, contestants=("harbor-2", "birch"))
    app = open_page(HOME).button(key="demo_load").click().run()
    assert not app.exception
    assert "harbor-2" in app.error[0].value.replace("\\", "")


def test_the_address_chooses_among_data_sets(store: Database) -> None:
    fill(store, dataset="first")
    fill(store, dataset="second", contestants=("x", "y"))
    assert open_page(HOME).selectbox[0].value == "second"
    assert open_page(HOME, dataset="first").selectbox[0].value == "first"
    assert open_page(HOME, dataset="gone").selectbox[0].value == "second"
