"""The process that the app starts beside itself, on a PostgreSQL that starts later."""

import threading

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from arena.generate import GenerationSpec, get_generation, start_generation
from arena.run import RunSpec, get_run, start_run
from arena.run.embedded import start_runner
from db import Database
from tests.arena.filling import fill
from tests.fake_llm import Request, scripts, serve
from tests.generate.asking import by
from tests.postgres.server import PostgresServer
from tests.waiting import wait_until

pytestmark = pytest.mark.on_postgres


def rename(server: PostgresServer, old: str, new: str) -> None:
    engine = create_engine(server.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{old}" RENAME TO "{new}"'))


def answer(request: Request) -> str:
    is_judge = "judge" in request["model"]
    return scripts.longest(request) if is_judge else scripts.echo(request)


def test_it_waits_for_the_server_then_judges_and_generates(
    store: Database, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.run.embedded.STOP_WITHIN_S", 300.0)
    name = make_url(store.url).database
    fill(store, n_prompts=6)
    with serve(answer) as llm:
        spec = RunSpec("poems", "openai/judge", api_base=llm.api_base, max_concurrency=4)
        run_id = start_run(store, spec)
        generation_id = start_generation(store, GenerationSpec("poems", by(llm, "oak")))
        store.close()
        rename(postgres, str(name), f"{name}_away")
        child = start_runner(store.url)
        try:
            threading.Event().wait(1.5)  # its first look finds no such database, but on a slow machine
            assert child.process.poll() is None
            rename(postgres, f"{name}_away", str(name))
            wait_until(
                lambda: get_run(store, run_id).state == "done", lambda: get_run(store, run_id).sentence
            )
            wait_until(lambda: get_generation(store, generation_id).state == "done")
            assert get_run(store, run_id).n_scored == 36
            assert get_generation(store, generation_id).n_ready == 6
        finally:
            child.stop()
        assert child.process.returncode == 0
        assert llm.stats()["n_requests"] == 42
