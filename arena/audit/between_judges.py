"""Judge against judge: who else says the same of the same pairs."""

from __future__ import annotations

import math

import numpy as np

from arena.audit.definitions import MIN_ITEMS, make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs, find_pairs
from arena.audit.people import rater_pair
from arena.audit.records import Figure, RaterPair
from db.judges import StoredJudge
from ranking import krippendorff_alpha
from ranking.shares import Clustered


def other_judges(evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> tuple[RaterPair, ...]:
    """Return agreement with each other judge version that scored enough of the same pairs."""
    once = pairs.once.scored
    found = []
    for judge_id in evidence.judge_ids("model", "recorded", "builtin"):
        if judge_id == judge.id:
            continue
        other = evidence.of_judge(judge_id).once.scored
        row = find_pairs(other.matches, once.matches)
        both = row >= 0
        if int(both.sum()) >= MIN_ITEMS:
            left, right = once.verdict[both], other.verdict[row[both]]
            found.append(rater_pair(evidence.labels[judge.id], evidence.labels[judge_id], left, right))
    return tuple(sorted(found, key=lambda one: (-one.n, one.second)))


def between_figures(evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> list[Figure]:
    once = pairs.once.scored
    rows = [once.verdict.astype(float)]
    for judge_id in evidence.judge_ids("model", "recorded"):
        if judge_id == judge.id:
            continue
        other = evidence.of_judge(judge_id).once.scored
        row = find_pairs(other.matches, once.matches)
        if (row >= 0).any():
            rows.append(np.where(row >= 0, other.verdict[np.maximum(row, 0)], np.nan))
    if judge.kind == "builtin" or len(rows) < 2:
        return [missing_figure("judges.alpha", "not enough data: no other AI judge scored the same pairs")]
    rng = np.random.default_rng(0)
    got = krippendorff_alpha(
        np.array(rows), levels=(1, 2, 3, 4), prompt_id=once.prompt, rng=rng, n_rounds=100
    )
    figure = Clustered(got.value, got.low, got.high, math.nan, got.n_items, got.n_prompts, got.note)
    return [make_figure("judges.alpha", figure, note=f"{len(rows)} judges")]
