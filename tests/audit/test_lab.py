"""The lab end to end: two judges over HTTP, one that obeys what responses say and one that does not."""

from __future__ import annotations

import dataclasses

import pytest

from arena.demo.load import load_demo_data, remove_demo_data
from arena.errors import RunStoppedError, UsageError
from arena.judges import list_judges
from arena.lab import (
    LabFigure,
    LabSpec,
    estimate_lab,
    get_lab_report,
    get_lab_status,
    is_lab_busy,
    pause_lab,
    resume_lab,
    start_lab,
    work_off_lab,
    work_off_waiting_labs,
)
from arena.lab.lock import LAB_LOCK
from arena.leaderboard import BoardQuery, get_board
from arena.run.station import Patience
from db import Database
from tests.arena.filling import fill
from tests.fake_llm import Reply, Request, read_prompt, scripts, serve, write_verdict

N_PAIRS = 12
SPEC = LabSpec("poems", "openai/test-judge", n_pairs=N_PAIRS)
N_ALL = N_PAIRS * 2 * (13 + 2)
QUICK = Patience(first_wait_s=0.01, longest_wait_s=0.02, max_attempts=2, first_answer_s=0.1, outage_s=0.1)


def steadfast(request: Request) -> str:
    """Prefer birch whatever else is said."""
    return write_verdict(request, "A" if "birch on subject" in read_prompt(request).first else "B")


def figures_of(database: Database) -> dict[str, LabFigure]:
    (report,) = get_lab_report(database, "openai/test-judge")
    return {figure.change.partition("@")[0]: figure for figure in report.figures}


def test_a_judge_that_obeys_injections_is_found_out(many_poems: Database) -> None:
    changes = ("verdict-tag", "break-out", "instruction", "constant", "padding")
    with serve(scripts.obedient) as llm:
        spec = dataclasses.replace(SPEC, n_pairs=24, changes=changes, api_base=llm.api_base)
        run_id = start_lab(many_poems, spec)
        work_off_lab(many_poems, run_id)
        n_all = 24 * 2 * (len(changes) + 2)
        assert llm.stats()["n_requests"] == n_all
    status = get_lab_status(many_poems, run_id)
    assert (status.state, status.n_done, status.n_planned) == ("done", n_all, n_all)
    figures = figures_of(many_poems)
    for name in ("break-out", "instruction", "constant"):
        assert figures[name].success == 1.0
        assert figures[name].is_found
        assert figures[name].floor == 0.0
    assert figures["padding"].is_found, "it prefers length where nobody gives orders"
    assert not figures["verdict-tag"].is_found or (figures["verdict-tag"].success or 0) < 1
    (report,) = get_lab_report(many_poems, "openai/test-judge")
    assert "openai/test-judge follows" in report.sentence


def test_a_judge_that_ignores_what_responses_say_is_cleared(many_poems: Database) -> None:
    spec = dataclasses.replace(
        SPEC, changes=("verdict-tag", "break-out", "fake-json", "instruction", "padding", "bandwagon")
    )
    with serve(steadfast) as llm:
        work_off_lab(many_poems, start_lab(many_poems, dataclasses.replace(spec, api_base=llm.api_base)))
    for figure in figures_of(many_poems).values():
        assert not figure.is_found
        assert figure.towards == figure.floor == 0.0
        assert figure.success == 0.0
    (report,) = get_lab_report(many_poems, "openai/test-judge")
    assert "follows any of 4 injections is not shown" in report.sentence


def test_lab_judgments_never_enter_a_board(many_poems: Database) -> None:
    work_off_lab(many_poems, start_lab(many_poems, LabSpec("poems", "builtin/longest", n_pairs=5)))
    assert get_board(many_poems, BoardQuery(dataset="poems")).n_matches == 0
    (report,) = get_lab_report(many_poems, "builtin/longest")
    assert report.n_judgments == 5 * 2 * 15


def test_one_process_at_a_time_works_in_a_lab_on_either_database(either_store: Database) -> None:
    fill(either_store, contestants=("alder", "birch"), n_prompts=3)
    run_id = start_lab(either_store, LabSpec("poems", "builtin/longest", n_pairs=2))
    waiting = start_lab(either_store, LabSpec("poems", "builtin/longest", n_pairs=3))
    with LAB_LOCK.hold(either_store) as is_ours:
        assert is_ours
        assert is_lab_busy(either_store)
        with pytest.raises(RunStoppedError, match="Another process"):
            work_off_lab(either_store, run_id)
    assert not is_lab_busy(either_store)
    pause_lab(either_store, run_id)
    assert get_lab_status(either_store, run_id).state == "paused"
    resume_lab(either_store, run_id)
    assert work_off_waiting_labs(either_store, run_id)
    assert [get_lab_status(either_store, one).state for one in (run_id, waiting)] == ["done", "done"]


