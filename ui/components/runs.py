"""How a run stands: a bar, what was counted, what went wrong, and the buttons that steer it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from arena.run import RunStatus, get_run
from arena.store import Database
from arena.workers import list_workers
from ui.components.run_steering import ACTIVE, count_judged, show_buttons, show_failures
from ui.components.words import facts, lead, note
from ui.figures import NONE, count, moment, plural, time_left, usd
from ui.navigation import JUDGES, LEADERBOARD, MATCHES, RUNS, Query, href, page_link, same_page_link
from ui.render import visible

REFRESH = "1s"


def show_run(database: Database, run_id: int) -> None:
    """Show one run, renewed every second while it is active."""
    status = get_run(database, run_id)
    if status.state in ACTIVE:
        st.fragment(_show_live, run_every=REFRESH)(database, run_id)
    else:
        _show_card(database, status)


def show_run_table(runs: Sequence[RunStatus]) -> None:
    """Show all runs, newest first; each opens its own page."""
    head = Markup(
        '<tr><th>Run</th><th>Judge</th><th>State</th><th class="eh-num">Judged</th>'
        '<th class="eh-num">Unscored</th><th class="eh-num">Cost</th><th class="eh-wide">Started</th></tr>'
    )
    row = Markup(
        '<tr><td><a href="{}">Run {}</a></td><th scope="row">{}<span class="eh-sub">{}</span></th><td>{}</td>'
        '<td class="eh-num">{} of {}</td><td class="eh-num">{}</td><td class="eh-num">{}</td>'
        '<td class="eh-wide">{}</td></tr>'
    )
    body = Markup("").join(
        row.format(
            href(RUNS, {"dataset": run.dataset, "run": run.id}),
            run.id,
            visible(run.judge),
            run.mode,
            run.state,
            count(count_judged(run)),
            count(run.n_planned),
            count(run.n_unscored),
            _cost(run),
            moment(run.started_at),
        )
        for run in runs
    )
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table"><thead>{}</thead><tbody>{}</tbody></table></div>'
    )
    st.html(table.format(head, body))


def _show_live(database: Database, run_id: int) -> None:
    status = get_run(database, run_id)
    if status.state not in ACTIVE:
        st.rerun()
    _show_card(database, status)


def _show_card(database: Database, status: RunStatus) -> None:
    lead(status.sentence)
    facts({"dataset": status.dataset, "judge": status.judge, "mode": status.mode})
    n_judged = count_judged(status)
    part = n_judged / status.n_planned if status.n_planned else 1.0
    done = f"{count(n_judged)} of {count(status.n_planned)} judgments"
    st.progress(min(part, 1.0), text=done)
    _show_caps(status)
    facts(
        {
            "scored": count(status.n_scored),
            "unscored": count(status.n_unscored),
            "calls": count(status.n_calls),
            "from the call store": count(status.n_cached),
            "retries": count(status.n_retries),
            "rate": NONE if status.rate_per_s is None else f"{status.rate_per_s:,.1f}/s",
            "spent": _cost(status),
            "": time_left(status.seconds_left) if status.state == "running" else status.state,
        }
    )
    if status.state in ACTIVE and len(workers := list_workers(database)) > 1:
        n_calls = sum(worker.n_in_flight for worker in workers)
        note(f"{len(workers)} workers run beside each other, {plural(n_calls, 'call')} under way.")
    if status.waits_for is not None:
        ahead: Query = {"dataset": status.dataset, "run": status.waits_for}
        same_page_link(RUNS, f"One run is worked off after the other: see run {status.waits_for}", ahead)
    if status.state in ACTIVE and not status.runner_alive:
        note("No runner is at work. One starts with the app; by hand: python -m arena worker")
    show_buttons(database, status)
    show_failures(database, status)
    if status.state == "done":
        note("What it decided ranks on the leaderboard now; the judge's card says how far to trust it.")
    with st.container(horizontal=True):
        where = {"dataset": status.dataset}
        page_link(
            LEADERBOARD, "Ranked by this judge", {**where, "judges": status.judge}, icon=LEADERBOARD.icon
        )
        page_link(MATCHES, "Its matches", {**where, "judge": status.judge}, icon=MATCHES.icon)
        page_link(JUDGES, "The judge's card", {**where, "judge": status.judge}, icon=JUDGES.icon)


def _show_caps(status: RunStatus) -> None:
    """Draw what was spent against each cap."""
    if status.max_cost_usd:
        spent = status.cost_usd or 0.0
        known = usd(status.cost_usd) if status.n_calls else "nothing"
        words = f"{known} of {usd(status.max_cost_usd)} spent"
        st.progress(min(spent / status.max_cost_usd, 1.0), text=words)
    if status.max_calls:
        words = f"{count(status.n_calls)} of {count(status.max_calls)} calls made"
        st.progress(min(status.n_calls / status.max_calls, 1.0), text=words)


def _cost(status: RunStatus) -> str:
    spent = "nothing" if not status.n_calls else usd(status.cost_usd)
    return spent if status.max_cost_usd is None else f"{spent} of {usd(status.max_cost_usd)}"
