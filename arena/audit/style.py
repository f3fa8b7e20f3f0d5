"""Verbosity and style: how often the longer, or the more dressed-up, response wins, beside people's votes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.audit.definitions import MIN_PROMPTS, make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs, find_pairs
from arena.audit.joint_fit import fit_terms, length_column, term_figure, to_rows
from arena.audit.records import Aside, Figure
from arena.outcomes import A, B
from db.audit import AuditMatches
from ranking.shares import Clustered, clustered_ratio, clustered_share

FEATURES: Final = ("length", "markdown", "list", "header")
NO_TEXT = "not enough data: no decided pair has two texts that differ in it"


def style_figures(evidence: Evidence, pairs: Pairs) -> list[Figure]:
    figures = [figure for feature in FEATURES for figure in _shares(evidence, pairs, feature)]
    figures.insert(2, _beta(evidence, pairs))
    return figures


def _larger(evidence: Evidence, m: AuditMatches, feature: str) -> NDArray[np.int64]:
    """+1 where a has more, -1 where b has, 0 where they are equal or a text is missing."""
    a, b = evidence.size_of(m.response_a, feature), evidence.size_of(m.response_b, feature)
    return np.where((a < 0) | (b < 0), 0, np.sign(a - b))


def _shares(evidence: Evidence, pairs: Pairs, feature: str) -> list[Figure]:
    once = pairs.once.scored
    larger = _larger(evidence, once.matches, feature)
    usable = (larger != 0) & ((once.verdict == A) | (once.verdict == B))
    if not usable.any():
        return [missing_figure(f"{feature}.share", NO_TEXT), missing_figure(f"{feature}.excess", NO_TEXT)]
    kept = once.where(usable)
    side = np.where(larger[usable] > 0, A, B)
    wins = (kept.verdict == side).astype(float)
    people, n_votes = _people(evidence, kept, side)
    shared = n_votes > 0
    aside = None
    if shared.any():
        aside = Aside(float(people[shared].mean()), int(n_votes.sum()))
    longest = None if feature == "length" else _longest(evidence, kept, side)
    return [
        make_figure(
            f"{feature}.share", clustered_share(wins, kept.prompt), people=aside,
            longest=Aside(1.0, len(kept)) if feature == "length" else longest,
        ),
        _excess(f"{feature}.excess", wins[shared] - people[shared], kept.prompt[shared]),
    ]  # fmt: skip


def _people(
    evidence: Evidence, kept: Pairs, side: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give people's share of deciding votes for the larger response on each pair, and how many they are."""
    votes = Pairs(evidence.votes)
    deciding = votes.where((votes.verdict == A) | (votes.verdict == B))
    row = find_pairs(kept.matches, deciding.matches)
    found = row >= 0
    row, said = row[found], deciding.verdict[found]
    n = np.bincount(row, minlength=len(kept))
    hits = np.bincount(row, (said == side[row]).astype(float), minlength=len(kept))
    return np.divide(hits, n, out=np.zeros(len(kept)), where=n > 0), n


def _longest(evidence: Evidence, kept: Pairs, side: NDArray[np.int64]) -> Aside | None:
    longer = _larger(evidence, kept.matches, "length")
    known = longer != 0
    if not known.any():
        return None
    agrees = np.where(longer[known] > 0, A, B) == side[known]
    return Aside(float(agrees.mean()), int(known.sum()))


def _excess(name: str, lead: NDArray[np.float64], prompt: NDArray[np.int64]) -> Figure:
    got = clustered_ratio(lead, np.ones(len(lead)), prompt)
    return make_figure(name, got, needs_prompts=MIN_PROMPTS)


def _beta(evidence: Evidence, pairs: Pairs) -> Figure:
    got = _beta_of(evidence, pairs.once.scored.matches)
    if not got.n_items:
        return missing_figure("length.beta", "not enough data: no scored pair has both texts")
    human = _beta_of(evidence, evidence.votes)
    has_people = human.n_items and np.isfinite(human.value)
    people = Aside(human.value, human.n_items) if has_people else None
    return make_figure("length.beta", got, people=people, needs_prompts=MIN_PROMPTS)


def _beta_of(evidence: Evidence, scored: AuditMatches) -> Clustered:
    kept, columns = length_column(evidence, scored)
    if not len(kept) or not columns["length"].any():
        return Clustered(np.nan, np.nan, np.nan, np.nan, 0, 0)
    fitted = fit_terms(to_rows(evidence, kept, covariates=columns), covariates=("length",))
    return term_figure(fitted, "length", len(kept), len(np.unique(kept.prompt_id)))
