"""What a run would do, cost and take, before anything is spent."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arena.run.plan import Draft, draft_run
from arena.run.spec import RunSpec
from arena.run.subjects import load_subjects
from arena.store import in_words
from db import Database, judges
from db.judges import JudgeAverages
from db.runs import PlannedJudgment
from judge.price_map import find_model
from judge.render import request_for

SAMPLE = 24
CHARS_PER_TOKEN = 4.0
ASSUMED_TOKENS_OUT = 300.0
ASSUMED_LATENCY_S = 4.0
SAMPLE_KEY = b"estimate-only---"


@dataclass(frozen=True)
class Estimate:
    """The arithmetic of a run. `cost_usd` is None for a model without a known price, never 0.

    Tokens, money and time rest on this judge's own past averages where it has any, else on a sample of
    rendered calls at four characters a token and an assumed length of answer: `is_from_past` says which.
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
    minutes: float | None
    is_from_past: bool
    warnings: tuple[str, ...]
    sentence: str


def estimate_run(database: Database, spec: RunSpec) -> Estimate:
    """Work out what `start_run` would plan; changes nothing and calls nobody."""
    return estimate_draft(database, draft_run(database, spec))


def estimate_draft(database: Database, draft: Draft) -> Estimate:
    spec, planned = draft.spec, draft.planned
    n_calls = 0 if draft.judge.is_builtin else len(planned)
    past = _past(database, draft) if n_calls else None
    tokens_in, tokens_out = _tokens(database, draft, past) if n_calls else (0.0, 0.0)
    cost = _cost_a_call(draft, past, tokens_in, tokens_out) if n_calls else 0.0
    latency = (past.latency_s if past else None) or ASSUMED_LATENCY_S
    estimate = Estimate(
        n_prompts=draft.n_prompts,
        n_items=planned.n_items,
        n_orders=2 if spec.mode == "pairwise" else 1,
        n_repeats=spec.repeats,
        n_already=planned.n_already,
        n_judgments=len(planned),
        n_calls=n_calls,
        n_tokens_in=round(tokens_in * n_calls),
        n_tokens_out=round(tokens_out * n_calls),
        cost_usd=None if cost is None else cost * n_calls,
        minutes=n_calls * latency / spec.max_concurrency / 60 if n_calls else 0.0,
        is_from_past=past is not None,
        warnings=_warnings(draft, cost, n_calls),
        sentence="",
    )
    return replace(estimate, sentence=_sentence(estimate, spec))


def _past(database: Database, draft: Draft) -> JudgeAverages | None:
    if draft.judge_id is None:
        return None
    with in_words(), database.read() as session:
        averages = judges.load_judge_averages(session, draft.judge_id)
    return averages if averages.n_judgments and averages.n_tokens_in and averages.n_tokens_out else None


def _tokens(database: Database, draft: Draft, past: JudgeAverages | None) -> tuple[float, float]:
    if past is not None and past.n_tokens_in is not None and past.n_tokens_out is not None:
        return past.n_tokens_in, past.n_tokens_out
    planned = draft.planned
    rows = np.linspace(0, len(planned) - 1, min(SAMPLE, len(planned))).astype(int)
    chunk = [
        PlannedJudgment(
            0,
            int(planned.prompt_id[row]),
            int(planned.first[row]),
            int(planned.second[row]) or None,
            ("ba" if planned.is_reversed[row] else "ab") if planned.second[row] else None,
            0,
        )
        for row in rows
    ]
    judge = replace(draft.judge, reference="if_any" if draft.judge.reference != "never" else "never")
    lengths = [
        sum(
            len(message.content)
            for message in request_for(judge, subject.texts, subject.shown_order, 0, SAMPLE_KEY).messages
        )
        for subject in load_subjects(database, chunk)
    ]
    return float(np.mean(lengths)) / CHARS_PER_TOKEN, ASSUMED_TOKENS_OUT


def _cost_a_call(
    draft: Draft, past: JudgeAverages | None, tokens_in: float, tokens_out: float
) -> float | None:
    if past is not None and past.cost_usd is not None:
        return past.cost_usd
    prices = find_model(draft.judge.model) or {}
    price_in, price_out = prices.get("input_cost_per_token"), prices.get("output_cost_per_token")
    if price_in is None or price_out is None:
        return None
    return float(tokens_in * price_in + tokens_out * price_out)


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
    what = "pairs" if spec.mode == "pairwise" else "responses"
    factors = [f"{estimate.n_items:,} {what} over {estimate.n_prompts:,} prompts"]
    if estimate.n_orders == 2:
        factors.append("2 orders")
    if estimate.n_repeats > 1:
        factors.append(f"{estimate.n_repeats} repeats")
    already = f" - {estimate.n_already:,} already judged" if estimate.n_already else ""
    if not estimate.n_calls:
        return f"{' x '.join(factors)}{already} = {estimate.n_judgments:,} judgments without a model, free"
    money = "cost unknown" if estimate.cost_usd is None else f"about ${estimate.cost_usd:.2f}"
    minutes = estimate.minutes or 0.0
    time = "under a minute" if minutes < 1 else f"about {minutes:,.0f} min"
    return f"{' x '.join(factors)}{already} = {estimate.n_calls:,} calls; {money}; {time}"
