"""Steering a generation from anywhere: the wish is stored, and whoever works on it obeys within a second."""

from __future__ import annotations

from typing import Literal

from arena.errors import UsageError
from arena.store import in_words
from db import Database, generation

ENDED = ("cancelled", "done")


def control_generation(database: Database, generation_id: int, wanted: Literal["pause", "cancel"]) -> None:
    """Ask a generation to pause or cancel; what is answered is kept.

    Raises
    ------
    UsageError
        If it has ended already.
    """
    with in_words(), database.write() as session:
        stored = generation.get_generation(session, generation_id)
        if stored.state in ENDED:
            raise UsageError(f"Generation {generation_id} has ended ({stored.state}).")
        generation.set_generation(session, generation_id, wanted=wanted)
        if stored.state != "running":
            state = {"pause": "paused", "cancel": "cancelled"}[wanted]
            generation.set_generation(session, generation_id, state=state)


def resume_generation(
    database: Database,
    generation_id: int,
    *,
    max_cost_usd: float | None = None,
    max_calls: int | None = None,
) -> None:
    """Let it go on with what is missing, and with what failed for want of network or money.

    `max_cost_usd` and `max_calls` replace its caps where they are given.
    """
    with in_words(), database.write() as session:
        stored = generation.get_generation(session, generation_id)
        plan = dict(stored.plan)
        if max_cost_usd is not None:
            plan["max_cost_usd"] = max_cost_usd
        if max_calls is not None:
            plan["max_calls"] = max_calls
        is_running = stored.state == "running" and stored.wanted == "run"
        state = "running" if is_running else "waiting"
        generation.set_generation(
            session, generation_id, wanted="run", state=state, plan=plan, finished_at=None
        )
