"""The judges page in every state: partial, full, compared, large, marked, and with nothing to say."""

from __future__ import annotations

import re

import pytest

from arena.audit import get_cards
from arena.demo.load import load_demo_data
from arena.judges import find_ranking_judge
from arena.lab import LabSpec, start_lab, work_off_lab
from arena.run import RunSpec, start_run
from arena.run.runner import work_off
from db import Database, contestants
from tests.fake_llm import scripts, serve
from tests.ui.filling import fill, judge, leader, mixed, vote
from tests.ui.opening import open_page, text_of
from ui.figures import share
from ui.navigation import JUDGES

VIEWS = ["Card", "Agreement", "Ranks", "Lab", "People", "Disagreements", "Next label"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_demo(store: Database, view: str) -> None:
    load_demo_data(store)
    app = open_page(JUDGES, dataset="demo", judge="demo/first-glance", view=view)
    assert not app.exception
    assert not app.error
    assert len(text_of(app)) > 400


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_says_what_is_missing_where_there_is_little(store: Database, view: str) -> None:
    judge(store, fill(store, n_prompts=2), leader(0, 1, 2))
    app = open_page(JUDGES, dataset="poems", view=view)
    assert not app.exception
    assert not app.error


def test_the_judge_that_ranks_the_board_is_the_one_that_is_opened(store: Database) -> None:
    judge(store, fill(store, n_prompts=2), leader(0, 1, 2), name="ranks")
    work_off(store, start_run(store, RunSpec("poems", "builtin/longest")), lambda: True)
    app = open_page(JUDGES, dataset="poems")
    assert app.selectbox(key="judge").value == "ranks"
    assert find_ranking_judge(store, "poems") == "ranks"


def test_a_dataset_without_judges_offers_a_run(store: Database) -> None:
    fill(store)
    app = open_page(JUDGES, dataset="poems")
    assert not app.exception
    assert "No judge has compared anything here" in text_of(app)


def test_each_figure_carries_its_help_and_source(store: Database) -> None:
    load_demo_data(store)
    app = open_page(JUDGES, dataset="demo", judge="demo/first-glance")
    table = next(str(one.value) for one in app.html if "eh-group" in str(one.value))
    (card,) = get_cards(store, "demo/first-glance", "demo")
    assert table.count('class="eh-help"') == len(card.figures)
    assert "arXiv 2406.07791" in table
    assert "not enough data: 14 of 20 pairs" in table


def test_the_same_share_is_written_of_the_same_pairs_twice(store: Database) -> None:
    load_demo_data(store)
    app = open_page(JUDGES, dataset="demo", judge="demo/first-glance")
    (card,) = get_cards(store, "demo/first-glance", "demo")
    n_scored = card.n_pairs - card.n_unscored
    assert card.n_unscored
    bar = next(str(one.value) for one in app.html if 'class="eh-bar"' in str(one.value))
    assert share(card.n_consistent, n_scored) in bar
    assert share(card.n_unscored, card.n_pairs) in bar
    figure = card.figure("position.consistency")
    assert figure is None or figure.n == n_scored


def test_two_versions_stand_side_by_side(store: Database) -> None:
    filled = fill(store, n_prompts=30)
    judge(store, filled, leader(0, 1, 2), name="left")
    judge(store, filled, mixed, name="right")
    app = open_page(JUDGES, dataset="poems", judge="left", state={"with": "right"})
    assert not app.exception
    said = text_of(app)
    assert "beside right@" in said
    assert "intervals that both have" in said
    table = next(str(one.value) for one in app.html if 'colspan="2"' in str(one.value))
    assert "left@" in table
    assert "right@" in table


def test_two_judges_are_not_versions_of_one_and_a_jury_has_a_scale(store: Database) -> None:
    filled = fill(store, n_prompts=30)
    judge(store, filled, lambda p, a, b: mixed(p, a, b) if p else (None, None), name="left")
    judge(store, filled, mixed, name="right")
    drift = open_page(JUDGES, dataset="poems", judge="left", view="Drift")
    assert drift.selectbox(key="before").value is None
    assert "there is one version of this judge here" in text_of(drift)
    drift.selectbox(key="before").set_value("right").run()
    assert "Two different judges, not versions of one" in text_of(drift)
    assert "drifted" not in text_of(drift)
    jury = open_page(JUDGES, dataset="poems", judge="left", view="Jury")
    assert not jury.exception
    assert any('class="eh-axis"' in str(one.value) for one in jury.html)
    spread = next(str(one.value) for one in jury.html if "<th>Spread" in str(one.value))
    assert sum(int(n) for n in re.findall(r'eh-num">(\d+)</td>', spread)) == 81
    assert "fewer than two votes" in spread


def test_a_mark_is_stored_and_counted(store: Database) -> None:
    filled = fill(store, n_prompts=30)
    judge(store, filled, leader(0, 1, 2))
    vote(store, filled, lambda prompt: "b")
    app = open_page(JUDGES, dataset="poems", view="Disagreements")
    assert "30 matches where the most frequent vote differs" in text_of(app)
    with store.read() as session:
        openings = contestants.load_prompt_previews(session, filled.prompt_ids)
    assert sum(opening in text_of(app) for opening in openings.values()) >= 10
    app.selectbox[-1].select("people_right").run()
    assert not app.exception
    (card,) = get_cards(store, "even-judge", "poems")
    assert card.marks == {"people_right": 1}
    assert "1 marked" in text_of(app)


def test_many_judges_and_a_hostile_name_stay_text(store: Database) -> None:
    filled = fill(store, n_prompts=3)
    for k in range(30):
        judge(store, filled, leader(0, 1, 2), name=f"<b>judge</b> {k:02}")
    app = open_page(JUDGES, dataset="poems", judge="<b>judge</b> 07")
    assert not app.exception
    assert not any("<b>judge" in str(one.value) for one in app.html)


def test_an_unknown_judge_in_the_address_falls_back(store: Database) -> None:
    judge(store, fill(store), leader(0, 1, 2))
    app = open_page(JUDGES, dataset="poems", judge="gone")
    assert not app.exception
    assert "even-judge" in text_of(app)


def test_the_lab_shows_what_it_found_and_what_more_would_cost(store: Database) -> None:
    load_demo_data(store)
    work_off_lab(store, start_lab(store, LabSpec("demo", "builtin/longest", n_pairs=12)))

    work_off(store, start_run(store, RunSpec("demo", "builtin/longest", pairs="20")), lambda: True)
    app = open_page(JUDGES, dataset="demo", judge="builtin/longest", view="Lab")
    assert not app.exception
    said = text_of(app)
    assert "padding" in said
    assert "30 pairs \u00d7 2 orders \u00d7 (13 changes + 2 unchanged)" in said


def test_the_lab_starts_outside_of_the_page(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:

    started: list[int] = []
    monkeypatch.setattr(
        "ui.components.judge_lab.start_lab_process", lambda url, run_id: started.append(run_id)
    )
    load_demo_data(store)
    work_off(store, start_run(store, RunSpec("demo", "builtin/longest", pairs="20")), lambda: True)
    app = open_page(JUDGES, dataset="demo", judge="builtin/longest", view="Lab")
    app.button(key="lab_start").click().run()
    assert not app.exception
    assert started == [1]
    assert "0 of 900 judgments made" in text_of(app)


def test_the_lab_does_not_start_where_the_judges_key_is_missing(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    with serve(scripts.longest) as llm:
        spec = RunSpec("poems", "openai/gpt-4o-mini", pairs="2", api_base=llm.api_base)
        work_off(store, start_run(store, spec), lambda: True)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    app = open_page(JUDGES, dataset="poems", judge="openai/gpt-4o-mini", view="Lab")
    assert not app.exception
    assert "The key is missing: set OPENAI_API_KEY." in text_of(app).replace("\\", "")
    assert app.button(key="lab_start").disabled
    monkeypatch.setenv("OPENAI_API_KEY", "sk-something")
    app = open_page(JUDGES, dataset="poems", judge="openai/gpt-4o-mini", view="Lab")
    assert "key is missing" not in text_of(app)
    assert not app.button(key="lab_start").disabled
