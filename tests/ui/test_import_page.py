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
    assert "Imported 2 new prompts, 2 new contestants, 3 new responses into answers" in app.success[0].value
    assert [dataset.name for dataset in list_datasets(store)] == ["answers"]
    links = [link.value for link in app.page_link]
    assert links == ["Judge the responses", "See the leaderboard", "See prompts and responses"]
    assert not app.file_uploader[0].value


def test_a_second_import_of_the_same_file_has_nothing_to_offer(store: Database) -> None:
    app = open_with("answers.csv", GOOD)
    next(button for button in app.button if button.label == "Import").click()
    app.run()
    again = open_with("answers.csv", GOOD)
    assert "Would import 2 duplicate prompts, 2 contestants already known" in text_of(again)
    assert next(button for button in again.button if button.label == "Import").disabled


def test_a_bad_row_is_named_by_file_line_and_reason(store: Database) -> None:
    app = open_with("answers.csv", BAD_LINE)
    assert not app.exception
    bad = app.dataframe[0].value.iloc[0]
    assert (bad["file"], bad["line"]) == ("answers.csv", 5)
    assert "prompt" in bad["reason"]


def test_a_name_of_ones_own_is_taken(store: Database) -> None:
    app = open_with("answers.csv", GOOD)
    assert app.text_input[0].value == "answers"
    app.text_input[0].set_value("my set").run()
    assert app.text_input[0].value == "my set"
    next(button for button in app.button if button.label == "Import").click()
    app.run()
    assert [dataset.name for dataset in list_datasets(store)] == ["my set"]


def test_a_file_that_is_no_table_is_a_sentence(store: Database) -> None:
    app = open_with("answers.csv", b"PK\x03\x04rest of a zip")
    assert not app.exception
    assert text_of(app).count("zip archive") == 1
    assert "None" not in text_of(app)
    assert "1 row cannot be used" not in text_of(app)


def test_markup_in_a_file_stays_text(store: Database) -> None:
    app = open_with("<img src=x>.csv", GOOD.replace(b"alder", b"<script>alert(1)</script>"))
    assert not app.exception
    assert not any("<script" in str(one.value) or "<img" in str(one.value) for one in app.html)


UNKNOWN = b"frage,modell,text\nWarum?,ahorn,Darum.\nWarum?,birke,Eben.\n"


def test_columns_with_unknown_names_are_mapped_on_the_page(store: Database) -> None:
    app = open_with("fragen.csv", UNKNOWN)
    assert not app.exception
    assert "fragen.csv: its columns (frage, modell, text) do not say" in text_of(app).replace("\\", "")
    assert "There is nothing to import yet" in text_of(app)
    assert next(button for button in app.button if button.label == "Import").disabled
    assert "still open: model, response, prompt or prompt_id" in text_of(app)
    app.selectbox(key="import_table").set_value("responses-long").run()
    for field, column in (("prompt", "frage"), ("model", "modell"), ("response", "text")):
        app.selectbox(key=f"import_column_responses-long_{field}").set_value(column)
    app.run()
    assert not app.exception
    assert "Would import 1 new prompt, 2 new contestants, 2 new responses" in text_of(app)
    assert "told: CSV with the keys frage (as prompt), modell (as model), text (as response)" in text_of(app)
    next(button for button in app.button if button.label == "Import").click().run()
    assert not app.exception
    assert list_datasets(store)[0].n_responses == 2


def test_one_value_may_stand_for_every_row_and_a_guess_can_be_changed(store: Database) -> None:
    app = open_with("a.csv", b"question,answer,notes\nWhy?,Because.,x\n")
    app.selectbox(key="import_table").set_value("responses-long").run()
    assert app.selectbox(key="import_column_responses-long_prompt").value == "question"
    app.text_input(key="import_same_responses-long_model").set_value("oak").run()
    assert "1 new contestant, 1 new response" in text_of(app)
    app.selectbox(key="import_column_responses-long_prompt").set_value("notes").run()
    assert not app.exception
    assert "notes (as prompt), model (given)" in text_of(app)


def test_rows_can_be_pasted(store: Database) -> None:
    app = open_page(IMPORT)
    app.text_area(key="import_pasted_0").set_value('{"prompt": "One"}\n{"prompt": "Two"}').run()
    assert not app.exception
    assert "Would import 2 new prompts" in text_of(app)
