"""The tabs of the judges page where several judges meet: a jury, and two versions on the same pairs."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from arena.anchors import list_anchor_sets
from arena.demo.load import load_demo_data
from arena.judges import list_judges
from arena.run import RunSpec, list_runs, start_run
from arena.run.runner import run_waiting
from db import Database, tables
from tests.ui.filling import fill, judge, leader, mixed
from tests.ui.opening import open_page, text_of
from ui.navigation import JUDGES


@pytest.fixture
def two_judges(store: Database) -> Database:
    filled = fill(store, n_prompts=20)
    judge(store, filled, leader(0, 1, 2), name="left")
    judge(store, filled, mixed, name="right")
    return store


def test_a_jury_says_its_ranking_and_how_far_its_members_are_apart(two_judges: Database) -> None:
    app = open_page(JUDGES, dataset="poems", view="Jury")
    assert not app.exception
    assert sorted(app.multiselect(key="jury").value) == ["left", "right"]
    said = text_of(app)
    for word in ("without dissent", "Spread", "alder", "large: above 0.25"):
        assert word in said
    app.segmented_control(key="jury_rule").set_value("mean").run()
    assert not app.exception
    app.toggle(key="jury_bar").set_value(True).run()
    assert not app.exception


def test_a_jury_of_one_asks_for_another(two_judges: Database) -> None:
    app = open_page(JUDGES, dataset="poems", view="Jury")
    app.multiselect(key="jury").set_value(["left"]).run()
    assert not app.exception
    assert "A jury needs two members or more" in text_of(app)


def test_drift_compares_two_versions_of_one_judge(two_judges: Database) -> None:
    with two_judges.write() as session:
        session.execute(update(tables.JudgeRow).values(name="left"))
    older, newer = (one.label for one in list_judges(two_judges, "poems"))
    app = open_page(JUDGES, dataset="poems", judge=newer, view="Drift")
    assert not app.exception
    assert app.selectbox(key="before").value == older
    said = text_of(app)
    assert "Verdict changed" in said
    assert "None yet. A set is drawn once" in said


def test_one_judge_alone_has_nothing_to_drift_from(store: Database) -> None:
    judge(store, fill(store), mixed, name="alone")
    app = open_page(JUDGES, dataset="poems", view="Drift")
    assert not app.exception
    assert "no other judge version here to compare with" in text_of(app)


def test_the_demo_has_a_jury_and_a_drift(store: Database) -> None:
    load_demo_data(store)
    for view in ("Jury", "Drift"):
        app = open_page(JUDGES, dataset="demo", view=view)
        assert not app.exception
        assert not app.error


def test_a_set_is_kept_and_another_judge_decides_it_in_a_run(store: Database) -> None:
    fill(store, n_prompts=12)
    for name in ("builtin/longest", "builtin/first"):
        start_run(store, RunSpec("poems", name, pairs="100%" if name == "builtin/longest" else "10%"))
    run_waiting(store, lambda: True)
    app = open_page(JUDGES, dataset="poems", judge="builtin/longest", view="Drift")
    app.text_input(key="anchor_name").set_value("spring")
    app.number_input(key="anchor_pairs").set_value(20)
    next(button for button in app.button if button.label == "Draw and keep").click().run()
    assert not app.exception
    assert [one.n_pairs for one in list_anchor_sets(store, "poems")] == [20]
    app = open_page(JUDGES, dataset="poems", judge="builtin/first", view="Drift")
    assert app.selectbox(key="anchor").value == "spring"
    n_runs = len(list_runs(store, "poems"))
    app.button(key="anchor_start").click().run()
    assert not app.exception
    assert "Started: see how far it is" in [link.value for link in app.page_link]
    newest = list_runs(store, "poems")[0]
    assert len(list_runs(store, "poems")) == n_runs + 1
    assert (newest.judge.partition("@")[0], newest.n_planned > 0) == ("builtin/first", True)
    run_waiting(store, lambda: True)
    app = open_page(JUDGES, dataset="poems", judge="builtin/first", view="Drift")
    assert app.button(key="anchor_start").disabled


def test_a_set_without_a_name_is_refused_in_words(two_judges: Database) -> None:
    app = open_page(JUDGES, dataset="poems", judge="left", view="Drift")
    next(button for button in app.button if button.label == "Draw and keep").click().run()
    assert not app.exception
    assert app.error
    assert list_anchor_sets(two_judges, "poems") == []
