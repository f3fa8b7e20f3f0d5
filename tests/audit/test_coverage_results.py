"""The committed simulation holds what the card promises, and its rounds run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.audit.coverage import CLAIMS_OF_BIAS, RESULTS, measure
from benchmarks.audit.simulated_judges import JUDGE, UNBIASED, simulate

COMMITTED = json.loads(Path(RESULTS).read_text(encoding="utf-8"))
RARE = "unscored.rate"  # a few pairs of hundreds: its interval errs on the wide side


@pytest.mark.parametrize("scenario", COMMITTED)
def test_intervals_cover_the_truth(scenario: str) -> None:
    coverage = COMMITTED[scenario]["coverage"]
    assert min(coverage.values()) >= 0.93
    assert max(value for name, value in coverage.items() if name != RARE) <= 0.975


@pytest.mark.parametrize("scenario", [name for name in COMMITTED if name.startswith("unbiased")])
def test_an_unbiased_judge_is_rarely_called_biased(scenario: str) -> None:
    found = COMMITTED[scenario]
    assert set(found["share_called_biased"]) <= set(CLAIMS_OF_BIAS)
    assert max(found["share_called_biased"].values()) <= 0.05
    assert found["share_of_sentences_that_claim_a_bias"] <= 0.05


def test_a_simulated_world_is_the_same_for_the_same_seed() -> None:
    first, second = (simulate(UNBIASED, 12, np.random.default_rng(5)) for _ in range(2))
    assert (first.matches[JUDGE].verdict_ab == second.matches[JUDGE].verdict_ab).all()
    assert len(first.of_judge(JUDGE)) == 12 * 10


def test_a_round_can_be_run_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.audit.coverage.N_TRUTH", 60)
    found = measure(UNBIASED, 20, 2, seed=1)
    assert found["n_intervals"]["position.fairness"] == 2
