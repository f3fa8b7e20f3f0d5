"""The exact metrics on the board: columns, pass@k, correlation with people, contradicted verdicts."""

from __future__ import annotations

import pytest

from arena.exact import score_dataset
from db import Database
from tests.arena.filling import both_orders, import_rows, record
from tests.ui.filling import fill
from tests.ui.opening import open_page, text_of
from ui.navigation import LEADERBOARD, RESPONSES


def fill_sums(database: Database) -> None:
    rows = [
        {"id": f"q{n}", "prompt": f"{n} + {n}?", "reference": str(2 * n), "model": name, "response": answer}
        for n in range(8)
        for name, answer in (("oak", f"It is {2 * n}."), ("elm", "It is 99."))
    ]
    import_rows(database, "sums", rows)
    record(
        database, [row for n in range(8) for row in both_orders(f"q{n}", "elm", "oak", "A")], dataset="sums"
    )


def test_the_tab_shows_columns_and_contradictions(store: Database) -> None:
    fill_sums(store)
    score_dataset(store, "sums", ["number", "chrf"])
    app = open_page(LEADERBOARD, dataset="sums", view="Exact metrics")
    assert not app.exception
    said = text_of(app)
    assert "right number" in said
    assert "1.000" in said
    assert "100 % of 8" in said.replace("\N{NO-BREAK SPACE}", " ")


def test_pass_at_k_and_people_stand_beside_the_metrics(store: Database) -> None:
    fill_sums(store)
    tests = [{"prompt": f"q{n}", "model": "oak", "sample": 0, "passed": n < 6} for n in range(8)]
    import_rows(store, "sums", tests)
    votes = [
        {"judge": "ann", "judge_kind": "human", "prompt": f"q{n}", "shown_first": "oak",
         "shown_second": "elm", "verdict": "A" if n else "B"}
        for n in range(8)
    ]  # fmt: skip
    import_rows(store, "sums", votes)
    score_dataset(store, "sums", ["number"])
    app = open_page(LEADERBOARD, dataset="sums", view="Exact metrics")
    assert not app.exception
    said = text_of(app).replace("\N{NO-BREAK SPACE}", " ")
    assert "pass@k" in said
    assert "75 %" in said
    assert "Spearman" in said


def test_without_scores_the_tab_says_how_to_get_them(store: Database) -> None:
    fill(store)
    app = open_page(LEADERBOARD, dataset="poems", view="Exact metrics")
    assert not app.exception
    assert "No exact metric has been computed here yet" in text_of(app)


@pytest.mark.parametrize("entry", [LEADERBOARD, RESPONSES])
def test_names_that_are_markup_stay_text(store: Database, entry: object) -> None:
    rows = [
        {"prompt": "<b>p</b>", "reference": "x", "model": "<img src=x onerror=alert(1)>", "response": "x"},
        {"prompt": "<b>p</b>", "model": "other", "response": "y"},
    ]
    import_rows(store, "hostile", rows)
    score_dataset(store, "hostile", ["exact"])
    app = open_page(entry, dataset="hostile", view="Exact metrics" if entry is LEADERBOARD else "Coverage")  # type: ignore[arg-type]
    assert not app.exception
    assert not any("<img" in str(element.value) for element in (*app.html, *app.markdown))
