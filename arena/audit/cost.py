"""What a judge's verdicts cost in money and waiting."""

from __future__ import annotations

import numpy as np

from arena.audit.definitions import make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs
from arena.audit.records import Figure
from db.judges import StoredJudge
from ranking.shares import Clustered, clustered_ratio


def cost_figures(evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> list[Figure]:
    if judge.kind == "builtin":
        note = "a built-in judge makes no call"
        return [missing_figure("cost.usd", note), missing_figure("cost.latency", note)]
    per_hundred = 100.0 * float(pairs.matches.n_orders.mean()) if len(pairs) else 200.0
    costs = evidence.costs.get(judge.id, ())
    prompt = np.concatenate([cost.prompt_id for cost in costs] or [np.zeros(0, dtype=np.int64)])
    n_all = sum(int(cost.n_judgments.sum()) for cost in costs)
    usd, n_priced, seconds, n_timed = (
        np.concatenate([getattr(cost, name) for cost in costs] or [np.zeros(0)]).astype(np.float64)
        for name in ("cost_usd", "n_priced", "latency_s", "n_timed")
    )
    return [
        _figure(
            "cost.usd", per_hundred * usd, n_priced, prompt, n_all, "no price is known: unknown, not free"
        ),
        _figure("cost.latency", per_hundred * seconds, n_timed, prompt, n_all, "no time is known"),
    ]


def _figure(
    name: str,
    total: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    n_known: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    prompt: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    n_all: int,
    unknown: str,
) -> Figure:
    known = n_known > 0
    n = int(n_known.sum())
    if not n:
        return missing_figure(name, unknown)
    got = clustered_ratio(total[known], n_known[known], prompt[known], null=None)
    low = max(0.0, got.low) if np.isfinite(got.low) else got.low
    counted = Clustered(**{**vars(got), "n_items": n, "low": low})
    note = f"known for {n:,} of {n_all:,} judgments" if n < n_all else ""
    return make_figure(name, counted, note=note)
