"""Drawn matches for tests: contestants with known strengths, prompts with effects, ties."""

from __future__ import annotations

import numpy as np

from ranking import Matches

NAMES = ("ant", "bee", "cat", "dog", "eel", "fox")


def drawn(
    seed: int = 0,
    *,
    n_matches: int = 600,
    n_prompts: int = 40,
    ties: float = 0.15,
    position: float = 0.0,
    names: tuple[str, ...] = NAMES,
) -> Matches:
    """Matches with prompts, shown order and one covariate, `length`, that sways the outcome by 0.4."""
    rng = np.random.default_rng(seed)
    n = len(names)
    theta = np.linspace(0.8, -0.8, n)
    a = rng.integers(0, n, n_matches)
    b = (a + rng.integers(1, n, n_matches)) % n
    prompt = rng.integers(0, n_prompts, n_matches)
    effect = rng.normal(size=(n_prompts, n)) * 0.5
    shown = rng.choice([-1, 1], n_matches)
    length = rng.normal(size=n_matches)
    eta = theta[a] - theta[b] + effect[prompt, a] - effect[prompt, b] + position * shown + 0.4 * length
    outcome = (rng.random(n_matches) < 1 / (1 + np.exp(-eta))).astype(float)
    outcome[rng.random(n_matches) < ties] = 0.5
    return Matches(a, b, outcome, names, prompt_id=prompt, shown_first=shown, covariates={"length": length})
