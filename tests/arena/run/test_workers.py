"""Runs that several workers share, on PostgreSQL."""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, select

import db.workers
from arena.audit import get_cards
from arena.run import RunSpec, RunStatus, control_run, get_run, resume_run, retry_run, start_run
from arena.run.distributed import BlockWorker
from arena.run.jobs import prepare_queue
from db import Database, open_database
from db.tables import CallRow, JudgmentRow, WorkerRow
from judge.litellm_client import import_litellm
from tests.arena.filling import fill
from tests.arena.run.worker import QUICK, worker
from tests.fake_llm import Reply, Request, Running, scripts, serve, write_verdict
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.on_postgres

ENDED = ("done", "stopped", "cancelled", "paused")


@contextmanager
def workers(url: str, n: int) -> Iterator[None]:
    """Run workers beside each other in one thread, each with a database of its own."""
    import_litellm()  # takes seconds, in which nothing else of this process is heard
    stop = threading.Event()
    databases = [open_database(url) for _ in range(n)]

    async def serve_all() -> None:
        await asyncio.gather(*(BlockWorker(database, stop, QUICK).serve() for database in databases))

    thread = threading.Thread(target=lambda: asyncio.run(serve_all()))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        for database in databases:
            database.close()
        assert not thread.is_alive()


def wait_for_state(database: Database, run_id: int, *states: str) -> RunStatus:
    wait_until(lambda: get_run(database, run_id).state in states, lambda: get_run(database, run_id).sentence)
    return get_run(database, run_id)


def wait_until_ended(database: Database, run_id: int) -> RunStatus:
    return wait_for_state(database, run_id, *ENDED)


def wait_for_calls(llm: Running, n: int) -> None:
    """Wait until so many are in flight at once."""
    wait_until(lambda: llm.stats()["n_in_flight"] >= n, llm.stats)


def count_alive(database: Database) -> int:
    with database.read() as session:
        return len(db.workers.list_alive(session, QUICK.silent_s))


def asking(llm: Running) -> RunSpec:
    return RunSpec(dataset="poems", judge="openai/test-judge", api_base=llm.api_base)


def test_workers_share_a_run_and_each_judgment_is_made_once(store: Database) -> None:
    fill(store, n_prompts=20)
    with serve(scripts.longest, n_free=0) as llm, workers(store.url, 2):
        run_id = start_run(store, replace(asking(llm), max_concurrency=4))
        wait_for_calls(llm, 8)  # both have a part in it
        llm.let(None)
        status = wait_until_ended(store, run_id)
        assert llm.stats()["n_requests"] == 120
        assert llm.stats()["max_in_flight"] == 8
    assert (status.state, status.n_scored, status.n_calls) == ("done", 120, 120)
    (card,) = get_cards(store, "openai/test-judge")
    assert (card.n_pairs, card.n_unscored) == (60, 0)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(WorkerRow)) == 0, "who ends signs off"


def test_a_killed_and_a_frozen_worker_lose_nothing_and_do_no_harm(store: Database) -> None:
    n_prompts, concurrency = 20, 4
    fill(store, n_prompts=n_prompts)
    # Nothing is answered until all three have a part in it, however late the last one starts.
    with serve(scripts.longest, n_free=0) as llm, ExitStack() as stack:
        killed, frozen = [stack.enter_context(worker(store.url)) for _ in range(2)]
        stack.enter_context(workers(store.url, 1))
        wait_until(lambda: count_alive(store) == 3)
        run_id = start_run(store, replace(asking(llm), max_concurrency=concurrency))
        wait_for_calls(llm, 3 * concurrency)
        killed.kill()
        frozen.send_signal(signal.SIGSTOP)
        llm.let(None)
        status = wait_until_ended(store, run_id)
        assert (status.state, status.n_scored) == ("done", 6 * n_prompts)
        frozen.send_signal(signal.SIGCONT)
        n_calls = get_run(store, run_id).n_calls
        wait_until(lambda: count_alive(store) == 2)
        assert llm.stats()["n_requests"] <= 6 * n_prompts + 2 * concurrency
    status = get_run(store, run_id)
    assert (status.state, status.n_scored, status.n_unscored) == ("done", 6 * n_prompts, 0)
    assert status.n_calls <= n_calls + concurrency
    (card,) = get_cards(store, "openai/test-judge")
    assert (card.n_pairs, card.n_unscored) == (3 * n_prompts, 0)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(CallRow)) == 6 * n_prompts


