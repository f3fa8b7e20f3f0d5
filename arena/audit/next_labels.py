"""Next label: which pairs people should vote on, so that the calibrated board settles.

A fifth of the draws at least are uniform over all pairs that the judge decided and nobody voted on; the rest
goes to the contestants that the intervals do not tell apart. Every draw keeps the probability it had, so
that the calibrated fit can weight it inversely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.audit.card import find_versions
from arena.audit.evidence import Evidence, find_pairs, load_verdicts
from arena.audit.joint_fit import to_rows
from arena.audit.wanted import plan_votes
from arena.board.positions import distinct_of, positions_of
from arena.errors import UsageError
from arena.store import in_words
from arena.written import percent
from db import Database, datasets
from db.audit import AuditMatches
from db.judges import StoredJudge

MIN_UNIFORM = 0.2


@dataclass(frozen=True)
class NextLabel:
    """A pair to vote on, and the chance that this draw took it."""

    prompt_id: int
    response_a: int
    response_b: int
    contestant_a: str
    contestant_b: str
    probability: float
    is_uniform: bool


@dataclass(frozen=True)
class Undecided:
    """Neighbours that are not told apart; None where no number of votes would do as they stand."""

    contestant_a: str
    contestant_b: str
    n_votes: int | None
    cost_usd: float | None


@dataclass(frozen=True)
class LabelPlan:
    labels: tuple[NextLabel, ...]
    undecided: tuple[Undecided, ...]
    n_open: int
    uniform_share: float
    sentence: str


def plan_labels(
    database: Database,
    judge: str,
    dataset: str,
    *,
    n_labels: int = 20,
    uniform_share: float = MIN_UNIFORM,
    usd_per_vote: float = 0.0,
    seed: int = 0,
) -> LabelPlan:
    """Draw the pairs to vote on next.

    Raises
    ------
    UsageError
        If fewer than a fifth of the draws would be uniform: votes on picked pairs alone bias the board.
    """
    if not MIN_UNIFORM <= uniform_share <= 1:
        raise UsageError(
            f"At least {percent(MIN_UNIFORM)} of the draws must be uniform, not {percent(uniform_share)}."
        )
    with in_words(), database.read() as session:
        evidence = load_verdicts(session, datasets.get_dataset_id(session, dataset))
    versions = find_versions(evidence.judges, judge)
    if len(versions) > 1:
        raise UsageError(f"'{judge}' has {len(versions)} versions; name one as NAME@VERSION.")
    return draw_labels(evidence, versions[0], n_labels, uniform_share, usd_per_vote, seed)


def draw_labels(
    evidence: Evidence,
    judge: StoredJudge,
    n_labels: int,
    uniform_share: float,
    usd_per_vote: float,
    seed: int,
) -> LabelPlan:
    pairs = evidence.of_judge(judge.id).once.scored
    voted = find_pairs(pairs, evidence.votes)
    is_open = np.ones(len(pairs), dtype=bool)
    is_open[voted[voted >= 0]] = False
    open_ = pairs.where(is_open).matches
    votes = to_rows(evidence, evidence.votes)
    planned = plan_votes(votes, usd_per_vote=usd_per_vote if usd_per_vote > 0 else 1.0)
    plan, why = (None, planned) if isinstance(planned, str) else (planned, "")
    wanted = (
        {tuple(sorted((pair.a, pair.b))): float(pair.n_matches) for pair in plan.next_pairs} if plan else {}
    )
    weight = _weights(evidence, open_, wanted)
    labels = _draw(evidence, open_, weight, n_labels, uniform_share, np.random.default_rng(seed))
    undecided = tuple(
        Undecided(
            one.a, one.b, round(one.n_matches_needed) if np.isfinite(one.n_matches_needed) else None,
            one.cost if usd_per_vote > 0 and np.isfinite(one.cost) else None,
        )
        for one in (plan.undecided if plan else ())
    )  # fmt: skip
    return LabelPlan(
        labels,
        undecided,
        len(open_),
        uniform_share,
        _sentence(undecided, len(open_), why, usd_per_vote),
    )


def _weights(
    evidence: Evidence, open_: AuditMatches, wanted: dict[tuple[str, ...], float]
) -> NDArray[np.float64]:
    """Share the planned votes of two contestants evenly among their open pairs; the sum is 1 or 0."""
    names = {contestant.id: contestant.name for contestant in evidence.contestants}
    top = int(open_.contestant_b.max(initial=0)) + 1
    code = open_.contestant_a.astype(np.int64) * top + open_.contestant_b
    cells = distinct_of(code)
    cell = positions_of(cells, code)
    keys = [tuple(sorted((names[one // top], names[one % top]))) for one in cells.tolist()]
    weight = (np.array([wanted.get(key, 0.0) for key in keys]) / np.bincount(cell))[cell]
    total = weight.sum()
    return weight / total if total > 0 else weight


def _draw(
    evidence: Evidence,
    open_: AuditMatches,
    weight: NDArray[np.float64],
    n_labels: int,
    uniform_share: float,
    rng: np.random.Generator,
) -> tuple[NextLabel, ...]:
    """Draw without putting back; each draw's chance is that of the mixture over what is still open."""
    names = {contestant.id: contestant.name for contestant in evidence.contestants}
    left = np.ones(len(open_), dtype=bool)
    labels = []
    for _ in range(min(n_labels, len(open_))):
        flat = left / left.sum()
        aimed = weight * left
        has_aim = aimed.sum() > 0
        share = uniform_share if has_aim else 1.0
        chance = share * flat + ((1 - share) * aimed / aimed.sum() if has_aim else 0.0)
        is_uniform = bool(rng.random() < share)
        row = int(rng.choice(len(open_), p=flat if is_uniform else aimed / aimed.sum()))
        left[row] = False
        labels.append(
            NextLabel(
                int(open_.prompt_id[row]), int(open_.response_a[row]), int(open_.response_b[row]),
                names[int(open_.contestant_a[row])], names[int(open_.contestant_b[row])],
                float(chance[row]), is_uniform,
            )
        )  # fmt: skip
    return tuple(labels)


def _sentence(
    undecided: tuple[Undecided, ...],
    n_open: int,
    why: str,
    usd_per_vote: float,
) -> str:
    if not n_open:
        return "People have voted on every pair that this judge decided."
    if why:
        return f"Draw uniformly for now: {why}."
    if not undecided:
        return "People's votes tell all neighbours apart; more votes only narrow the intervals."
    counts = [one.n_votes for one in undecided if one.n_votes is not None]
    if not counts:
        return "Neighbours are level: no number of votes settles them at the present difference."
    money = f", about ${sum(counts) * usd_per_vote:.2f}" if usd_per_vote > 0 else ""
    pairs = f"{len(undecided)} neighbouring pairs" if len(undecided) > 1 else "one neighbouring pair"
    level = "" if len(counts) == len(undecided) else f"; {len(undecided) - len(counts)} are level"
    return f"About {sum(counts):,} votes settle {pairs} at the present differences{money}{level}."
