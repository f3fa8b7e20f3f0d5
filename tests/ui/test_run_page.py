"""Judge runs: the arithmetic before, the counts during, every state after."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from arena.run import RunSpec, control_run, get_run, list_runs, start_run
from arena.run.runner import RUNNER_LOCK
from db import Database, runs
from db.tables import JudgmentRow
from tests.ui.filling import fill, vote
from tests.ui.opening import open_page, text_of
from ui.navigation import RUNS


def test_the_arithmetic_stands_above_the_button(store: Database) -> None:
    fill(store)
    app = open_page(RUNS, dataset="poems")
    assert not app.exception
    assert "36 pairs over 12 prompts \u00d7 2 orders = 72 judgments without a model, free" in text_of(app)


def test_start_plans_the_run_and_opens_it(store: Database) -> None:
    fill(store)
    app = open_page(RUNS, dataset="poems")
    next(button for button in app.button if button.label == "Start").click()
    app.run()
    assert not app.exception
    assert app.query_params["run"] == "1"
    assert "waits for a runner" in text_of(app)
    assert list_runs(store)[0].n_planned == 72


def test_a_model_may_be_named_freely_and_its_cost_is_unknown(store: Database) -> None:
    fill(store)
    app = open_page(RUNS, dataset="poems", state={"run_judge": "hosted_vllm/mine"})
    assert not app.exception
    said = text_of(app)
    assert "72 calls; cost unknown" in said
    assert "No price is known for hosted_vllm/mine" in said
    assert app.selectbox(key="run_rubric").options


def test_an_address_may_name_the_judge_and_its_server(store: Database) -> None:
    fill(store)
    where = "http://127.0.0.1:8000/v1"
    app = open_page(RUNS, dataset="poems", judge="hosted_vllm/found", api_base=where)
    assert not app.exception
    assert "No price is known for hosted_vllm/found" in text_of(app)
    assert app.text_input(key="run_api_base").value == where


def test_a_run_that_cannot_be_is_a_sentence_and_has_no_button(store: Database) -> None:
    vote(store, fill(store), lambda _: "a", voter="Nora")
    app = open_page(RUNS, dataset="poems", state={"run_judge": "no such judge"})
    assert not app.exception
    said = text_of(app).replace("\\", "")
    assert "No judge is called 'no such judge'. To ask a model, write provider/model" in said
    assert "Nora" not in said
    assert not any(button.label == "Start" for button in app.button)


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ("against a baseline", "24 pairs over 12 prompts"),
        ("a number of matches", "36 pairs over 12 prompts"),
        ("a share of prompts", "9 pairs over 3 prompts"),
    ],
)
def test_fewer_pairs_can_be_asked_for(store: Database, pairs: str, sentence: str) -> None:
    fill(store)
    app = open_page(RUNS, dataset="poems")
    app.session_state["run_pairs"] = pairs
    app.run()
    assert not app.exception
    assert sentence in text_of(app)


def test_a_running_run_offers_pause_and_a_paused_one_resume(store: Database) -> None:
    fill(store)
    run_id = start_run(store, RunSpec("poems", "builtin/longest"))
    app = open_page(RUNS, run=str(run_id))
    assert [button.label for button in app.button] == ["Pause", "Cancel"]
    app.button[0].click().run()
    assert not app.exception
    assert get_run(store, run_id).state == "paused"
    assert [button.label for button in app.button] == ["Resume", "Cancel"]


def test_a_cancelled_run_keeps_what_it_has_and_can_be_resumed(store: Database) -> None:
    fill(store)
    run_id = start_run(store, RunSpec("poems", "builtin/longest"))
    control_run(store, run_id, "cancel")
    app = open_page(RUNS, run=str(run_id))
    assert not app.exception
    assert "was cancelled" in text_of(app)
    assert [button.label for button in app.button] == ["Resume"]


def test_a_missing_key_is_said_before_the_start(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    app = open_page(RUNS, dataset="poems", state={"run_judge": "openai/gpt-4o-mini"})
    assert "The key is missing: set OPENAI_API_KEY." in text_of(app).replace("\\", "")
    assert next(button for button in app.button if button.label == "Start").disabled
    assert "Models & keys" in [link.value for link in app.page_link]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-something")
    again = open_page(RUNS, dataset="poems", state={"run_judge": "openai/gpt-4o-mini"})
    assert "key is missing" not in text_of(again)
    assert not next(button for button in again.button if button.label == "Start").disabled


def test_a_builtin_judge_asks_for_no_caps(store: Database) -> None:
    fill(store)
    app = open_page(RUNS, dataset="poems")
    assert "run_cost" not in [one.key for one in app.number_input]
    app.selectbox(key="run_judge").select("builtin/first").run()
    assert "is not set" not in text_of(app)


def test_a_run_that_its_cap_ended_goes_on_with_a_higher_one(store: Database) -> None:
    fill(store)
    run_id = start_run(store, RunSpec("poems", "builtin/longest", max_calls=10))
    with store.write() as session:
        session.execute(
            update(JudgmentRow).where(JudgmentRow.id > 18).values(state="unscored", reason="over_budget")
        )
        runs.recount(session, run_id)
        runs.set_run(session, run_id, state="stopped", stop_reason="The cap of 10 calls was reached.")
    app = open_page(RUNS, run=str(run_id))
    assert get_run(store, run_id).n_done == 54
    assert next(bar.proto.text for bar in app.get("progress")).startswith("0 of 72 judgments")
    assert "The cap of 10 calls was reached." in text_of(app)
    app.number_input(key="run_new_calls").set_value(99)
    next(button for button in app.button if button.label == "Resume").click().run()
    assert not app.exception
    status = get_run(store, run_id)
    assert (status.state, status.max_calls) == ("waiting", 99)


def test_a_run_that_ended_meanwhile_is_not_paused_but_says_so(store: Database) -> None:
    fill(store)
    run_id = start_run(store, RunSpec("poems", "builtin/longest"))
    app = open_page(RUNS, run=str(run_id))
    with store.write() as session:
        runs.set_run(session, run_id, state="done")
    next(button for button in app.button if button.label == "Pause").click().run()
    assert not app.exception
    assert "has ended" in text_of(app).replace("\\", "")


def test_failed_judgments_are_tried_again_by_reason_or_all(store: Database) -> None:
    fill(store)
    run_id = start_run(store, RunSpec("poems", "builtin/longest"))
    with store.write() as session:
        for reason, ids in (("timeout", range(1, 40)), ("refused", range(40, 73))):
            session.execute(
                update(JudgmentRow).where(JudgmentRow.id.in_(ids)).values(state="unscored", reason=reason)
            )
        runs.recount(session, run_id)
        runs.set_run(session, run_id, state="done")
    app = open_page(RUNS, run=str(run_id))
    labels = [button.label for button in app.button]
    assert labels == ["Retry these", "Retry these", "Retry all of them"]
    app.button(key="run_retry_timeout").click().run()
    assert get_run(store, run_id).n_unscored == 33


def test_a_waiting_run_says_when_nobody_works(store: Database) -> None:
    fill(store)
    run_id = start_run(store, RunSpec("poems", "builtin/longest"))
    assert "No runner is at work" in text_of(open_page(RUNS, run=str(run_id)))


def test_a_run_behind_another_names_it_and_links_to_it(store: Database) -> None:
    fill(store)
    ahead, behind = (start_run(store, RunSpec("poems", f"builtin/{name}")) for name in ("longest", "first"))
    with store.write() as session:
        runs.set_run(session, ahead, state="running")
        runs.set_hindrance(session, ahead, "No answer for 6 s.")
        runs.set_hindrance(session, behind, "It is not running.")
    with RUNNER_LOCK.hold(store):
        said = text_of(open_page(RUNS, run=str(behind)))
        assert f"Run {behind} waits for run {ahead} to end: 0 of 72" in said
        assert f"see run {ahead}" in said
        assert "not running" not in said
        assert "0 of 72 judgments made. No answer for 6 s." in text_of(open_page(RUNS, run=str(ahead)))


def test_all_runs_are_listed_and_open_their_page(store: Database) -> None:
    fill(store)
    start_run(store, RunSpec("poems", "builtin/longest"))
    start_run(store, RunSpec("poems", "builtin/first"))
    app = open_page(RUNS, dataset="poems")
    table = next(str(one.value) for one in app.html if "<table" in str(one.value))
    assert table.index("run=2") < table.index("run=1")


def test_a_dataset_without_responses_offers_the_import(store: Database) -> None:
    fill(store, contestants=())
    app = open_page(RUNS, dataset="poems")
    assert not app.exception
    assert [link.value for link in app.page_link] == ["Import responses"]


@pytest.mark.parametrize("given", ["77", "x"])
def test_a_run_that_does_not_exist_is_a_sentence(store: Database, given: str) -> None:
    app = open_page(RUNS, run=given)
    assert not app.exception
    assert app.error[0].value
