"""Filling holes: what it will cost, the button, and how generations stand."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from arena.errors import ArenaError, UsageError
from arena.generate import (
    GenerationSpec,
    GenerationStatus,
    control_generation,
    estimate_generation,
    get_generation,
    list_generations,
    resume_generation,
    start_generation,
)
from arena.generate.coverage import Coverage
from arena.store import Database
from ui.components.contestant_inputs import ask_contestants
from ui.components.keys import show_missing_key
from ui.components.verdicts import reason_words
from ui.components.words import facts, lead, note, notes
from ui.figures import count, plural, usd
from ui.render import label, visible

ACTIVE = ("waiting", "running")
REFRESH = "1s"


def ask_generation(database: Database, dataset: str, coverage: Coverage) -> None:
    """Show the inputs, the arithmetic and the button that starts.

    `?ask=NAME&only=PROMPT` chooses the contestant and the prompt of a hole.
    """
    stored = [column.name for column in coverage.columns if column.model is not None]
    only = _take_hole(stored)
    try:
        contestants = ask_contestants(stored, key="generate")
        samples, cost, calls, parallel = st.columns(4, vertical_alignment="bottom")
        n_samples = samples.number_input("Samples each", 1, 100, 1, key="generate_samples")
        max_cost = cost.number_input("Cap, USD", 0.0, None, None, key="generate_cost", placeholder="none")
        max_calls = calls.number_input("Cap, calls", 0, None, None, key="generate_calls", placeholder="none")
        n_parallel = parallel.number_input("Calls at once", 1, 256, 16, key="generate_parallel")
        if not contestants:
            note("Choose who shall answer; what it costs is said before anything is asked.")
            return
        spec = GenerationSpec(
            dataset,
            contestants,
            n_samples=int(n_samples),
            prompt_ids=() if only is None else (only,),
            max_cost_usd=max_cost,
            max_calls=None if max_calls is None else int(max_calls),
            max_concurrency=int(n_parallel),
        )
        estimate = estimate_generation(database, spec)
    except UsageError as error:
        st.warning(label(error), icon=":material/error:")
        return
    lead(estimate.sentence)
    notes(estimate.warnings)
    is_uncapped = estimate.cost_usd is None and max_cost is not None and max_calls is None
    is_idle = show_missing_key(estimate.missing_key) or not estimate.n_missing or is_uncapped
    if st.button("Generate", type="primary", icon=":material/play_arrow:", disabled=is_idle):
        for name in ("ask", "only"):
            st.query_params.pop(name, None)
        st.query_params["generation"] = str(start_generation(database, spec))
        st.rerun()


def _take_hole(stored: list[str]) -> int | None:
    """Choose the contestant that the address names; return the prompt, unless all are wanted after all."""
    asked, only = st.query_params.get("ask"), st.query_params.get("only", "")
    if asked in stored and "generate_stored" not in st.session_state:
        st.session_state["generate_stored"] = [asked]
    if not only.isdigit():
        return None
    return int(only) if st.toggle("Only the prompt of this hole", value=True, key="generate_only") else None


def show_generations(database: Database, dataset: str) -> None:
    """Show the newest in full, renewed every second while it is active, and the others in a line each."""
    found = list_generations(database, dataset)
    if not found:
        return
    newest = found[0]
    if newest.state in ACTIVE:
        st.fragment(_show_live, run_every=REFRESH)(database, newest.id)
    else:
        _show(database, newest)
    for other in found[1:10]:
        st.caption(label(other.sentence))


def _show_live(database: Database, generation_id: int) -> None:
    status = get_generation(database, generation_id)
    if status.state not in ACTIVE:
        st.rerun()
    _show(database, status)


def _show(database: Database, status: GenerationStatus) -> None:
    with st.container(border=True, key="generation"):
        lead(status.sentence)
        done = status.n_ready + status.n_failed
        part = min(1.0, done / status.n_planned) if status.n_planned else 1.0
        st.progress(part, text=f"{count(done)} of {count(status.n_planned)} responses")
        facts(
            {
                "calls": count(status.n_calls),
                "from the call store": count(status.n_cached),
                "retries": count(status.n_retries),
                "spent": usd(status.cost_usd) if status.n_calls else "nothing",
            }
        )
        for failure in status.failures:
            words = Markup('<p class="eh-note">{} failed: {}</p>')
            st.html(words.format(plural(failure.n, "response"), visible(reason_words(failure.reason))))
        if status.state in ACTIVE and not status.runner_alive:
            note("No runner is at work. One starts with the app; by hand: python -m arena worker")
        _buttons(database, status)


def _buttons(database: Database, status: GenerationStatus) -> None:
    with st.container(horizontal=True):
        if status.state in ACTIVE:
            for wanted, icon in (("pause", "pause"), ("cancel", "stop")):
                st.button(
                    wanted.capitalize(),
                    icon=f":material/{icon}:",
                    key=f"generation_{wanted}",
                    on_click=_control,
                    args=(database, status.id, wanted),
                    disabled=status.wanted != "run",
                )
        elif status.state != "done":
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                type="primary",
                key="generation_resume",
                on_click=resume_generation,
                args=(database, status.id),
            )


def _control(database: Database, generation_id: int, wanted: str) -> None:
    try:
        control_generation(database, generation_id, "pause" if wanted == "pause" else "cancel")
    except ArenaError as error:
        st.toast(label(error))
