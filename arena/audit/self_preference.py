"""Self-preference: how a judge treats its own family, as far as judges of other families can tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.audit.definitions import MIN_PROMPTS, make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs, find_pairs
from arena.audit.joint_fit import fit_terms, term_figure, to_rows
from arena.audit.records import Figure
from db.audit import AuditMatches
from db.judges import StoredJudge
from judge import family_of
from ranking.shares import clustered_ratio

CAVEAT = "cannot part taste from skill"


def self_preference_figures(evidence: Evidence, judge: StoredJudge, pairs: Pairs) -> list[Figure]:
    own = _family(judge)
    families = np.array([contestant.family for contestant in evidence.contestants], dtype=object)
    ids = np.array([contestant.id for contestant in evidence.contestants], dtype=np.int64)
    if own is None:
        return _neither("the judge's family is not known")
    if not (families == own).any():
        return _neither(f"no contestant here is of the judge's family ({own})")
    members = ids[families == own]
    return [_gamma(evidence, judge, own, pairs), _difference(evidence, own, members, pairs)]


def _neither(note: str) -> list[Figure]:
    return [missing_figure("self.gamma", note), missing_figure("self.difference", note)]


def _family(judge: StoredJudge) -> str | None:
    return judge.family or family_of(judge.model or judge.name)


def _others(evidence: Evidence, own: str) -> dict[int, str]:
    """Families of the AI judges here that are known to be of another one."""
    found = {}
    for judge_id in evidence.judge_ids("model", "recorded"):
        family = _family(evidence.by_id[judge_id])
        if family is not None and family != own:
            found[judge_id] = family
    return found


@dataclass(frozen=True)
class FamilyColumns:
    """Scored matches of this judge, judges of other families and people; `column` is s(a) - s(b) of each."""

    pooled: AuditMatches
    column: NDArray[np.float64]


def family_columns(evidence: Evidence, judge: StoredJudge) -> FamilyColumns | str:
    """Pool whoever tells self-preference from strength, or say why nobody does."""
    own = _family(judge)
    if own is None:
        return "the judge's family is not known"
    if not any(one.family == own for one in evidence.contestants):
        return f"no contestant here is of the judge's family ({own})"
    others = _others(evidence, own)
    pooled = evidence.scored_of([judge.id, *others, *evidence.judge_ids("human")])
    if not (pooled.judge_id != judge.id).any():
        return "not identified: only people or judges of other families can tell it from strength"
    column = np.zeros(len(pooled))
    for judge_id, family in {judge.id: own, **others}.items():
        rows = pooled.judge_id == judge_id
        column[rows] = _same_family(evidence, pooled.contestant_a[rows], family)
        column[rows] -= _same_family(evidence, pooled.contestant_b[rows], family)
    return FamilyColumns(pooled, column)


def _gamma(evidence: Evidence, judge: StoredJudge, own: str, pairs: Pairs) -> Figure:
    """Fit one common set of strengths to this judge, judges of other families and people."""
    found = family_columns(evidence, judge)
    if isinstance(found, str):
        return missing_figure("self.gamma", found)
    fitted = fit_terms(to_rows(evidence, found.pooled, same_family=found.column), self_preference=True)
    scored = pairs.scored
    own_rows = scored.where(
        _same_family(evidence, scored.matches.contestant_a, own)
        != _same_family(evidence, scored.matches.contestant_b, own)
    )
    n_prompts = len(np.unique(own_rows.prompt))
    got = term_figure(fitted, f"self_preference[{judge.id}]", len(own_rows), n_prompts)
    return make_figure("self.gamma", got, note=CAVEAT, needs_prompts=MIN_PROMPTS)


def _same_family(evidence: Evidence, contestant: NDArray[np.int64], family: str) -> NDArray[np.float64]:
    members = [one.id for one in evidence.contestants if one.family == family]
    return np.isin(contestant, members).astype(float)


def _difference(evidence: Evidence, own: str, members: NDArray[np.int64], pairs: Pairs) -> Figure:
    """Compare scores for the own response on pairs of the two judges' families."""
    once = pairs.once.scored
    leads, prompts = [], []
    for judge_id, family in _others(evidence, own).items():
        theirs = np.array([one.id for one in evidence.contestants if one.family == family], dtype=np.int64)
        m = once.matches
        own_is_a = np.isin(m.contestant_a, members) & np.isin(m.contestant_b, theirs)
        own_is_b = np.isin(m.contestant_b, members) & np.isin(m.contestant_a, theirs)
        kept = once.where(own_is_a | own_is_b)
        other = evidence.of_judge(judge_id).once.scored
        row = find_pairs(other, kept.matches)
        found = row >= 0
        sign = np.where(own_is_a[own_is_a | own_is_b], 1.0, -1.0)[found]
        leads.append(sign * (kept.score_a[found] - other.score_a[row[found]]))
        prompts.append(kept.prompt[found])
    lead = np.concatenate(leads) if leads else np.zeros(0)
    prompt = np.concatenate(prompts) if prompts else np.zeros(0, dtype=np.int64)
    if not len(lead):
        note = "not enough data: no judge of a contestant's other family judged the same pairs"
        return missing_figure("self.difference", note)
    got = clustered_ratio(lead, np.ones(len(lead)), prompt)
    return make_figure("self.difference", got, note=CAVEAT, needs_prompts=MIN_PROMPTS)
