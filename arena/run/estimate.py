"""What a run would do, cost and take, before anything is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from arena.providers import say_missing_key
from arena.run.plan import Draft, draft_run
from arena.run.spec import RunSpec
from arena.run.subjects import load_lists, load_subjects
from arena.store import in_words
from arena.written import MINUS, TIMES
from db import Database, judges
from db.judges import JudgeAverages
from db.runs import PlannedJudgment
from judge import CallRequest, PastCalls
from judge.prices import estimate as estimate_calls
from judge.render import request_for

SAMPLE = 24
ASSUMED_LATENCY_S = 4.0
SAMPLE_KEY = b"estimate-only---"


@dataclass(frozen=True)
class Estimate:
    """The arithmetic of a run. `cost_usd` is None for a model without a known price, never 0.

    Input tokens are counted on a sample of the run's own calls; output tokens are those of this judge's past
    calls where it has any (`is_from_past`), else a guess. `missing_key` says what asking the judge from here
    lacks, empty: nothing. `most_usd` is the cost if every answer needs its
    repair turn and uses all of `max_tokens`; None where that is not known.
    """

    n_prompts: int
    n_items: int
    n_orders: int
    n_repeats: int
    n_already: int
    n_judgments: int
    n_calls: int
    n_tokens_in: int
    n_tokens_out: int
    cost_usd: float | None
    most_usd: float | None
    minutes: float | None
    is_from_past: bool
    warnings: tuple[str, ...]
    missing_key: str
    sentence: str


def estimate_run(database: Database, spec: RunSpec) -> Estimate:
    """Work out what `start_run` would plan; changes nothing and calls nobody."""
    return estimate_draft(database, draft_run(database, spec))


def estimate_draft(database: Database, draft: Draft) -> Estimate:
    spec, planned = draft.spec, draft.planned
    n_judgments = 0 if draft.judge.is_builtin else len(planned)
    if n_judgments and spec.mode == "listwise":
        n_judgments = int(draft.list_index.max()) + 1
    past = _past(database, draft) if n_judgments and spec.mode != "listwise" else None
    sample = _sample(database, draft) if n_judgments else []
    calls = estimate_calls(draft.judge, n_judgments, sample, past=_past_calls(past))
    cost = calls.cost_usd
    if cost is None and past is not None and past.cost_usd is not None:
        cost = past.cost_usd * n_judgments
    latency = (past.latency_s if past else None) or ASSUMED_LATENCY_S
    estimate = Estimate(
        n_prompts=draft.n_prompts,
        n_items=planned.n_items,
        n_orders=1 if spec.mode == "pointwise" else 2,
        n_repeats=spec.repeats,
        n_already=planned.n_already,
        n_judgments=len(planned),
        n_calls=calls.n_calls,
        n_tokens_in=calls.n_tokens_in,
        n_tokens_out=calls.n_tokens_out,
        cost_usd=cost if n_judgments else 0.0,
        most_usd=calls.most_usd,
        minutes=calls.n_calls * latency / spec.max_concurrency / 60,
        is_from_past=past is not None,
        warnings=_warnings(draft, cost, calls.n_calls),
        missing_key=say_missing_key(draft.judge.model, spec.api_base) if n_judgments else "",
        sentence="",
    )
    return replace(estimate, sentence=_sentence(estimate, spec))


def _past(database: Database, draft: Draft) -> JudgeAverages | None:
    if draft.judge_id is None:
        return None
    with in_words(), database.read() as session:
        averages = judges.load_judge_averages(session, draft.judge_id)
    return averages if averages.n_judgments and averages.n_tokens_in and averages.n_tokens_out else None


def _past_calls(past: JudgeAverages | None) -> PastCalls | None:
    """Return means a call; what is stored of a judgment is the sum of its first call and its repair."""
    if past is None or past.n_tokens_in is None or past.n_tokens_out is None:
        return None
    calls_each = 1 + past.n_repairs / past.n_judgments
    return PastCalls(
        past.n_judgments, past.n_tokens_in / calls_each, past.n_tokens_out / calls_each, calls_each
    )


def _sample(database: Database, draft: Draft) -> Sequence[CallRequest]:
    """Render some of the plan's calls, spread evenly over it."""
    planned = draft.planned
    rows = np.linspace(0, len(planned) - 1, min(SAMPLE, len(planned))).astype(int)
    is_listwise = draft.spec.mode == "listwise"
    if is_listwise:
        rows = np.flatnonzero(np.isin(draft.list_index, draft.list_index[rows]))
    chunk = [
        PlannedJudgment(
            0,
            int(planned.prompt_id[row]),
            int(planned.first[row]),
            int(planned.second[row]) or None,
            ("ba" if planned.is_reversed[row] else "ab") if planned.second[row] else None,
            int(planned.repetition[row]),
        )
        for row in rows
    ]
    judge = replace(draft.judge, reference="if_any" if draft.judge.reference != "never" else "never")
    return [
        request_for(judge, subject.texts, subject.shown_order, 0, SAMPLE_KEY)
        for subject in (load_lists(database, chunk) if is_listwise else load_subjects(database, chunk))
    ]


def _warnings(draft: Draft, cost: float | None, n_calls: int) -> tuple[str, ...]:
    spec = draft.spec
    said = []
    if n_calls and cost is None:
        said.append(f"No price is known for {draft.judge.model}: the cost of this run is unknown.")
        if spec.max_cost_usd is not None and spec.max_calls is None:
            said.append("A cap in USD cannot hold for it; cap the number of calls instead.")
    if not len(draft.planned):
        said.append("Everything in this plan has been judged already.")
    return tuple(said)


def _sentence(estimate: Estimate, spec: RunSpec) -> str:
    what = {"pairwise": "pairs", "pointwise": "responses", "listwise": "pairs in lists"}[spec.mode]
    factors = [f"{estimate.n_items:,} {what} over {estimate.n_prompts:,} prompts"]
    if estimate.n_orders == 2:
        factors.append("2 orders")
    if estimate.n_repeats > 1:
        factors.append(f"{estimate.n_repeats} repeats")
    already = f" {MINUS} {estimate.n_already:,} already judged" if estimate.n_already else ""
    product = f" {TIMES} ".join(factors) + already
    if not estimate.n_calls:
        return f"{product} = {estimate.n_judgments:,} judgments without a model, free"
    money = "cost unknown" if estimate.cost_usd is None else f"about ${estimate.cost_usd:.2f}"
    if estimate.most_usd is not None:
        money += f", ${estimate.most_usd:.2f} at most"
    minutes = estimate.minutes or 0.0
    time = "under a minute" if minutes < 1 else f"about {minutes:,.0f} min"
    return f"{product} = {estimate.n_calls:,} calls; {money}; {time}"
