"""What a new run shall do: judge, mode, rubric, pairs, repeats and caps, as one `RunSpec`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, get_args

import streamlit as st

from arena.datasets import DatasetSummary, list_contestant_names
from arena.judges import list_saved_judges
from arena.rubrics import list_rubric_versions
from arena.run import RunSpec
from arena.run.judge_choice import DEFAULT_RUBRIC
from arena.run.spec import Mode, ResponseFormat
from arena.store import Database

BUILTINS: Final = ("builtin/longest", "builtin/first", "builtin/random", "builtin/reference")
PAIRINGS: Final = ("all pairs", "against a baseline", "a number of matches", "a share of prompts")

_JUDGE_HELP = (
    "A built-in judge needs no key and makes no calls: an honest baseline. For a model, type provider/model,"
    " as openai/gpt-4o-mini, ollama/llama3 or hosted_vllm/NAME. A saved judge runs exactly as it was saved."
)
_PAIRS_HELP = (
    "Every contestant against every other, all against one, or a part drawn at random. A share of prompts is"
    " a spot check: all pairs on a few prompts, which is what intervals by prompt need."
)
_CAP_HELP = "The run ends visibly at the cap; what is judged stays, and it can go on with a higher one."


def ask_run(database: Database, dataset: DatasetSummary) -> RunSpec | None:
    """Show the inputs; return the run they describe, None while no judge is chosen.

    The address may name the judge: `?judge=provider/model&api_base=...`, as other pages link here.
    """
    for key, name in (("run_judge", "judge"), ("run_api_base", "api_base")):
        if key not in st.session_state and name in st.query_params:
            st.session_state[key] = st.query_params[name]
    judge_column, mode_column, rubric_column = st.columns([5, 4, 3], vertical_alignment="bottom")
    saved = list_saved_judges(database)
    judge = judge_column.selectbox(
        "Judge",
        [*BUILTINS, *saved],
        key="run_judge",
        accept_new_options=True,
        help=_JUDGE_HELP,
        placeholder="Choose, or type provider/model",
    )
    mode: Mode = mode_column.segmented_control(
        "Mode", get_args(Mode), default="pairwise", required=True, key="run_mode"
    )
    if judge is None:
        return None
    is_new_model = judge not in saved and judge not in BUILTINS
    rubric = None
    if is_new_model:
        labels = [one.label for one in list_rubric_versions(database)]
        rubric = rubric_column.selectbox(
            "Rubric",
            labels,
            index=labels.index(DEFAULT_RUBRIC) if DEFAULT_RUBRIC in labels else 0,
            key="run_rubric",
            help="What the judge is asked to look at.",
        )
    api_base = _ask_api_base() if judge not in BUILTINS else None
    pairs = _ask_pairs(database, dataset) if mode == "pairwise" else "all"
    spec = RunSpec(
        dataset=dataset.name, judge=judge, mode=mode, rubric=rubric, pairs=pairs, api_base=api_base
    )
    if judge not in BUILTINS:
        spec = _ask_caps(spec)
    with st.expander("Contestants and repeats", icon=":material/tune:"):
        spec = _ask_more(database, spec)
        return _ask_form(spec) if is_new_model else spec


def _ask_caps(spec: RunSpec) -> RunSpec:
    """Ask how far a run may go that costs money."""
    with st.container(horizontal=True):
        cost = st.number_input(
            "Cap, USD", 0.0, None, None, key="run_cost", placeholder="none", width=150, help=_CAP_HELP
        )
        calls = st.number_input("Cap, calls", 0, None, None, key="run_calls", placeholder="none", width=150)
        parallel = st.number_input("Calls at once", 1, 512, 16, key="run_parallel", width=150)
    return replace(
        spec,
        max_cost_usd=cost,
        max_calls=None if calls is None else int(calls),
        max_concurrency=int(parallel),
    )


def _ask_form(spec: RunSpec) -> RunSpec:
    """Ask for what makes another version of the judge: the order of levels, and the form of its answer."""
    order = st.toggle(
        "Show the rubric's best level first", key="run_reversed", help="Compare both to see how far it leans."
    )
    form: ResponseFormat = st.segmented_control(
        "Answer as", get_args(ResponseFormat), default="auto", required=True, key="run_form",
        help="JSON by a schema, or a tag; auto goes by what the model is known to follow.",
    )  # fmt: skip
    return replace(spec, response_format=form, level_order="descending" if order else "ascending")


def _ask_more(database: Database, spec: RunSpec) -> RunSpec:
    contestants = st.multiselect(
        "Contestants",
        list_contestant_names(database, spec.dataset),
        key="run_contestants",
        placeholder="All",
    )
    repeats = st.number_input("Repeats", 1, 100, 1, key="run_repeats", width=150)
    with_reference = st.toggle("Show the judge the reference where there is one", key="run_reference")
    return replace(
        spec,
        contestants=tuple(contestants),
        repeats=int(repeats),
        with_reference=with_reference or spec.judge == "builtin/reference",
    )


def _ask_api_base() -> str | None:
    address = st.text_input(
        "API base",
        key="run_api_base",
        placeholder="The provider's own; for a local server, as http://localhost:8000/v1",
        help="Keys are read from the provider's usual environment variable and never stored.",
    )
    return address.strip() or None


def _ask_pairs(database: Database, dataset: DatasetSummary) -> str:
    kind_column, value_column = st.columns([2, 1], vertical_alignment="bottom")
    kind = kind_column.segmented_control(
        "Pairs", PAIRINGS, default=PAIRINGS[0], required=True, key="run_pairs", help=_PAIRS_HELP
    )
    if kind == "against a baseline":
        names = list_contestant_names(database, dataset.name)
        baseline = value_column.selectbox("Baseline", names, key="run_baseline")
        return f"baseline:{baseline}"
    if kind == "a number of matches":
        return str(value_column.number_input("Matches", 1, None, 100, key="run_number"))
    if kind == "a share of prompts":
        return f"{value_column.number_input('Prompts, %', 1, 100, 25, key='run_share')}%"
    return "all"
