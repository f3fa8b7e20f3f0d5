"""Do the card's intervals cover, and how often is an unbiased judge called biased?

    python -m benchmarks.audit.coverage [--rounds 1200]

Truth is the same card of a hundred times as many prompts. Results are committed in `results/coverage.json`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from arena.audit.card import make_card
from arena.audit.records import Figure, JudgeCard
from arena.audit.words import CLAIMS, found_claims
from benchmarks.audit.simulated_judges import BIASED, JUDGE, UNBIASED, Effects, simulate

RESULTS = Path(__file__).parent / "results" / "coverage.json"
N_TRUTH = 8_000
SIZES = (20, 30, 40, 60)
LEVEL = 0.05
CLAIMS_OF_BIAS = tuple(name for name in CLAIMS if name != "people.lead")


def card_of(effects: Effects, n_prompts: int, rng: np.random.Generator) -> JudgeCard:
    evidence = simulate(effects, n_prompts, rng)
    return make_card(evidence, evidence.by_id[JUDGE], "simulated")


def measure(effects: Effects, n_prompts: int, n_rounds: int, seed: int) -> dict[str, Any]:
    """Count, over rounds, intervals that hold the truth and p values below 5 %."""
    truth_card = card_of(effects, N_TRUTH, np.random.default_rng(seed))
    truth = {figure.name: figure.value for figure in truth_card.figures if figure.value is not None}
    n_covered: dict[str, int] = defaultdict(int)
    n_intervals: dict[str, int] = defaultdict(int)
    n_small: dict[str, int] = defaultdict(int)
    n_claimed = 0
    for k in range(n_rounds):
        card = card_of(effects, n_prompts, np.random.default_rng([seed, n_prompts, k]))
        for figure in card.figures:
            if figure.low is not None and figure.high is not None and figure.name in truth:
                n_intervals[figure.name] += 1
                n_covered[figure.name] += figure.low <= (truth[figure.name] or 0.0) <= figure.high
            if figure.p_value is not None and figure.name in CLAIMS_OF_BIAS:
                n_small[figure.name] += figure.p_value < LEVEL and _accuses(figure)
        n_claimed += bool(found_claims(card) & set(CLAIMS_OF_BIAS))
    return {
        "n_prompts": n_prompts,
        "n_rounds": n_rounds,
        "truth": {name: round(value, 4) for name, value in truth.items()},
        "coverage": {name: round(n_covered[name] / n, 4) for name, n in n_intervals.items()},
        "n_intervals": dict(n_intervals),
        "share_called_biased": {name: round(n / n_rounds, 4) for name, n in n_small.items()},
        "share_of_sentences_that_claim_a_bias": round(n_claimed / n_rounds, 4),
    }


def _accuses(figure: Figure) -> bool:
    """Position bias has two directions; the other biases are one of too much."""
    return figure.name == "position.fairness" or (figure.value or 0.0) > 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1_200)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    started = time.perf_counter()
    results: dict[str, Any] = {}
    for name, effects, seed in (("unbiased", UNBIASED, 1), ("biased", BIASED, 2)):
        for n_prompts in SIZES:
            found = measure(effects, n_prompts, arguments.rounds, seed)
            results[f"{name}, {n_prompts} prompts"] = {"effects": vars(effects), **found}
            print(name, n_prompts, json.dumps(found["coverage"]), found["share_called_biased"])
            print("  sentences:", found["share_of_sentences_that_claim_a_bias"])
            arguments.out.parent.mkdir(exist_ok=True)
            arguments.out.write_text(json.dumps(results, indent=1) + "\n")
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
