"""How fast a provider is asked, and what a run does when it stumbles. Clocks are scaled, never slept on."""

import asyncio
import itertools
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from arena.audit import get_cards
from arena.run import RunSpec, RunStatus, get_run, pace, resume_run, start_run
from arena.run.pace import Allowance, Pace
from arena.run.runner import work_off
from arena.run.station import Patience
from db import Database
from tests.fake_llm import Reply, Request, Script, serve, write_verdict

QUICK = Patience(first_wait_s=0.02, longest_wait_s=0.1, outage_s=300, first_answer_s=300)


def work(
    database: Database, script: Script, patience: Patience = QUICK, **changes: object
) -> tuple[RunStatus, int]:
    """Run all pairs against a script; return how it ended and how many requests the server counted."""
    with serve(script) as llm:
        spec = RunSpec("poems", "openai/test-judge", api_base=llm.api_base, max_concurrency=4)
        run_id = start_run(database, replace(spec, **changes))  # type: ignore[arg-type]
        work_off(database, run_id, lambda: True, patience)
        return get_run(database, run_id), int(llm.stats()["n_requests"])


def every(n: int, stumble: Callable[[Request], Reply]) -> Script:
    """Stumble on every n-th request, answer the others."""
    count = itertools.count(1)

    def answer(request: Request) -> Reply | str:
        return stumble(request) if next(count) % n == 0 else write_verdict(request, "A")

    return answer


def assert_complete(database: Database, status: RunStatus) -> None:
    assert (status.state, status.n_scored, status.n_unscored) == ("done", 36, 0)
    (card,) = get_cards(database, "openai/test-judge")
    assert (card.n_pairs, card.n_unscored) == (18, 0)


def test_a_third_of_429_loses_nothing(poems: Database) -> None:
    status, n_requests = work(poems, every(3, lambda _: Reply(status=429, headers={"Retry-After": "0.05"})))
    assert_complete(poems, status)
    assert n_requests == 36 + status.n_retries


# LiteLLM makes its coroutine in a thread: a deadline that passes there, under load, leaves it unawaited.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
def test_hanging_calls_are_asked_again(poems: Database) -> None:
    # However slow the machine: a good call that takes longer is asked again, and never given up.
    patient = replace(QUICK, max_attempts=1000)
    status, _ = work(poems, every(10, lambda _: Reply(fault="hang")), patient, timeout_s=2.0)
    assert_complete(poems, status)
    assert status.n_retries >= 3


@pytest.mark.parametrize("fault", ["drop", "broken_json"])
def test_dropped_and_broken_answers_are_asked_again(poems: Database, fault: str) -> None:
    status, _ = work(poems, every(5, lambda _: Reply(fault=fault)))  # type: ignore[arg-type]
    assert_complete(poems, status)


def test_an_outage_is_waited_for_and_burns_nothing(poems: Database) -> None:
    count = itertools.count()

    def answer(request: Request) -> Reply | str:
        return Reply(status=503) if 10 <= next(count) < 60 else write_verdict(request, "A")

    status, _ = work(poems, answer)
    assert_complete(poems, status)
    assert status.n_retries == 50


def test_a_server_that_never_answers_stops_the_run_with_its_plan_unburned(poems: Database) -> None:
    status, _ = work(poems, lambda _: Reply(status=503), replace(QUICK, first_answer_s=0.5))
    assert (status.state, status.n_scored, status.n_unscored) == ("stopped", 0, 0)
    assert "no call has been answered" in status.sentence


def test_a_key_that_expires_in_mid_run_stops_it_and_a_new_one_goes_on(poems: Database) -> None:
    count = itertools.count()
    is_valid = threading.Event()

    def answer(request: Request) -> Reply | str:
        if next(count) >= 10 and not is_valid.is_set():
            return Reply(status=401)
        return write_verdict(request, "A")

    with serve(answer) as llm:
        spec = RunSpec("poems", "openai/test-judge", api_base=llm.api_base, max_concurrency=4)
        run_id = start_run(poems, spec)
        work_off(poems, run_id, lambda: True, QUICK)
        status = get_run(poems, run_id)
        assert status.state == "stopped"
        assert (status.n_scored, status.n_unscored) == (10, 0)
        is_valid.set()
        resume_run(poems, run_id)
        work_off(poems, run_id, lambda: True, QUICK)
        assert llm.stats()["n_requests"] <= 36 + 4
    assert_complete(poems, get_run(poems, run_id))


def test_one_broken_call_among_good_ones_is_given_up_and_stored(poems: Database) -> None:
    def answer(request: Request) -> Reply | str:
        is_cursed = "subject 3" in str(request["messages"]) and "alder" in str(request["messages"])
        return Reply(status=500) if is_cursed else Reply(write_verdict(request, "A"), latency_s=0.01)

    status, _ = work(poems, answer)
    assert (status.state, status.n_scored, status.n_unscored) == ("done", 32, 4)
    assert [(count.reason, count.n) for count in status.reasons] == [("api_error", 4)]


def run_paced(paced: Pace, n_calls: int, each_s: float = 0.01) -> int:
    """Hold n_calls slots as fast as the pace allows; return the most that were held at once."""
    most = now = 0

    async def hold() -> None:
        nonlocal most, now
        async with paced.slot():
            now += 1
            most = max(most, now)
            await asyncio.sleep(each_s)
            now -= 1
            paced.answered(100)

    async def hold_all() -> None:
        await asyncio.gather(*(hold() for _ in range(n_calls)))

    asyncio.run(hold_all())
    return most


def test_concurrency_is_full_and_never_more() -> None:
    assert run_paced(Pace(8), 50) == 8


def test_a_429_shrinks_once_a_burst_and_answers_grow_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "CALM_S", 600.0)
    monkeypatch.setattr(pace, "GROWTH_PAUSE_S", 600.0)

    async def play() -> tuple[float, float, float]:
        ours = Pace(30)
        for _ in range(5):
            ours.refused(None)
        shrunk = ours.limit
        for _ in range(25):
            ours.answered(1)
        grown = ours.limit
        ours.troubled()
        ours.answered(1)
        return shrunk, grown, ours.limit

    shrunk, grown, after_trouble = asyncio.run(play())
    assert shrunk == 20
    assert 21 < grown < 30
    assert after_trouble == grown


def test_retry_after_stops_everyone() -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)
        ours._resume_at = 0.0

    ours = Pace(4, sleep=note)

    async def play() -> None:
        ours.refused(7000.0)
        async with ours.slot():
            pass

    asyncio.run(play())
    assert waits == [pytest.approx(7000.0, abs=300)]


def test_a_bucket_refills_evenly_and_lets_tokens_overdraw() -> None:
    bucket = Allowance(600)
    assert bucket.wait_s(1.0) == 0.0
    bucket.take(10 + 40)
    assert bucket.wait_s(1.0) == pytest.approx(4.1)
    assert bucket.wait_s(6.0) == 0.0
