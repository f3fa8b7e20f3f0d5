"""Taking results away and checking responses exactly, from the page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from arena.demo.load import load_demo_data
from arena.exact import get_exact_board
from db import Database
from tests.arena.filling import import_rows
from tests.ui.filling import fill, judge
from tests.ui.opening import open_page, text_of
from ui.navigation import RESPONSES


def open_view(view: str, **query: str) -> AppTest:
    app = open_page(RESPONSES, state=None, dataset="poems", view=view, **query)
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


@pytest.mark.parametrize(
    ("what", "begins"),
    [
        ("matches", "prompt_id,model_a"),
        ("responses", "prompt_id,prompt"),
        ("preferences", '{"prompt"'),
    ],
)
def test_an_export_counts_its_rows_and_shows_how_they_begin(store: Database, what: str, begins: str) -> None:
    judge(store, fill(store), lambda prompt, a, b: ("a", "a"))
    app = open_view("Export", export_what=what)
    assert "Nothing leaves before you download" in text_of(app)
    press(app, "Prepare")
    assert "rows written" in text_of(app)
    assert app.code[0].value.startswith(begins)
    assert app.get("download_button")
    if what == "matches":
        app.toggle(key="export_texts").set_value(False).run()
        assert "rows written" not in text_of(app), "what was prepared is no longer what is asked"


def test_the_board_comes_with_its_receipt(store: Database) -> None:
    judge(store, fill(store), lambda prompt, a, b: ("a", "a"))
    app = open_view("Export", export_what="leaderboard")
    assert len(app.get("download_button")) == 3


def test_an_empty_data_set_exports_nothing_and_says_so(store: Database) -> None:
    import_rows(store, "poems", [{"prompt": "One"}])
    for what in ("matches", "responses", "preferences"):
        app = open_view("Export", export_what=what)
        press(app, "Prepare")
        assert "0 rows written" in text_of(app)
        assert not app.get("download_button")
    assert not open_view("Export", export_what="leaderboard").get("download_button")


def test_metrics_are_computed_on_the_page_and_stand_there(store: Database) -> None:
    rows = [
        {"prompt": f"{n} + {n}?", "model": name, "response": str(2 * n + add), "reference": str(2 * n)}
        for n in range(6)
        for name, add in (("oak", 0), ("elm", 1))
    ]
    import_rows(store, "poems", rows)
    app = open_view("Checks")
    assert "Computed here, free" in text_of(app)
    app.multiselect(key="checks_metrics").set_value(["number", "chrf"])
    press(app, "Compute")
    assert "24 figures computed for 12 responses" in text_of(app)
    assert [column.metric for column in get_exact_board(store, "poems").columns] == ["number", "chrf"]
    assert "right number" in text_of(app)
    press(app, "Compute")
    assert "0 figures computed" in text_of(app)


def test_best_of_n_is_made_on_the_page_where_samples_were_graded(store: Database) -> None:
    fill(store)
    assert "Needs several samples" in text_of(open_view("Checks"))
    answers = [
        {"prompt_id": "q", "prompt": "Q?", "model": "oak", "response": f"text {n}", "sample": n}
        for n in range(2)
    ]
    grades = [
        {"judge": "grader", "prompt_id": "q", "model": "oak", "sample": n, "criterion": "fine", "score": n}
        for n in range(2)
    ]
    import_rows(store, "poems", answers)
    import_rows(store, "poems", grades)
    app = open_view("Checks")
    app.selectbox(key="best_contestant").set_value("oak")
    press(app, "Choose the best")
    assert "oak best of 2: 1 response chosen" in text_of(app).replace("\\", "")


def test_the_demo_opens_in_every_tab(store: Database) -> None:
    load_demo_data(store)
    for view in ("Coverage", "Prompts", "Generate", "Playground", "Checks", "Export"):
        app = open_page(RESPONSES, dataset="demo", view=view)
        assert not app.exception, view
        assert "Invented demo data" in text_of(app)
