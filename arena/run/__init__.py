"""Runs of a judge: planned once into judgments, worked off outside of any page, resumed after anything."""

from arena.run.control import control_run, resume_run, retry_run
from arena.run.estimate import Estimate, estimate_run
from arena.run.plan import start_run
from arena.run.spec import RunSpec
from arena.run.status import RunStatus, get_run, list_runs
from arena.run.workers import WorkerStatus, list_workers

__all__ = [
    "Estimate",
    "RunSpec",
    "RunStatus",
    "WorkerStatus",
    "control_run",
    "estimate_run",
    "get_run",
    "list_runs",
    "list_workers",
    "resume_run",
    "retry_run",
    "start_run",
]
