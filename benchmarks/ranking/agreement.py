"""Do the 95 % intervals of agreement cover? Cohen's kappa, Krippendorff's alpha, Kendall's tau-b.

    PYTHONPATH=. python benchmarks/ranking/agreement.py [--replications 1200]
    ... --figures "Kendall's tau-b" --prompts 20     keeps the other rows of the results

Three raters give levels 0 to 3 to several responses a prompt; a prompt lifts all its responses, and each
rater is lenient or strict prompt by prompt, so items of one prompt are not independent. The truth is the
figure over very many prompts. Beside the interval stands the one that takes every item as its own cluster.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking import Agreement, cohen_kappa, kendall_tau, krippendorff_alpha

RESULTS = Path(__file__).parent / "results" / "agreement.json"
PROMPTS = (20, 80)
ITEMS_PER_PROMPT = 5
LEVELS = range(4)
THRESHOLDS = (-0.8, 0.0, 0.8)
N_ROUNDS = 200
LARGE = 40_000  # prompts of the truth


@dataclass(frozen=True, eq=False)
class Items:
    """Levels of shape (3, n_items), and each item's prompt."""

    levels: NDArray[np.intp]
    prompt: NDArray[np.intp]


def draw(rng: np.random.Generator, n_prompts: int) -> Items:
    prompt = np.repeat(np.arange(n_prompts), ITEMS_PER_PROMPT)
    quality = 0.6 * rng.normal(size=n_prompts)[prompt] + rng.normal(size=len(prompt))
    leniency = 0.6 * rng.normal(size=(3, n_prompts))[:, prompt]
    seen = quality + leniency + 0.6 * rng.normal(size=(3, len(prompt)))
    return Items(np.searchsorted(THRESHOLDS, seen), prompt)


Figure = Callable[[Items, NDArray[np.intp] | None, np.random.Generator, int], Agreement]


def cohen(items: Items, prompt: NDArray[np.intp] | None, rng: np.random.Generator, rounds: int) -> Agreement:
    first, second = items.levels[:2]
    return cohen_kappa(first, second, levels=LEVELS, prompt_id=prompt, rng=rng, n_rounds=rounds)


def alpha(items: Items, prompt: NDArray[np.intp] | None, rng: np.random.Generator, rounds: int) -> Agreement:
    return krippendorff_alpha(
        items.levels, measurement="ordinal", levels=LEVELS, prompt_id=prompt, rng=rng, n_rounds=rounds
    )


def tau(items: Items, prompt: NDArray[np.intp] | None, rng: np.random.Generator, rounds: int) -> Agreement:
    return kendall_tau(*items.levels[:2], prompt_id=prompt, rng=rng, n_rounds=rounds)


FIGURES: dict[str, Figure] = {
    "Cohen's kappa": cohen,
    "Krippendorff's alpha, ordinal": alpha,
    "Kendall's tau-b": tau,
}


def cover(name: str, n_prompts: int, n_replications: int) -> list[dict[str, object]]:
    """Count how often each interval holds the truth."""
    figure = FIGURES[name]
    rng = np.random.default_rng([5, n_prompts, list(FIGURES).index(name)])
    truth = figure(draw(np.random.default_rng(0), LARGE), None, rng, 2).value
    held: dict[str, list[bool]] = {"clustered by prompt": [], "each item its own cluster": []}
    width: dict[str, list[float]] = {kind: [] for kind in held}
    for _ in range(n_replications):
        items = draw(rng, n_prompts)
        for kind in held:
            prompt = items.prompt if kind == "clustered by prompt" else None
            found = figure(items, prompt, rng, N_ROUNDS)
            held[kind].append(found.low <= truth <= found.high)
            width[kind].append(found.high - found.low)
    return [
        {
            "figure": name,
            "intervals": kind,
            "prompts": n_prompts,
            "items": n_prompts * ITEMS_PER_PROMPT,
            "truth": round(truth, 4),
            "coverage": round(float(np.mean(held[kind])), 4),
            "mc_error": round(float(np.std(held[kind]) / np.sqrt(n_replications)), 4),
            "mean_width": round(float(np.mean(width[kind])), 4),
            "replications": n_replications,
        }
        for kind in held
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=1200)
    parser.add_argument("--figures", nargs="+", default=list(FIGURES), choices=list(FIGURES))
    parser.add_argument("--prompts", nargs="+", type=int, default=list(PROMPTS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    for name in options.figures:
        for n_prompts in options.prompts:
            rows = cover(name, n_prompts, options.replications)
            print(json.dumps(rows), flush=True)
            write(rows, options.out)


def write(rows: list[dict[str, object]], path: Path) -> None:
    """Put the rows among those that are there, in place of those of the same figure and prompts."""
    earlier = json.loads(path.read_text())["rows"] if path.exists() else []
    new = {(row["figure"], row["prompts"]) for row in rows}
    rows = rows + [row for row in earlier if (row["figure"], row["prompts"]) not in new]
    report = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "items_per_prompt": ITEMS_PER_PROMPT,
        "bootstrap_rounds": N_ROUNDS,
        "rows": sorted(
            rows, key=lambda row: (str(row["figure"]), str(row["prompts"]), str(row["intervals"]))
        ),
    }
    path.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
