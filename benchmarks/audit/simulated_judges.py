"""Judges, people and texts made up with known effects; what happens within a prompt is correlated.

Every prompt has its own quality of each contestant (seen by all), its own pull to the first shown side, its
own weights of length, lists and headers (of this judge) and its own measure of Markdown, so matches on one
prompt are far from independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from arena.audit.evidence import Evidence
from db.audit import AuditMatches, ContestantFamily, PromptFacts
from db.boards import StyleArrays
from db.judges import StoredJudge

FAMILIES = ("gpt", "gpt", "claude", "claude", None)
STRENGTH = np.array([0.6, 0.3, 0.0, -0.3, -0.6])
LISTS, HEADERS, BOLD = np.array([[6.0, 1.0, 3.0, 1.0, 6.0], [0.5, 2.0, 2.0, 0.5, 1.0], [2.0] * 5])
"""How many of each a contestant writes per 1,000 characters."""
TIE_ZONE = 0.35
N_VOTERS = 3
VOTED_SHARE = 0.5
UNSCORED_SHARE = 0.03
JUDGE, OTHER, FIRST_VOTER = 1, 2, 3


@dataclass(frozen=True)
class Effects:
    """Of the audited judge, in nats: for the first shown, for a length ratio of 1, for its own family.

    `lists` and `headers` are for being the one with more of them per 1,000 characters, all or none.
    """

    alpha: float = 0.0
    beta: float = 0.0
    gamma: float = 0.0
    lists: float = 0.0
    headers: float = 0.0


UNBIASED = Effects()
BIASED = Effects(alpha=0.5, beta=0.8, gamma=0.6, lists=0.7, headers=0.4)
_PAIRS = list(combinations(range(len(FAMILIES)), 2))
_A, _B = (np.array(side) for side in zip(*_PAIRS, strict=True))


def simulate(effects: Effects, n_prompts: int, rng: np.random.Generator) -> Evidence:
    """Make what a card reads: one judge with effects, one of another family, three voters, all texts."""
    n = len(FAMILIES)
    quality = STRENGTH + rng.normal(0, 0.8, (n_prompts, n))
    log_length = rng.normal(6, 0.6, (n_prompts, n))
    world = _World(quality[:, _A] - quality[:, _B], np.tanh((log_length[:, _A] - log_length[:, _B]) / 2))
    dress = np.exp(rng.normal(0, 0.5, (n_prompts, 1)))  # some prompts call for Markdown, some do not
    thousands = np.exp(log_length) / 1_000
    counts = [rng.poisson(rate * dress * thousands) for rate in (LISTS, HEADERS, BOLD)]
    own = np.array([family == "gpt" for family in FAMILIES]).astype(float)
    pull = effects.alpha + rng.normal(0, 0.6, (n_prompts, 1))
    weight = effects.beta + rng.normal(0, 0.5, (n_prompts, 1))
    lean = world.quality + weight * world.length + effects.gamma * (own[_A] - own[_B])
    for wish, count in zip((effects.lists, effects.headers), counts, strict=False):
        lean += (wish + rng.normal(0, 0.3, (n_prompts, 1))) * _more(count / thousands)
    parts = [
        _two_orders(JUDGE, lean, pull, rng),
        _two_orders(OTHER, world.quality, np.zeros((n_prompts, 1)), rng),
    ]
    parts += [_votes(FIRST_VOTER + k, world.quality, rng) for k in range(N_VOTERS)]
    matches = AuditMatches(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    n_responses = n_prompts * n
    n_chars = np.rint(np.exp(log_length)).astype(np.int64).reshape(-1)
    lists, headers, bold = (count.reshape(-1).astype(np.int64) for count in counts)
    style = StyleArrays(np.arange(1, n_responses + 1), n_chars, n_chars // 5, headers, lists, bold)
    prompts = range(1, n_prompts + 1)
    return Evidence(
        dataset_id=1,
        judges=_judges(),
        labels={judge.id: judge.name for judge in _judges()},
        matches={one: matches.take(matches.judge_id == one) for one in np.unique(matches.judge_id).tolist()},
        prompts=PromptFacts(dict.fromkeys(prompts, "preference"), dict.fromkeys(prompts, ())),
        contestants=tuple(
            ContestantFamily(k + 1, f"c{k}", None, family) for k, family in enumerate(FAMILIES)
        ),
        style=style,
        costs={},
    )


@dataclass(frozen=True)
class _World:
    """Differences a - b that everybody sees, shape (n_prompts, n_pairs)."""

    quality: NDArray[np.float64]
    length: NDArray[np.float64]


def _more(density: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (a - b) / (a + b + 1) of every pair."""
    a, b = density[:, _A], density[:, _B]
    more: NDArray[np.float64] = (a - b) / (a + b + 1)
    return more


def _judges() -> tuple[StoredJudge, ...]:
    people = [
        StoredJudge(FIRST_VOTER + k, "human", f"v{k}", "1", "pairwise", None, None, None)
        for k in range(N_VOTERS)
    ]
    return (
        StoredJudge(JUDGE, "model", "judge", "1", "pairwise", "openai/gpt-x", "gpt", None),
        StoredJudge(OTHER, "model", "other", "1", "pairwise", "anthropic/claude-x", "claude", None),
        *people,
    )


def _verdict(eta: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw a (1), b (2) or a tie (3) from logistic noise about eta."""
    felt = eta + rng.logistic(0, 1, eta.shape)
    return np.where(felt > TIE_ZONE, 1, np.where(felt < -TIE_ZONE, 2, 3))


def _two_orders(
    judge: int, lean: NDArray[np.float64], pull: NDArray[np.float64], rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    ab, ba = _verdict(2 * lean + pull, rng), _verdict(2 * lean - pull, rng)
    reason = np.where(rng.random(lean.shape) < UNSCORED_SHARE, 4, 0)
    return _columns(judge, np.where(reason > 0, 0, ab), ba, 2, reason, np.ones(lean.shape, dtype=bool))


def _votes(voter: int, quality: NDArray[np.float64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    said = _verdict(2 * quality, rng)
    is_ab = rng.random(quality.shape) < 0.5
    kept = rng.random(quality.shape) < VOTED_SHARE
    zero = np.zeros_like(said)
    return _columns(voter, np.where(is_ab, said, 0), np.where(is_ab, 0, said), 1, zero, kept)


def _columns(
    judge: int,
    ab: NDArray[np.int64],
    ba: NDArray[np.int64],
    n_orders: int,
    reason: NDArray[np.int64],
    kept: NDArray[np.bool_],
) -> list[NDArray[np.int64]]:
    n_prompts, n = len(ab), len(FAMILIES)
    prompt = np.repeat(np.arange(1, n_prompts + 1), len(_PAIRS)).reshape(ab.shape)
    a, b = np.broadcast_to(_A, ab.shape), np.broadcast_to(_B, ab.shape)
    response_a, response_b = (prompt - 1) * n + a + 1, (prompt - 1) * n + b + 1
    match_id = judge * 10_000_000 + np.arange(ab.size).reshape(ab.shape)
    same = np.full(ab.shape, judge)
    columns = [match_id, prompt, a + 1, b + 1, response_a, response_b, same, np.zeros_like(ab), ab, ba,
               np.full(ab.shape, n_orders), reason]  # fmt: skip
    return [column[kept].astype(np.int64) for column in columns]
