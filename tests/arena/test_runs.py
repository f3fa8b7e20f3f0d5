"""Runs against the fake server: planning, both orders, caps, failures, resuming."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from arena.audit import get_cards
from arena.errors import UsageError
from arena.run import (
    RunSpec,
    RunStatus,
    control_run,
    estimate_run,
    get_run,
    list_runs,
    resume_run,
    retry_run,
    start_run,
)
from arena.run.runner import RUNNER_LOCK, run_waiting, work_off
from db import Database
from tests.arena.filling import fill, import_rows
from tests.fake_llm import Reply, Request, Running, is_repair, read_prompt, scripts, serve, write_verdict
from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).resolve().parents[2]


def work(database: Database, spec: RunSpec) -> RunStatus:
    run_id = start_run(database, spec)
    with RUNNER_LOCK.hold(database) as is_ours:
        assert is_ours
        work_off(database, run_id, lambda: True)
    return get_run(database, run_id)


def asking(llm: Running) -> RunSpec:
    return RunSpec(dataset="poems", judge="openai/test-judge", api_base=llm.api_base)


def test_every_pair_is_judged_in_both_orders(poems: Database) -> None:
    status = work(poems, RunSpec(dataset="poems", judge="builtin/longest"))
    assert (status.state, status.n_planned, status.n_scored) == ("done", 36, 36)
    (card,) = get_cards(poems, "builtin/longest")
    assert (card.n_pairs, card.n_consistent) == (18, 18)


def test_a_judge_that_prefers_the_first_shown_flips_every_pair(poems: Database) -> None:
    with serve(scripts.first) as llm:
        work(poems, asking(llm))
    (card,) = get_cards(poems, "openai/test-judge")
    assert (card.n_pairs, card.n_primacy, card.n_consistent) == (18, 18, 0)


def test_planning_again_plans_only_what_is_missing(poems: Database) -> None:
    spec = RunSpec(dataset="poems", judge="builtin/longest")
    work(poems, spec)
    assert estimate_run(poems, spec).n_judgments == 0
    fill(poems, contestants=("alder", "birch", "cedar", "dogwood"), n_prompts=7)
    estimate = estimate_run(poems, spec)
    # Three new pairs on each of six old prompts, and six pairs on the new one, in two orders.
    assert (estimate.n_already, estimate.n_judgments) == (36, 2 * (3 * 6 + 6))


@pytest.mark.parametrize(
    ("pairs", "n_items"),
    [("all", 18), ("baseline:birch", 12), ("5", 5), ("1000", 18), ("50%", 9), ("1%", 3)],
)
def test_pairs_are_chosen_as_asked(poems: Database, pairs: str, n_items: int) -> None:
    assert estimate_run(poems, RunSpec("poems", "builtin/first", pairs=pairs)).n_items == n_items


def test_the_same_seed_draws_the_same_pairs(poems: Database) -> None:
    spec = RunSpec("poems", "builtin/first", pairs="5", seed=3)
    work(poems, spec)
    assert estimate_run(poems, spec).n_judgments == 0
    assert estimate_run(poems, replace(spec, seed=4)).n_judgments > 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pairs": "some"}, "names no pairs"),
        ({"pairs": "0"}, "names no pairs"),
        ({"pairs": "150%"}, "names no pairs"),
        ({"repeats": 0}, "1 or more"),
        ({"max_concurrency": 0}, "1 or more"),
        ({"max_calls": -1}, "not be negative"),
        ({"max_cost_usd": -0.5}, "not be negative"),
        ({"mode": "ranked"}, "pairwise, pointwise or listwise"),
        ({"mode": "listwise", "pairs": "7"}, "ranks all responses"),
        ({"mode": "pointwise", "pairs": "7"}, "single responses"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_words(changes: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        RunSpec(**{"dataset": "poems", "judge": "builtin/first", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (RunSpec("prose", "builtin/first"), "No data set is called 'prose'. There are: poems"),
        (RunSpec("poems", "builtin/best"), "builtin/longest"),
        (RunSpec("poems", "gpt-4"), "provider/model"),
        (RunSpec("poems", "openai/m", api_base="localhost:8000/v1"), "as http://localhost:8000/v1"),
        (RunSpec("poems", "builtin/first", contestants=("alder", "elm")), "No responses of 'elm'"),
        (RunSpec("poems", "builtin/first", contestants=("alder",)), "a pair needs two"),
        (RunSpec("poems", "builtin/first", rubric="beauty"), "no rubric 'beauty'"),
        (RunSpec("poems", "builtin/longest", mode="pointwise"), "only compares two responses"),
        (RunSpec("poems", "builtin/first", pairs="baseline:elm"), "No responses of 'elm'"),
    ],
)
def test_a_run_that_cannot_start_says_why_and_changes_nothing(
    poems: Database, spec: RunSpec, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        start_run(poems, spec)
    assert list_runs(poems) == []


def test_texts_that_are_missing_are_named(store: Database) -> None:
    rows = [{"judge": "j", "prompt": "p", "shown_first": "x", "shown_second": "y", "verdict": "A"}]
    import_rows(store, "verdicts", rows)
    with pytest.raises(UsageError, match="Import the texts first"):
        start_run(store, RunSpec("verdicts", "builtin/longest"))


def test_tokens_and_attempts_stand_on_every_judgment(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        status = work(poems, asking(llm))
        assert llm.stats()["n_requests"] == status.n_calls == 36
    assert status.cost_usd is None, "a model without a known price costs an unknown sum, not nothing"
    with poems.read() as session:
        from db.tables import JudgmentRow

        rows = session.query(JudgmentRow).all()
    assert all(row.n_tokens_in and row.n_tokens_out and row.latency_s is not None for row in rows)
    assert {row.attempts for row in rows} == {1}
    assert {row.cost_usd for row in rows} == {None}


def test_a_stored_call_is_never_paid_for_again(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        work(poems, asking(llm))
        with poems.write() as session:
            from db.tables import JudgmentRow, MatchRow

            session.query(JudgmentRow).delete()
            session.query(MatchRow).delete()
        status = work(poems, asking(llm))
        assert (status.n_scored, status.n_calls, status.n_cached) == (36, 0, 36)
        assert llm.stats()["n_requests"] == 36


def test_a_repeat_is_not_served_from_the_first_ones_answer(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        work(poems, replace(asking(llm), repeats=2))
        assert llm.stats()["n_requests"] == 72


def test_the_cap_on_calls_holds_and_the_rest_is_stored_as_over_budget(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        status = work(poems, replace(asking(llm), max_calls=10, max_concurrency=4))
        assert llm.stats()["n_requests"] == 10
        assert (status.state, status.n_scored) == ("stopped", 10)
        assert [(count.reason, count.n) for count in status.reasons] == [("over_budget", 26)]
        assert "The cap of 10 calls is reached." in status.sentence
        resume_run(poems, status.id, max_calls=100)
        run_waiting(poems, lambda: True)
        status = get_run(poems, status.id)
        assert (status.state, status.n_scored, status.n_unscored) == ("done", 36, 0)
        assert llm.stats()["n_requests"] == 36
    (card,) = get_cards(poems, "openai/test-judge")
    assert (card.n_pairs, card.n_unscored) == (18, 0)


@pytest.mark.parametrize("status_code", [401, 404])
def test_an_error_of_the_provider_stops_the_run_without_burning_the_plan(
    poems: Database, status_code: int
) -> None:
    def refuse(_request: Request) -> Reply:
        return Reply(status=status_code)

    with serve(refuse) as llm:
        status = work(poems, replace(asking(llm), max_concurrency=2))
        assert llm.stats()["n_requests"] <= 4
    assert (status.state, status.n_scored, status.n_unscored) == ("stopped", 0, 0)
    assert "refuses every call" in status.sentence
    with serve(scripts.longest) as llm:
        work_on = replace(asking(llm))
        status = work(poems, work_on)
    assert status.n_scored == 36


def test_a_key_that_is_missing_stops_the_run_at_once_in_the_words_of_models_and_keys(
    poems: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    status = work(poems, RunSpec(dataset="poems", judge="openai/test-judge"))
    assert (status.state, status.n_scored, status.n_unscored) == ("stopped", 0, 0)
    assert status.stop_reason == "The key is missing: set OPENAI_API_KEY."


def test_what_cannot_be_read_is_stored_and_never_a_tie(poems: Database) -> None:
    def shrug(request: Request) -> str:
        return (
            "I would rather not say."
            if "cedar" in read_prompt(request).first
            else write_verdict(request, "A")
        )

    with serve(shrug, has_schema=False) as llm:
        status = work(poems, asking(llm))
    assert (status.state, status.n_scored, status.n_unscored) == ("done", 24, 12)
    (card,) = get_cards(poems, "openai/test-judge")
    assert (card.n_pairs, card.n_unscored) == (18, 12)


def test_a_repair_turn_is_asked_once(poems: Database) -> None:
    def learn(request: Request) -> str:
        return write_verdict(request, "B") if is_repair(request) else "Both have merits."

    with serve(learn, has_schema=False) as llm:
        status = work(poems, asking(llm))
        assert (status.n_scored, status.n_calls, llm.stats()["n_requests"]) == (36, 72, 72)


def test_failures_can_be_retried_by_reason(poems: Database) -> None:
    answers = {"is_well": False}

    def moody(request: Request) -> str:
        return write_verdict(request, "A") if answers["is_well"] else "No."

    with serve(moody, has_schema=False) as llm:
        status = work(poems, asking(llm))
        assert status.n_unscored == 36
        assert retry_run(poems, status.id, ["timeout"]) == 0
        answers["is_well"] = True
        assert retry_run(poems, status.id, [count.reason for count in status.reasons]) == 36
        run_waiting(poems, lambda: True)
    status = get_run(poems, status.id)
    # The unreadable answers are stored calls: they are read again, not paid for again.
    assert status.n_unscored + status.n_scored == 36


def test_pausing_and_cancelling_keep_what_is_done(poems: Database) -> None:
    with serve(scripts.first, n_free=3) as llm:
        run_id = start_run(poems, replace(asking(llm), max_concurrency=1))
        runner = threading.Thread(target=work_off, args=(poems, run_id, lambda: True))
        runner.start()
        wait_until(lambda: llm.stats()["n_requests"] == 4, llm.stats)
        control_run(poems, run_id, "pause")  # the fourth is not answered, and still it is left
        runner.join(PATIENCE_S)
        assert not runner.is_alive()
        status = get_run(poems, run_id)
        assert (status.state, status.n_scored) == ("paused", 3)
        control_run(poems, run_id, "cancel")
        assert get_run(poems, run_id).state == "cancelled"
        with pytest.raises(UsageError, match="has ended"):
            control_run(poems, run_id, "pause")


def test_pointwise_levels_are_the_rubrics_own(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        status = work(poems, replace(asking(llm), mode="pointwise", rubric="helpfulness"))
    assert (status.n_planned, status.n_scored) == (18, 18)
    with poems.read() as session:
        from db.tables import GradeRow

        assert all(grade.level is not None and grade.score is None for grade in session.query(GradeRow))


@pytest.mark.on_sqlite  # on a server its workers are killed, in run/test_workers.py
def test_a_killed_runner_loses_nothing_and_asks_nothing_twice(poems: Database) -> None:
    with serve(scripts.longest, n_free=0) as llm:
        run_id = start_run(poems, replace(asking(llm), max_concurrency=4))
        for _ in range(2):
            command = [sys.executable, "-m", "arena", "worker", "--db", poems.url]
            runner = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
            n_seen = llm.stats()["n_requests"]
            llm.let(8)
            wait_until(lambda n=n_seen: llm.stats()["n_requests"] == n + 12, llm.stats)  # type: ignore[misc]
            runner.send_signal(signal.SIGKILL)
            runner.wait()
            wait_until(lambda: llm.stats()["n_in_flight"] == 0, llm.stats)
        assert llm.stats()["n_requests"] == 2 * 12
        llm.let(None)
        assert run_waiting(poems, lambda: True) == 1
        status = get_run(poems, run_id)
        assert (status.state, status.n_scored) == ("done", 36)
        # At most the calls in flight at each of two kills were asked again.
        assert llm.stats()["n_requests"] <= 36 + 2 * 4
    (card,) = get_cards(poems, "openai/test-judge")
    assert (card.n_pairs, card.n_unscored) == (18, 0)


def test_an_adaptive_run_asks_less_where_the_order_is_clear(store: Database) -> None:
    fill(store, n_prompts=60)
    status = work(store, RunSpec("poems", "builtin/random", pairs="adaptive"))
    assert "still not told apart" in status.sentence, "a coin never settles an order"
    assert status.n_scored == 2 * 3 * 60
    with serve(better_with_luck) as llm:
        status = work(store, replace(asking(llm), pairs="adaptive"))
    assert status.state == "done"
    assert "Settled" in status.sentence
    assert status.n_scored < 2 * 3 * 60


def better_with_luck(request: Request) -> str:
    """Prefer the later name in eleven of twelve pairs, whatever is shown first."""
    shown = read_prompt(request)
    later_is_first = shown.first.split()[0] > shown.second.split()[0]
    pair = "".join(sorted((shown.first, shown.second)))
    is_lucky = hashlib.sha256(pair.encode()).digest()[0] < 256 / 12
    return write_verdict(request, "A" if later_is_first != is_lucky else "B")
