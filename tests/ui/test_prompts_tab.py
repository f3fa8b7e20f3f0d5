"""Prompts in the app: filtered, added, changed, tagged and removed; holes that can be filled."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from arena.prompts import PromptFilter, list_prompts
from db import Database
from tests.arena.filling import import_rows
from tests.ui.filling import fill
from tests.ui.opening import open_page, text_of
from ui.navigation import RESPONSES


def keys_of(store: Database, **wanted: str) -> list[str]:
    return [row.messages[-1][1] for row in list_prompts(store, PromptFilter("poems", **wanted)).rows]  # type: ignore[arg-type]


def open_prompts(**query: str) -> AppTest:
    app = open_page(RESPONSES, state=None, dataset="poems", view="Prompts", **query)
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_the_table_filters_by_words_and_says_how_many_fit(store: Database) -> None:
    fill(store)
    app = open_prompts()
    assert "12 prompts." in text_of(app)
    assert "Filter by tag, kind or words" in text_of(app)
    app.text_input(key="prompts_words").set_value("nothing like it").run()
    assert "0 prompts fit the filter." in text_of(app)
    app.text_input(key="prompts_words").set_value("").run()
    assert "12 prompts." in text_of(app)


def test_a_prompt_is_added_with_its_tags_and_references(store: Database) -> None:
    fill(store)
    app = open_prompts()
    app.text_area(key="prompt_new_text").set_value("Write about dew.")
    app.text_area(key="prompt_new_reference_0").set_value("Wet grass.")
    press(app, "Add prompt")
    assert "The prompt is added" in text_of(app)
    (row,) = list_prompts(store, PromptFilter("poems", words="dew")).rows
    assert row.n_references == 1
    assert app.text_area(key="prompt_new_text").value == ""
    press(app, "Add prompt")
    assert "The prompt is empty" in text_of(app)


def test_a_text_that_was_answered_is_saved_as_a_new_prompt(store: Database) -> None:
    fill(store)
    (first, *_) = list_prompts(store, PromptFilter("poems")).rows
    app = open_page(RESPONSES, dataset="poems", prompt=str(first.id))
    assert not app.exception
    app.text_area(key=f"prompt_{first.id}_text").set_value("Another text")
    press(app, "Save")
    assert "Save the changed text as a new prompt" in str(app.error[0].value)
    assert not keys_of(store, words="Another text")
    press(app, "Save as a new prompt")
    assert keys_of(store, words="Another text") == ["Another text"]


def test_removing_says_what_goes_and_asks_once_more(store: Database) -> None:
    fill(store)
    (first, *_) = list_prompts(store, PromptFilter("poems")).rows
    app = open_page(RESPONSES, dataset="poems", prompt=str(first.id))
    press(app, "Remove 1 prompt")
    assert "1 prompt will be removed, with" in text_of(app)
    press(app, "Keep")
    press(app, "Remove 1 prompt")
    press(app, "Remove 1 for good")
    assert list_prompts(store, PromptFilter("poems")).n_all == 11


def test_several_prompts_are_tagged_and_removed_by_their_filter(store: Database) -> None:
    fill(store)
    import_rows(store, "poems", [{"prompt": f"odd one {n}", "tags": ["odd"]} for n in range(3)])
    app = open_prompts(prompts_tag="odd")
    assert "3 prompts fit the filter." in text_of(app)
    app.multiselect(key="prompts_remove_tags").set_value(["odd"])
    press(app, "Tag")
    assert not keys_of(store, tag="odd")
    app = open_prompts(prompts_words="odd one")
    press(app, "Remove 3 prompts")
    press(app, "Remove 3 for good")
    assert list_prompts(store, PromptFilter("poems")).n_all == 12


@pytest.mark.parametrize(
    "broken", ["messages = NULL, text_hash = NULL", "messages = '[]'", "kind = 'preference'"]
)
def test_prompts_that_came_without_a_text_are_shown_by_their_id(store: Database, broken: str) -> None:
    fill(store)
    with store.write() as session:
        session.execute(text(f"UPDATE prompt SET {broken}"))
    open_prompts()
    (first, *_) = list_prompts(store, PromptFilter("poems")).rows
    app = open_page(RESPONSES, dataset="poems", prompt=str(first.id))
    assert not app.exception


def test_a_hole_leads_to_generating_just_it(store: Database) -> None:
    fill(store)
    with store.write() as session:
        session.execute(text("UPDATE contestant SET model = 'openai/oak' WHERE id = 1"))
    import_rows(store, "poems", [{"prompt": "One more"}])
    app = open_page(RESPONSES, dataset="poems")
    matrix = next(str(one.value) for one in app.html if "Each prompt opens" in str(one.value))
    assert "view=Generate" in matrix
    assert matrix.count(">upload<") == matrix.count("<em>missing</em>")
    (last,) = list_prompts(store, PromptFilter("poems", words="One more")).rows
    with store.read() as session:
        name = session.execute(text("SELECT name FROM contestant WHERE id = 1")).scalar_one()
    app = open_page(RESPONSES, dataset="poems", view="Generate", ask=name, only=str(last.id))
    assert not app.exception
    assert "1 prompt \u00d7 1 contestant = 1 response" in text_of(app)
    app.toggle(key="generate_only").set_value(False).run()
    assert "13 prompts \u00d7 1 contestant \u2212 12 already there = 1 response" in text_of(app)
