"""Leaving a run: its last matches, its counters, and the state it stays in."""

from __future__ import annotations

from typing import Final

from db import Database, Session, handing_out, matches, runs, utc_now
from judge import MissingKeyError, ProviderCallError

OVER_BUDGET = "over_budget"
UNEXPECTED = "Something unexpected broke; the runner's log says what. Resume to go on."
FAILED_AT_ONCE: Final = 20_000
"""Judgments that a reached cap leaves out in one transaction: others write between two, memory stays flat."""


def explain(error: ProviderCallError) -> str:
    """Say why nothing more is asked, as runs and the lab say it."""
    if isinstance(error, MissingKeyError):
        return str(error)
    answers = "refuses every call" if error.status_code is not None else "cannot be reached"
    return f"The provider {answers}: {error}"


def leave_run(database: Database, run_id: int, state: str, why: str | None) -> str:
    """Store how a run that was being worked off ended; return the state it is in now.

    A run that has been left already stays as it is. One that was given more to do at the last moment is not
    done but waits.
    """
    if _is_capped(state, why):
        while _fail_some(database, run_id, str(why)):
            pass
    with database.write() as session:
        now = runs.get_run(session, run_id).state
        if now not in ("running", "planning"):
            return now
        if state == "done" and handing_out.has_planned(session, run_id):
            state = "waiting"
        _leave(session, run_id, state, why)
    return state


def _is_capped(state: str, why: str | None) -> bool:
    return state == "stopped" and why is not None and why.startswith("The cap of")


def _fail_some(database: Database, run_id: int, why: str) -> int:
    """Leave out some of what is planned; killed in between, the run goes on and meets its cap again."""
    with database.write() as session:
        if runs.get_run(session, run_id).state not in ("running", "planning"):
            return 0
        return runs.fail_planned(session, run_id, OVER_BUDGET, why, FAILED_AT_ONCE)


def _leave(session: Session, run_id: int, state: str, why: str | None) -> None:
    matches.build_matches(session, matches.find_unmatched(session, run_id))
    finished_at = None if state in ("waiting", "paused") else utc_now()
    runs.set_run(session, run_id, state=state, stop_reason=why, finished_at=finished_at, ending=None)
    runs.recount(session, run_id)
