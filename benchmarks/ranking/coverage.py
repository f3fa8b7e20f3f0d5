"""Do 95 % intervals cover in 95 % of repetitions? For independent, prompt-clustered and calibrated matches.

    PYTHONPATH=. python benchmarks/ranking/coverage.py [--replications 2000] [--cells independent clustered]

The truth is the estimator's own limit over infinitely many prompts: prompt effects attenuate strengths, so
it is the Bradley-Terry fit of the marginal chances (for the calibrated lens: of people's verdicts).
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking import Matches, NotConvergedError, Ratings, fit_bradley_terry, fit_calibrated
from ranking.ranks import difference_error

FloatArray = NDArray[np.float64]

RESULTS = Path(__file__).parent / "results" / "coverage.json"
PROMPTS = (10, 20, 80, 500)
CONTESTANTS = (5, 20)
PAIRS_PER_PROMPT = {5: 10, 20: 60}
PROMPT_EFFECT = 1.0  # standard deviation of a contestant's strength over prompts, nats
JUDGMENTS = 6  # on one prompt and pair, in the clustered cells
PEOPLE = 0.4  # share of the units that people decide too
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)


@dataclass(frozen=True, eq=False)
class Pairs:
    """The pairs each prompt compares: one row a unit."""

    prompt: NDArray[np.intp]
    a: NDArray[np.intp]
    b: NDArray[np.intp]


@dataclass
class Tally:
    """Per replication: share of strengths and of differences covered, and the mean width in points."""

    strengths: list[float]
    differences: list[float]
    width: list[float]
    n_without: int = 0

    def add(self, ratings: Ratings | None, truth: FloatArray) -> None:
        if ratings is None or not np.isfinite(ratings.low).all():
            self.n_without += 1
            return
        strength_error = ratings.critical_value * ratings.standard_error
        self.strengths.append(float((np.abs(ratings.theta - truth) <= strength_error).mean()))
        i, j = np.triu_indices(len(truth), 1)
        error = ratings.critical_value * difference_error(ratings.covariance)[i, j]
        missed = np.abs(ratings.theta[i] - ratings.theta[j] - truth[i] + truth[j])
        self.differences.append(float((missed <= error).mean()))
        self.width.append(float((ratings.high - ratings.low).mean()))

    def summary(self) -> dict[str, float]:
        n = max(len(self.strengths), 1)
        return {
            "strengths": round(float(np.mean(self.strengths)), 4),
            "strengths_mc_error": round(float(np.std(self.strengths) / np.sqrt(n)), 4),
            "differences": round(float(np.mean(self.differences)), 4),
            "differences_mc_error": round(float(np.std(self.differences) / np.sqrt(n)), 4),
            "mean_width_points": round(float(np.mean(self.width)), 1),
            "replications": len(self.strengths),
            "replications_without_interval": self.n_without,
        }


def strengths(n: int) -> FloatArray:
    return np.linspace(-0.8, 0.8, n)


def draw_pairs(rng: np.random.Generator, n: int, n_prompts: int) -> Pairs:
    i, j = np.triu_indices(n, 1)
    size = PAIRS_PER_PROMPT[n]
    if size == len(i):
        chosen = np.tile(np.arange(size), (n_prompts, 1))
    else:
        chosen = np.argpartition(rng.random((n_prompts, len(i))), size, axis=1)[:, :size]
    return Pairs(np.repeat(np.arange(n_prompts), size), i[chosen].ravel(), j[chosen].ravel())


def sigmoid(x: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-x)))


def limit(n: int, prompt_effect: float) -> FloatArray:
    """Strengths that Bradley-Terry tends to: the fit of the chances averaged over prompts."""
    i, j = np.triu_indices(n, 1)
    theta = strengths(n)
    spread = np.sqrt(2) * prompt_effect
    chance = sigmoid((theta[i] - theta[j])[:, None] + spread * NODES) @ (WEIGHTS / WEIGHTS.sum())
    return fit_bradley_terry(Matches(i, j, chance, names(n)), covariance="hessian").theta


def names(n: int) -> list[str]:
    return [f"c{k:02d}" for k in range(n)]


def verdicts(
    rng: np.random.Generator, n: int, n_prompts: int, pairs: Pairs, effect: float, times: int
) -> FloatArray:
    """People's verdicts, shape (n_units, times)."""
    theta = strengths(n)[None, :] + effect * rng.normal(size=(n_prompts, n))
    chance = sigmoid(theta[pairs.prompt, pairs.a] - theta[pairs.prompt, pairs.b])
    return (rng.random((len(chance), times)) < chance[:, None]).astype(float)


