"""Whether a judge's model is stronger than what it judges, where its own responses have been compared.

Never guessed from a name: who did not answer the same prompts is "not known".
"""

from __future__ import annotations

import math

import numpy as np

from arena.audit.definitions import MIN_ITEMS, MIN_PROMPTS
from arena.audit.evidence import Evidence, Pairs
from arena.audit.joint_fit import fit_terms, to_rows
from arena.audit.records import Strength
from db.judges import StoredJudge
from ranking import Ratings

UNKNOWN = "its own responses are not among the contestants"


def strength_of(evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> Strength:
    """Compare the judge's model, as a contestant, with the mean of those it judged.

    People's votes decide; where there are too few, AI judges other than this one.
    """
    own = _own_contestant(evidence, judge)
    if own is None:
        return Strength("not known", UNKNOWN)
    met = np.union1d(pairs.matches.contestant_a, pairs.matches.contestant_b)
    judged = {contestant.name for contestant in evidence.contestants if contestant.id in met} - {own}
    others = [one for one in evidence.judge_ids("model", "recorded") if one != judge.id]
    for whose, judge_ids in (("people's votes", evidence.judge_ids("human")), ("other judges", others)):
        matches = evidence.scored_of(judge_ids)
        if len(matches) < MIN_ITEMS or len(np.unique(matches.prompt_id)) < MIN_PROMPTS:
            continue
        fitted = fit_terms(to_rows(evidence, matches))
        if not isinstance(fitted, str):
            found = _compare(fitted, own, judged, whose)
            if found is not None:
                return found
    return Strength("not known", f"too little is known of {own} beside what it judges")


def _own_contestant(evidence: Evidence, judge: StoredJudge) -> str | None:
    """Name the contestant that answers with the judge's model."""
    model = judge.model or judge.name
    names = {model, model.partition("/")[2]} - {""}
    return next((one.name for one in evidence.contestants if one.model in names or one.name in names), None)


def _compare(fitted: Ratings, own: str, judged: set[str], whose: str) -> Strength | None:
    """Give the sign of own strength minus the mean of the others, None where it is not estimated."""
    place = {name: k for k, name in enumerate(fitted.names) if np.isfinite(fitted.theta[k])}
    rest = sorted(judged & place.keys())
    if own not in place or not rest:
        return None
    contrast = np.zeros(len(fitted.names))
    contrast[place[own]] = 1.0
    contrast[[place[name] for name in rest]] -= 1.0 / len(rest)
    known = np.isfinite(fitted.theta)
    part = contrast[known]
    variance = float(part @ fitted.covariance[np.ix_(known, known)] @ part)
    if not math.isfinite(variance * fitted.critical_value) or variance <= 0:
        return None
    lead = float(part @ fitted.theta[known])
    half = fitted.critical_value * math.sqrt(variance)
    against = f"{own} beside {len(rest)} contestants, by {whose}"
    if lead - half > 0:
        return Strength("stronger", f"{against}: ahead of their mean")
    if lead + half < 0:
        return Strength("weaker", f"{against}: behind their mean")
    return Strength("same", f"{against}: not distinguished from their mean")