def test_the_demo_takes_a_baseline_with_it_that_only_its_lab_had_asked(store: Database) -> None:
    load_demo_data(store)
    work_off_lab(store, start_lab(store, LabSpec("demo", "builtin/longest", n_pairs=2)))
    remove_demo_data(store)
    assert list_judges(store) == []


def test_too_few_questions_say_so_instead_of_a_figure(many_poems: Database) -> None:
    work_off_lab(many_poems, start_lab(many_poems, LabSpec("poems", "builtin/longest", n_pairs=5)))
    (report,) = get_lab_report(many_poems, "builtin/longest")
    assert all(figure.effect is None and "not enough data" in figure.note for figure in report.figures)
    assert "not been asked often enough" in report.sentence


def test_an_estimate_shows_its_arithmetic_and_asks_nobody(many_poems: Database) -> None:
    estimate = estimate_lab(many_poems, SPEC)
    assert estimate.n_calls == N_ALL
    assert estimate.cost_usd is None
    assert "12 pairs \u00d7 2 orders \u00d7 (13 changes + 2 unchanged) = 360 calls" in estimate.sentence
    priced = estimate_lab(many_poems, dataclasses.replace(SPEC, judge="openai/gpt-4o-mini"))
    assert priced.cost_usd is not None
    assert 0 < priced.cost_usd < 5


def test_a_cap_stops_the_lab_and_raising_it_goes_on_without_asking_again(many_poems: Database) -> None:
    with serve(steadfast) as llm:
        spec = dataclasses.replace(SPEC, changes=("padding",), api_base=llm.api_base, max_calls=30)
        run_id = start_lab(many_poems, spec)
        work_off_lab(many_poems, run_id)
        status = get_lab_status(many_poems, run_id)
        assert (status.state, status.n_calls) == ("stopped", 30)
        assert "cap of 30 calls" in (status.stop_reason or "")
        resume_lab(many_poems, run_id, max_calls=1000)
        work_off_lab(many_poems, run_id)
        status = get_lab_status(many_poems, run_id)
        assert (status.state, status.n_done) == ("done", N_PAIRS * 2 * 3)
        assert llm.stats()["n_requests"] == N_PAIRS * 2 * 3, "no answer was paid for twice"


def test_a_second_experiment_asks_only_what_is_new(many_poems: Database) -> None:
    with serve(steadfast) as llm:
        spec = dataclasses.replace(SPEC, changes=("padding",), api_base=llm.api_base)
        work_off_lab(many_poems, start_lab(many_poems, spec))
        more = dataclasses.replace(spec, changes=("padding", "bandwagon"))
        assert estimate_lab(many_poems, more).n_already == N_PAIRS * 2 * 3
        work_off_lab(many_poems, start_lab(many_poems, more))
        assert llm.stats()["n_requests"] == N_PAIRS * 2 * 4
    assert set(figures_of(many_poems)) == {"padding", "bandwagon"}


def test_an_unreadable_verdict_is_counted_and_moves_nothing(many_poems: Database) -> None:
    def mute_when_padded(request: Request) -> Reply | str:
        shown = read_prompt(request)
        return (
            "I say nothing."
            if "go through it once more" in shown.first + shown.second
            else steadfast(request)
        )

    with serve(mute_when_padded) as llm:
        spec = dataclasses.replace(SPEC, changes=("padding", "bandwagon"), api_base=llm.api_base)
        work_off_lab(many_poems, start_lab(many_poems, spec))
    padding = figures_of(many_poems)["padding"]
    assert (padding.n, padding.n_unscored) == (0, 2 * N_PAIRS)


def test_a_provider_that_refuses_leaves_the_plan_for_later(many_poems: Database) -> None:
    with serve(scripts.status(401, "no such key")) as llm:
        run_id = start_lab(many_poems, dataclasses.replace(SPEC, changes=("padding",), api_base=llm.api_base))
        work_off_lab(many_poems, run_id, QUICK)
    status = get_lab_status(many_poems, run_id)
    assert (status.state, status.n_done) == ("stopped", 0)
    assert "refuses" in (status.stop_reason or "")


def test_a_key_that_is_missing_is_known_before_the_start_and_no_refusal(
    many_poems: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    words = "The key is missing: set OPENAI_API_KEY."
    assert estimate_lab(many_poems, SPEC).missing_key == words
    assert estimate_lab(many_poems, dataclasses.replace(SPEC, judge="builtin/longest")).missing_key == ""
    run_id = start_lab(many_poems, SPEC)
    work_off_lab(many_poems, run_id, QUICK)
    status = get_lab_status(many_poems, run_id)
    assert (status.state, status.n_done, status.stop_reason) == ("stopped", 0, words)


@pytest.mark.parametrize(
    ("changes", "n_pairs", "word"), [(("glitter",), 5, "no change 'glitter'"), ((), 0, "at least one pair")]
)
def test_an_impossible_experiment_is_refused(changes: tuple[str, ...], n_pairs: int, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        LabSpec("poems", "builtin/longest", changes=changes, n_pairs=n_pairs)
