"""A server that fails or hangs is said while it lasts, of judge runs, generations and the lab alike."""

import asyncio
import re
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from arena.generate import GenerationSpec, get_generation, start_generation
from arena.generate.runner import work_off_generation
from arena.lab import LabSpec, get_lab_status, start_lab, work_off_lab
from arena.run import RunSpec, get_run, hindrance, start_run
from arena.run.hindrance import Ear
from arena.run.runner import work_off
from db import Database
from judge import CallReply, CallRequest, Message, ServerError
from tests.arena.filling import fill
from tests.fake_llm import Reply, Request, Running, Script, scripts, serve, write_verdict
from tests.generate.asking import HASTY, by
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.on_sqlite

EAGER = replace(HASTY, told_after_s=0.0)
Began = tuple[Callable[[], object], Callable[[], str | None]]
"""What works it off, and what reads what holds it up."""
Begin = Callable[[Database, Running], Began]


def begin_run(database: Database, llm: Running) -> Began:
    spec = RunSpec("poems", "openai/judge", api_base=llm.api_base, max_concurrency=4)
    run_id = start_run(database, spec)
    return (
        lambda: work_off(database, run_id, lambda: True, EAGER),
        lambda: get_run(database, run_id).stop_reason,
    )


def begin_generation(database: Database, llm: Running) -> Began:
    started = start_generation(database, GenerationSpec("poems", by(llm, "oak"), max_concurrency=4))
    return (
        lambda: work_off_generation(database, started, lambda: True, EAGER),
        lambda: get_generation(database, started).stop_reason,
    )


def begin_lab(database: Database, llm: Running) -> Began:
    spec = LabSpec("poems", "openai/judge", changes=("padding",), n_pairs=2, api_base=llm.api_base)
    started = start_lab(database, replace(spec, max_concurrency=4))
    return (
        lambda: work_off_lab(database, started, EAGER),
        lambda: get_lab_status(database, started).stop_reason,
    )


def answer(request: Request) -> Reply | str:
    return write_verdict(request, "A") if request["model"] == "judge" else scripts.echo(request)


def see_while_it_lasts(database: Database, begin: Begin, script: Script, n_free: int | None) -> str:
    """Return what is said before anything is answered; then let everything be, and wait for the end."""
    fill(database)
    with serve(script, n_free=n_free) as llm:
        work, read = begin(database, llm)
        runner = threading.Thread(target=work)
        runner.start()
        wait_until(lambda: read() is not None)
        said = str(read())
        is_well.set()
        llm.let(None)
        runner.join(PATIENCE_S)
        assert not runner.is_alive()
    assert read() is None, "once it is over, nothing holds it up"
    return said


is_well = threading.Event()


def broken_until_well(request: Request) -> Reply | str:
    return answer(request) if is_well.is_set() else Reply("overloaded", status=503)


@pytest.mark.parametrize("begin", [begin_run, begin_generation, begin_lab])
def test_an_outage_is_said_while_it_lasts(store: Database, begin: Begin) -> None:
    is_well.clear()
    said = see_while_it_lasts(store, begin, broken_until_well, None)
    assert re.search(r"No answer for \d+ s; tried again until 5 min\. The last error: overloaded", said), said
    assert said.startswith("oak: ") is (begin is begin_generation)


@pytest.mark.parametrize("begin", [begin_run, begin_generation, begin_lab])
def test_a_server_that_takes_calls_and_hangs_is_said(
    store: Database, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hindrance, "QUIET_S", 0.0)
    said = see_while_it_lasts(store, begin, answer, 0)
    limit = "10 min" if begin is begin_generation else "2 min"
    assert re.search(rf"No answer for \d+ s; [1-4] calls? in flight; timeout after {limit}\.", said), said


class Slow:
    """Answers when it is told to, or fails."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.is_broken = False

    async def complete(self, request: CallRequest) -> CallReply:
        if self.is_broken:
            raise ServerError("down", status_code=500)
        await self.go.wait()
        return CallReply("fine")

    async def aclose(self) -> None:
        return None


def test_silence_is_longer_than_answers_usually_take_and_ends_with_any_word() -> None:
    request = CallRequest("m", None, (), (Message("user", "x"),))

    async def play() -> None:
        now = asyncio.get_running_loop().time
        slow = Slow()
        ear = Ear(slow, 120.0, " at one worker")
        assert ear.sentence(now() + 1e6) is None, "nothing is in flight"
        calls = [asyncio.create_task(ear.complete(request)) for _ in range(2)]
        await asyncio.sleep(0)
        assert ear.sentence(now() + 5) is None
        words = "No answer for 1,000 min; 2 calls in flight at one worker; timeout after 2 min."
        assert ear.sentence(now() + 60_000) == words
        ear._latencies.append(40_000.0)
        assert ear.sentence(now() + 60_000) is None, "this provider takes its time"
        ear._latencies.clear()
        slow.is_broken = True
        with pytest.raises(ServerError):
            await ear.complete(request)
        assert ear.sentence(now() + 5) is None, "it has said something"
        slow.go.set()
        await asyncio.gather(*calls)
        assert ear.sentence(now() + 1e6) is None

    asyncio.run(play())
