"""Runs worked off in this process, against a server of the test's own."""

from __future__ import annotations

from arena.run import RunSpec, RunStatus, get_run, start_run
from arena.run.runner import work_off
from db import Database
from tests.fake_llm import Running

PRICED = "openai/gpt-4o-mini"


def work(database: Database, spec: RunSpec) -> RunStatus:
    run_id = start_run(database, spec)
    work_off(database, run_id, lambda: True)
    return get_run(database, run_id)


def asking(llm: Running, **changes: object) -> RunSpec:
    fields = {"dataset": "poems", "judge": "hosted_vllm/fake", "api_base": llm.api_base, **changes}
    return RunSpec(**fields)  # type: ignore[arg-type]
