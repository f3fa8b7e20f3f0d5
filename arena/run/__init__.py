"""Runs of a judge: planned once into judgments, worked off outside of any page, resumed after anything."""

from arena.run.control import control_run, resume_run, retry_run
from arena.run.estimate import Estimate, estimate_run
from arena.run.plan import start_run
from arena.run.spec import RunSpec
from arena.run.status import RunStatus, get_run, list_runs

__all__ = [
    "Estimate",
    "RunSpec",
    "RunStatus",
    "control_run",
    "estimate_run",
    "get_run",
    "list_runs",
    "resume_run",
    "retry_run",
    "start_run",
]
