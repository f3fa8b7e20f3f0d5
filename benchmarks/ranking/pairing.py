"""Does choosing the next pairs pay, and does the stopping rule keep its word under repeated looks?

    PYTHONPATH=. python benchmarks/ranking/pairing.py

Recovery: the same budget spent on planned pairs and on pairs drawn evenly; the same strengths for both.
Looks: contestants of equal strength, looked at again and again; every declared order is false.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking import Matches, Ratings, decided_neighbours, fit_bradley_terry, plan_next_pairs
from ranking.ranks import is_above

FloatArray = NDArray[np.float64]

RESULTS = Path(__file__).parent / "results" / "pairing.json"
N_CONTESTANTS = 12
FIRST, BATCH, BUDGETS = 132, 60, (432, 792, 1512)
SPREADS = (0.7, 1.5)  # standard deviation of the strengths, nats
LOOKS = range(20, 401, 20)


def sigmoid(x: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-x)))


class Play:
    """Matches so far between contestants of known strength."""

    def __init__(self, theta: FloatArray, rng: np.random.Generator) -> None:
        self.theta, self.rng = theta, rng
        self.names = [f"c{k:02d}" for k in range(len(theta))]
        self.a, self.b, self.outcome = np.zeros(0, int), np.zeros(0, int), np.zeros(0)

    def add(self, a: NDArray[np.intp], b: NDArray[np.intp]) -> None:
        won = self.rng.random(len(a)) < sigmoid(self.theta[a] - self.theta[b])
        self.a, self.b = np.append(self.a, a), np.append(self.b, b)
        self.outcome = np.append(self.outcome, won)

    def matches(self) -> Matches:
        return Matches(self.a, self.b, self.outcome, self.names)

    def fit(self) -> Ratings:
        return fit_bradley_terry(self.matches(), prior_precision=0.05)


def even_pairs(n: int, size: int, rng: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Every pair as often as any other, the rest at random."""
    i, j = np.triu_indices(n, 1)
    whole = np.tile(np.arange(len(i)), size // len(i))
    which = np.concatenate([whole, rng.permutation(len(i))[: size % len(i)]])
    return i[which], j[which]


def planned_pairs(play: Play, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """As planned; what the plan leaves, where nothing is undecided, evenly."""
    plan = plan_next_pairs(play.matches(), play.fit(), n_matches=size, batch=5)
    a = [play.names.index(pair.a) for pair in plan.next_pairs for _ in range(pair.n_matches)]
    b = [play.names.index(pair.b) for pair in plan.next_pairs for _ in range(pair.n_matches)]
    rest = even_pairs(len(play.names), max(0, size - len(a)), play.rng)
    return np.append(a, rest[0]).astype(int)[:size], np.append(b, rest[1]).astype(int)[:size]


def recovery(ratings: Ratings, theta: FloatArray) -> dict[str, float]:
    """Shares of pairs and of true neighbours in the right order, told apart so; and of the best found."""
    order = np.argsort(-theta)
    estimate = ratings.theta[order]
    i, j = np.triu_indices(len(order), 1)
    told = is_above(estimate, ratings.covariance[np.ix_(order, order)], ratings.critical_value)
    return {
        "pairs_in_order": float((estimate[i] > estimate[j]).mean()),
        "neighbours_in_order": float((estimate[:-1] > estimate[1:]).mean()),
        "pairs_told_apart": float(told[i, j].mean()),
        "neighbours_told_apart": float(np.diagonal(told, 1).mean()),
        "best_found": float(estimate.argmax() == 0),
    }


def compare_pairing(n_replications: int, spread: float) -> list[dict[str, object]]:
    """Mean over replications of both ways, and of their difference at the same strengths."""
    seen: dict[tuple[int, str], list[dict[str, float]]] = {}
    for replication in range(n_replications):
        theta = np.random.default_rng([1, replication]).normal(0, spread, N_CONTESTANTS)
        for how in ("even", "planned"):
            play = Play(theta, np.random.default_rng([2, replication]))
            play.add(*even_pairs(N_CONTESTANTS, FIRST, play.rng))
            while len(play.a) < BUDGETS[-1]:
                chosen = planned_pairs(play, BATCH) if how == "planned" else None
                play.add(*(chosen or even_pairs(N_CONTESTANTS, BATCH, play.rng)))
                if len(play.a) in BUDGETS:
                    seen.setdefault((len(play.a), how), []).append(recovery(play.fit(), theta))
    for budget in BUDGETS:
        both = zip(seen[budget, "planned"], seen[budget, "even"], strict=True)
        seen[budget, "planned less even"] = [{key: a[key] - b[key] for key in a} for a, b in both]
    rows: list[dict[str, object]] = []
    for (budget, how), results in sorted(seen.items()):
        row: dict[str, object] = {"spread_nats": spread, "pairing": how, "matches": budget}
        row["replications"] = len(results)
        for key in results[0]:
            values = np.array([result[key] for result in results])
            row[key] = round(float(values.mean()), 4)
            row[f"{key}_mc_error"] = round(float(values.std() / np.sqrt(len(values))), 4)
        rows.append(row)
    return rows


def compare_looks(n_replications: int, n_contestants: int = 4) -> list[dict[str, object]]:
    """Share of runs that ever declare a false order, by rule."""
    wrong = {"interval at every look": 0, "always valid": 0}
    i, j = np.triu_indices(n_contestants, 1)
    for replication in range(n_replications):
        rng = np.random.default_rng([3, replication])
        n_prompts = LOOKS[-1]
        prompt = np.repeat(np.arange(n_prompts), len(i))
        a, b = np.tile(i, n_prompts), np.tile(j, n_prompts)
        effect = rng.normal(size=(n_prompts, n_contestants))
        won = (rng.random(len(a)) < sigmoid(effect[prompt, a] - effect[prompt, b])).astype(float)
        names = [f"c{k}" for k in range(n_contestants)]
        declared = dict.fromkeys(wrong, False)
        for look in LOOKS:
            upto = look * len(i)
            ratings = fit_bradley_terry(
                Matches(a[:upto], b[:upto], won[:upto], names, prompt_id=prompt[:upto])
            )
            above = is_above(ratings.theta, ratings.covariance, ratings.critical_value)
            declared["interval at every look"] |= bool(above.any())
            declared["always valid"] |= any(decided_neighbours(ratings, planned_prompts=200))
        for rule, was in declared.items():
            wrong[rule] += was
    return [
        {
            "rule": rule,
            "looks": len(LOOKS),
            "contestants": n_contestants,
            "ever_wrong": round(count / n_replications, 4),
            "mc_error": round(float(np.sqrt(count * (n_replications - count) / n_replications**3)), 4),
            "replications": n_replications,
        }
        for rule, count in wrong.items()
    ]


def earlier_looks() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(RESULTS.read_text())["repeated_looks"]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=400)
    parser.add_argument("--look-replications", type=int, default=2000, help="0 keeps those that are there")
    options = parser.parse_args()
    looks = compare_looks(options.look_replications) if options.look_replications else earlier_looks()
    report = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "contestants": N_CONTESTANTS,
        "recovery": [row for spread in SPREADS for row in compare_pairing(options.replications, spread)],
        "repeated_looks": looks,
    }
    RESULTS.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
