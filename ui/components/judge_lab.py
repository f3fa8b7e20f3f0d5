"""The bias lab on the judges page: what was found, what an experiment would cost, and starting one."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from arena.errors import ArenaError
from arena.judges import JudgeSummary
from arena.lab import (
    LabFigure,
    LabReport,
    LabSpec,
    estimate_lab,
    get_lab_report,
    is_lab_busy,
    list_lab_status,
    pause_lab,
    resume_lab,
    start_lab,
    start_lab_process,
)
from arena.written import points_of_percent, signed
from ui.components.judge_figures import interval, show_table
from ui.components.keys import show_missing_key
from ui.components.scale import Scale
from ui.components.words import lead, note
from ui.figures import NONE, count, percent
from ui.render import label
from ui.state import database, database_url

_CHANGE = Scale(-1.0, 1.0)
_HEAD = (
    "Change",
    "kind",
    "moves towards it",
    "by itself",
    "effect",
    "95 % interval",
    "wins after",
    "n",
    "unscored",
)


def show_lab(judge: JudgeSummary, dataset: str) -> None:
    """Show results, running experiments, and the form for a new one."""
    reports = get_lab_report(database(), f"{judge.name}@{judge.version}", dataset)
    if reports:
        _show_report(reports[0])
    else:
        note(
            "Nothing yet. The lab changes one response of a pair without making it better (padding, invented"
            " authority, Markdown, instructions to the judge, ...) and counts how often the verdict follows,"
            " beyond what it moves when the unchanged pair is judged again."
        )
    _show_runs(dataset, judge.label)
    if judge.kind in ("model", "builtin"):
        _show_form(judge, dataset)
    else:
        note("This judge's verdicts came from elsewhere; it cannot be asked anew.")


def _show_report(report: LabReport) -> None:
    lead(report.sentence)
    rows = [_row(figure) for figure in report.figures]
    show_table(_HEAD, rows, empty="")
    note(
        "Effect: the share of questions whose verdict moved towards the changed response, less the share that"
        " moved there when nothing was changed. Wins after: of what it had not won before. Stars hold with"
        " Holm's correction."
    )


def _row(figure: LabFigure) -> dict[str, str | Markup]:
    drawn: str | Markup = figure.note or NONE
    if figure.effect is not None:
        words = f"{signed(100 * figure.effect)} percentage points"
        drawn = interval(figure.effect, figure.low, figure.high, _CHANGE, words=words)
    star = " *" if figure.is_found else ""
    effect = NONE if figure.effect is None else f"{points_of_percent(figure.effect)}{star}"
    name = Markup('<span class="eh-help" title="{}. {}">{}</span>').format(
        figure.about, figure.source, figure.change.partition("@")[0]
    )
    cells = (
        name, figure.kind, percent(figure.towards), percent(figure.floor), effect, drawn,
        percent(figure.success), count(figure.n), count(figure.n_unscored),
    )  # fmt: skip
    return dict(zip(_HEAD, cells, strict=True))


def _show_runs(dataset: str, judge_label: str) -> None:
    is_busy = is_lab_busy(database())
    for status in list_lab_status(database(), dataset):
        if status.judge != judge_label or status.state == "done":
            continue
        is_under_way = status.state in ("waiting", "running") and is_busy
        with st.container(horizontal=True, vertical_alignment="center"):
            left_alone = status.state in ("waiting", "running") and not is_busy
            note(f"{status.sentence} No process works on it now." if left_alone else status.sentence)
            if is_under_way:
                if st.button("Pause", key=f"lab_pause_{status.id}"):
                    pause_lab(database(), status.id)
                    st.rerun()
            elif st.button("Go on", key=f"lab_resume_{status.id}"):
                resume_lab(database(), status.id)
                start_lab_process(database_url(), status.id)
                st.rerun()


def _show_form(judge: JudgeSummary, dataset: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        n_pairs = st.number_input("Pairs", 5, 500, 30, key="lab_pairs", width=110)
        cap_usd = st.number_input("Cap, USD", 0.0, None, 1.0, key="lab_usd", width=110)
        cap_calls = st.number_input("Cap, calls", 0, None, 2_000, key="lab_calls", width=120)
        address = st.text_input("Address of an own server (optional)", key="lab_api_base", width=260)
        spec = LabSpec(
            dataset=dataset,
            judge=f"{judge.name}@{judge.version}",
            n_pairs=int(n_pairs),
            max_cost_usd=float(cap_usd),
            max_calls=int(cap_calls),
            api_base=address or None,
        )
        try:
            estimate = estimate_lab(database(), spec)
        except ArenaError as error:
            st.error(label(error))
            return
        is_asked = st.button(
            "Start the lab", icon=":material/science:", type="primary", key="lab_start",
            disabled=bool(estimate.missing_key),
        )  # fmt: skip
    note(estimate.sentence)
    show_missing_key(estimate.missing_key)
    if is_asked:
        start_lab_process(database_url(), start_lab(database(), spec))
        st.rerun()
