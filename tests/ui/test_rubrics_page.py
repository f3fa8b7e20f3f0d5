"""The rubric editor: what stands there is what the judge reads, and saving makes a version."""

from __future__ import annotations

from arena.rubrics import find_rubric, list_rubric_versions
from db import Database
from judge import load_rubric
from tests.ui.opening import open_page, text_of
from ui.navigation import RUBRICS


def test_a_shipped_rubric_opens_with_its_prompt_and_token_count(store: Database) -> None:
    app = open_page(RUBRICS, rubric="safety")
    assert not app.exception
    said = text_of(app)
    assert "tokens" in said
    assert load_rubric("safety").criteria[0].question in said
    assert "It comes with Evenhand and stays" in said
    assert app.button(key="rubric_save").disabled


def test_an_edit_is_previewed_and_saved_as_a_version(store: Database) -> None:
    app = open_page(RUBRICS, rubric="new rubric")
    app.text_area[0].set_value(
        str(app.text_area[0].value).replace("my-rubric", "kind").replace("highest", "kindest")
    )
    app.run()
    assert "what the kindest level means" in text_of(app)
    app.button(key="rubric_save").click().run()
    assert not app.exception
    assert find_rubric(store, "kind").n_judges == 0
    assert app.selectbox(key="rubric").value == "kind"
    app.button(key="rubric_delete").click().run()
    assert not app.exception
    assert all(one.is_shipped for one in list_rubric_versions(store))


def test_what_is_no_rubric_is_a_sentence_and_cannot_be_saved(store: Database) -> None:
    app = open_page(RUBRICS, rubric="helpfulness")
    app.text_area[0].set_value("name: x\ncriteria: []").run()
    assert not app.exception
    assert "This is no rubric yet" in app.warning[0].value
    assert not [button for button in app.button if button.key == "rubric_save"]


def test_markup_in_a_rubric_stays_text(store: Database) -> None:
    app = open_page(RUBRICS, rubric="new rubric")
    app.text_area[0].set_value(
        str(app.text_area[0].value).replace("highest", "<img src=x onerror=alert(1)>")
    ).run()
    assert not app.exception
    assert not any("<img" in str(one.value) for one in app.html)
