"""Import: a dry run first, one button, and nothing twice."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from arena.datasets import list_datasets
from db import Database
from tests.ui.opening import open_page, text_of
from ui.navigation import IMPORT

GOOD = b"prompt,model,response\nWhy?,alder,Because.\nWhy?,birch,It is so.\nHow?,alder,Thus.\n"
BAD_LINE = GOOD + b",birch,An answer to nothing.\n"


def open_with(name: str, content: bytes) -> AppTest:
    app = open_page(IMPORT)
    app.file_uploader[0].upload(name, content)
    return app.run()


def test_a_dry_run_counts_and_changes_nothing(store: Database) -> None:
    app = open_with("answers.csv", GOOD)
    assert not app.exception
    assert "Would import 2 new prompts" in text_of(app)
    assert "2 prompts" in text_of(app)
    assert list_datasets(store) == []


def test_the_first_rows_are_shown_as_they_were_read(store: Database) -> None:
    app = open_with("answers.csv", GOOD)
    assert app.dataframe[0].value["model"].tolist() == ["alder", "birch", "alder"]


def test_the_button_lands_what_was_shown_and_offers_what_comes_next(store: Database) -> None:
    app = open_with("answers.csv", GOOD)
    next(button for button in app.button if button.label == "Import").click()
    app.run()
    assert not app.exception
    assert "Imported 2 new prompts" in app.success[0].value
    assert [dataset.name for dataset in list_datasets(store)] == ["answers"]
    assert [link.value for link in app.page_link] == ["Judge the responses", "See the leaderboard"]
    assert not app.file_uploader[0].value


def test_a_second_import_of_the_same_file_has_nothing_to_offer(store: Database) -> None:
    app = open_with("answers.csv", GOOD)
    next(button for button in app.button if button.label == "Import").click()
    app.run()
    again = open_with("answers.csv", GOOD)
    assert "Would import 2 duplicate prompts" in text_of(again)
    assert next(button for button in again.button if button.label == "Import").disabled


def test_a_bad_row_is_named_by_file_line_and_reason(store: Database) -> None:
    app = open_with("answers.csv", BAD_LINE)
    assert not app.exception
    bad = app.dataframe[0].value.iloc[0]
    assert (bad["file"], bad["line"]) == ("answers.csv", 5)
    assert "prompt" in bad["reason"]


def test_a_name_of_ones_own_is_taken(store: Database) -> None:
    app = open_with("answers.csv", GOOD)
    app.text_input[0].set_value("my set").run()
    next(button for button in app.button if button.label == "Import").click()
    app.run()
    assert [dataset.name for dataset in list_datasets(store)] == ["my set"]


def test_a_file_that_is_no_table_is_a_sentence(store: Database) -> None:
    app = open_with("answers.csv", b"PK\x03\x04rest of a zip")
    assert not app.exception
    assert "zip archive" in text_of(app)


def test_markup_in_a_file_stays_text(store: Database) -> None:
    app = open_with("<img src=x>.csv", GOOD.replace(b"alder", b"<script>alert(1)</script>"))
    assert not app.exception
    assert not any("<script" in str(one.value) or "<img" in str(one.value) for one in app.html)
