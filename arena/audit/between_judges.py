"""Judge against judge: who else says the same of the same pairs."""

from __future__ import annotations

import numpy as np

from arena.audit.definitions import MIN_ITEMS, make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs, find_pairs
from arena.audit.people import LEVELS
from arena.audit.people_tables import rater_pair
from arena.audit.records import Figure, RaterPair
from db.judges import StoredJudge
from ranking.nominal import nominal_alpha


def other_judges(evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> tuple[RaterPair, ...]:
    """Return agreement with each other judge version that scored enough of the same pairs."""
    once = pairs.once.scored
    found = []
    for judge_id in evidence.judge_ids("model", "recorded", "builtin"):
        if judge_id == judge.id:
            continue
        other = evidence.of_judge(judge_id).once.scored
        row = find_pairs(once, other.matches)
        both = row >= 0
        if int(both.sum()) >= MIN_ITEMS:
            left, right = once.verdict[row[both]], other.verdict[both]
            found.append(rater_pair(evidence.labels[judge.id], evidence.labels[judge_id], left, right))
    return tuple(sorted(found, key=lambda one: (-one.n, one.second)))


def between_figures(evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> list[Figure]:
    once = pairs.once.scored
    counts = np.zeros((len(once), len(LEVELS) + 1), dtype=np.int16)
    counts[np.arange(len(once)), once.verdict] = 1
    n_judges = 1
    for judge_id in evidence.judge_ids("model", "recorded"):
        if judge_id == judge.id:
            continue
        other = evidence.of_judge(judge_id).once.scored
        row = find_pairs(once, other.matches)
        if (row >= 0).any():
            counts[row[row >= 0], other.verdict[row >= 0]] += 1
            n_judges += 1
    if judge.kind == "builtin" or n_judges < 2:
        return [missing_figure("judges.alpha", "not enough data: no other AI judge scored the same pairs")]
    several = np.flatnonzero(counts.sum(axis=1) > 1)
    got = nominal_alpha(counts[several][:, list(LEVELS)], once.prompt[several])
    return [make_figure("judges.alpha", got, note=f"{n_judges} judges")]