def test_caps_hold_over_all_workers_and_the_rest_is_over_budget(store: Database) -> None:
    fill(store, n_prompts=20)
    with serve(scripts.longest) as llm, workers(store.url, 2):
        spec = replace(asking(llm), max_calls=50, max_concurrency=4)
        status = wait_until_ended(store, start_run(store, spec))
        assert llm.stats()["n_requests"] == 50
        assert (status.state, status.n_scored) == ("stopped", 50)
        assert [(count.reason, count.n) for count in status.reasons] == [("over_budget", 70)]
        assert "The cap of 50 calls is reached." in status.sentence
        resume_run(store, status.id, max_calls=1000)
        status = wait_until_ended(store, status.id)
        assert (status.state, status.n_scored, status.n_unscored) == ("done", 120, 0)
        assert llm.stats()["n_requests"] == 120


def test_a_refusal_stops_every_worker_without_burning_the_plan(store: Database) -> None:
    fill(store, n_prompts=40)
    seen = {"n": 0}

    def revoke(request: Request) -> Reply:
        seen["n"] += 1
        return Reply(status=401) if seen["n"] > 40 else Reply(write_verdict(request, "A"))

    with workers(store.url, 2):
        with serve(revoke) as llm:
            status = wait_until_ended(store, start_run(store, replace(asking(llm), max_concurrency=4)))
            assert llm.stats()["n_requests"] <= 40 + 2 * 2 * 4
        assert (status.state, status.n_scored, status.n_unscored) == ("stopped", 40, 0)
        assert "refuses every call" in status.sentence


def test_pausing_resuming_cancelling_and_retrying_reach_every_worker(store: Database) -> None:
    fill(store, n_prompts=20)
    moody = {"is_well": False}

    def answer(request: Request) -> Reply:
        good = moody["is_well"] or request["messages"][-1]["content"].count("subject 1")
        return Reply(write_verdict(request, "A") if good else "No.")

    with serve(answer, has_schema=False, n_free=30) as llm, workers(store.url, 2):
        run_id = start_run(store, replace(asking(llm), max_concurrency=4))
        wait_until(lambda: get_run(store, run_id).n_done > 0)
        wait_for_calls(llm, 8)
        control_run(store, run_id, "pause")  # nothing under way is answered, and still it is left
        wait_for_state(store, run_id, "paused")
        wait_until(lambda: llm.stats()["n_in_flight"] == 0, llm.stats)
        assert 0 < get_run(store, run_id).n_done < 120
        llm.let(None)
        resume_run(store, run_id)
        status = wait_until_ended(store, run_id)
        assert (status.state, status.n_done) == ("done", 120)
        moody["is_well"] = True
        n_again = retry_run(store, run_id, [count.reason for count in status.reasons])
        assert n_again == status.n_unscored > 0
        status = wait_for_state(store, run_id, "done")
        assert status.n_done == 120
        llm.let(10)
        other = start_run(store, replace(asking(llm), repeats=2, max_concurrency=2))
        wait_for_calls(llm, 4)
        control_run(store, other, "cancel")
        wait_for_state(store, other, "cancelled")


def test_a_limit_a_minute_is_shared(store: Database) -> None:
    fill(store, n_prompts=9)
    with serve(scripts.longest) as llm, workers(store.url, 2):
        started = time.monotonic()
        run_id = start_run(store, replace(asking(llm), max_requests_per_minute=1200))
        status = wait_until_ended(store, run_id)
        elapsed_s = time.monotonic() - started
        assert status.n_calls == 54
    # 20 a second, and at most a tenth of a minute's worth (here all) may be there from the start: none is.
    assert elapsed_s > 54 / 20 - 1


def test_rounds_and_lists_are_shared_too(store: Database) -> None:
    fill(store, n_prompts=30)
    with workers(store.url, 2):
        run_id = start_run(store, RunSpec("poems", "builtin/random", pairs="adaptive"))
        status = wait_until_ended(store, run_id)
        assert "still not told apart" in status.sentence
        assert status.n_scored == 2 * 3 * 30
        with serve(scripts.longest) as llm:
            status = wait_until_ended(store, start_run(store, replace(asking(llm), mode="listwise")))
            assert (status.state, status.n_scored) == ("done", 180)
            assert llm.stats()["n_requests"] == 2 * 30, "no list was split"
    with store.read() as session:
        n_open = session.scalar(
            select(func.count()).select_from(JudgmentRow).where(JudgmentRow.state == "planned")
        )
    assert n_open == 0


def test_the_engines_tables_are_made_once(store: Database) -> None:
    threads = [threading.Thread(target=prepare_queue, args=(store,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    prepare_queue(store)