def independent(rng: np.random.Generator, n: int, n_prompts: int) -> dict[str, Ratings | None]:
    pairs = draw_pairs(rng, n, n_prompts)
    outcome = verdicts(rng, n, n_prompts, pairs, 0.0, 1)[:, 0]
    matches = Matches(pairs.a, pairs.b, outcome, names(n), prompt_id=pairs.prompt)
    return {
        "clustered by prompt": fit_bradley_terry(matches),
        "unclustered sandwich": fit_bradley_terry(matches, covariance="sandwich"),
    }


def clustered(rng: np.random.Generator, n: int, n_prompts: int) -> dict[str, Ratings | None]:
    pairs = draw_pairs(rng, n, n_prompts)
    outcome = verdicts(rng, n, n_prompts, pairs, PROMPT_EFFECT, JUDGMENTS)
    a, b, prompt = (np.repeat(x, JUDGMENTS) for x in (pairs.a, pairs.b, pairs.prompt))
    matches = Matches(a, b, outcome.ravel(), names(n), prompt_id=prompt)
    return {
        "clustered by prompt": fit_bradley_terry(matches),
        "unclustered sandwich": fit_bradley_terry(matches, covariance="sandwich"),
    }


def calibrated(rng: np.random.Generator, n: int, n_prompts: int) -> dict[str, Ratings | None]:
    """A judge that likes what came first and what is long; weaker contestants write longer."""
    pairs = draw_pairs(rng, n, n_prompts)
    human = verdicts(rng, n, n_prompts, pairs, PROMPT_EFFECT, 1)[:, 0]
    length = rng.normal(size=(n_prompts, n)) - strengths(n)[None, :]
    lean = 3.0 * (human - 0.5) + 0.8 * (length[pairs.prompt, pairs.a] - length[pairs.prompt, pairs.b])
    first = (rng.random(len(lean)) < sigmoid(lean + 0.7)).astype(float)
    second = (rng.random(len(lean)) < sigmoid(lean - 0.7)).astype(float)
    judge = Matches(
        np.tile(pairs.a, 2),
        np.tile(pairs.b, 2),
        np.concatenate([first, second]),
        names(n),
        weight=np.full(2 * len(lean), 0.5),
        prompt_id=np.tile(pairs.prompt, 2),
    )
    people = rng.random(len(lean)) < PEOPLE
    votes = Matches(pairs.a[people], pairs.b[people], human[people], names(n), prompt_id=pairs.prompt[people])
    return {
        "calibrated": attempt(lambda: fit_calibrated(judge, votes).ratings),
        "people only": attempt(lambda: fit_bradley_terry(votes)),
        "judge only": attempt(lambda: fit_bradley_terry(judge)),
    }


def attempt(fit: Callable[[], Ratings]) -> Ratings | None:
    try:
        return fit()
    except NotConvergedError:
        return None


DESIGNS = {"independent": independent, "clustered": clustered, "calibrated": calibrated}


def simulate(design: str, n: int, n_prompts: int, n_replications: int) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng([n, n_prompts, list(DESIGNS).index(design)])
    truth = limit(n, 0.0 if design == "independent" else PROMPT_EFFECT)
    tallies: dict[str, Tally] = {}
    for _ in range(n_replications):
        for name, ratings in DESIGNS[design](rng, n, n_prompts).items():
            tallies.setdefault(name, Tally([], [], [])).add(ratings, truth)
    for name, tally in tallies.items():
        cell = {"design": design, "intervals": name, "contestants": n, "prompts": n_prompts}
        yield cell | tally.summary()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--cells", nargs="+", default=list(DESIGNS))
    parser.add_argument("--contestants", type=int, nargs="+", default=list(CONTESTANTS))
    parser.add_argument("--prompts", type=int, nargs="+", default=list(PROMPTS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    rows = []
    for design in options.cells:
        for n in options.contestants:
            for n_prompts in options.prompts:
                for row in simulate(design, n, n_prompts, options.replications):
                    rows.append(row)
                    print(json.dumps(row), flush=True)
    report = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "settings": {
            "nominal": 0.95,
            "prompt_effect_nats": PROMPT_EFFECT,
            "pairs_per_prompt": PAIRS_PER_PROMPT,
            "judgments_per_unit_clustered": JUDGMENTS,
            "share_decided_by_people": PEOPLE,
        },
        "rows": rows,
    }
    options.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
