"""Verbosity and style: how often the longer, or the more dressed-up, response wins, beside people's votes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.audit.definitions import MIN_ITEMS, MIN_PROMPTS, make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs, find_pairs
from arena.audit.joint_fit import fit_terms, style_columns, term_figure, to_rows
from arena.audit.records import Aside, Figure
from arena.board.positions import distinct_of
from arena.outcomes import A, B
from db.audit import AuditMatches
from ranking.shares import Clustered, clustered_ratio, clustered_share

FEATURES: Final = ("length", "markdown", "list", "header")
NO_DIFFERENCE = "not enough data: no scored pair has two texts that differ in it"
NO_TEXT = "not enough data: no decided pair has two texts that differ in it"


TERMS: Final = (("length",), ("length", "markdown"), ("length", "list", "header", "bold"))
"""Which terms stand in one fit: Markdown as a whole, or its parts beside each other, always with length."""

MIN_PROMPTS_OF_TERMS: Final = {"length": 30, "markdown": 40, "list": 40, "header": 40}
"""With 20 prompts the intervals of these terms cover 92 to 93 %, not 95: a few prompts hold most lists."""


def style_figures(evidence: Evidence, pairs: Pairs) -> list[Figure]:
    betas = _betas(evidence, pairs)
    return [figure for feature in FEATURES for figure in (*_shares(evidence, pairs, feature), betas[feature])]


def _larger(evidence: Evidence, m: AuditMatches, feature: str) -> NDArray[np.int32]:
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
    side = np.where(larger[usable] > 0, A, B).astype(np.int8)
    wins = (kept.verdict == side).astype(float)
    people, n_votes = _people(evidence, once, usable, side)
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
    evidence: Evidence, once: Pairs, usable: NDArray[np.bool_], side: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give people's share of deciding votes for the larger response, and how many, of each usable pair."""
    votes = Pairs(evidence.votes)
    deciding = votes.where((votes.verdict == A) | (votes.verdict == B))
    at = find_pairs(once, deciding.matches)
    found = at >= 0
    found[found] = usable[at[found]]
    row, said = (np.cumsum(usable) - 1)[at[found]], deciding.verdict[found]
    n = np.bincount(row, minlength=len(side))
    hits = np.bincount(row, (said == side[row]).astype(float), minlength=len(side))
    return np.divide(hits, n, out=np.zeros(len(side)), where=n > 0), n


def _longest(evidence: Evidence, kept: Pairs, side: NDArray[np.int8]) -> Aside | None:
    longer = _larger(evidence, kept.matches, "length")
    known = longer != 0
    if not known.any():
        return None
    agrees = np.where(longer[known] > 0, A, B) == side[known]
    return Aside(float(agrees.mean()), int(known.sum()))


def _excess(name: str, lead: NDArray[np.float64], prompt: NDArray[Any]) -> Figure:
    got = clustered_ratio(lead, np.ones(len(lead)), prompt)
    return make_figure(name, got, needs_prompts=MIN_PROMPTS)


def _betas(evidence: Evidence, pairs: Pairs) -> dict[str, Figure]:
    """Give the term of each feature, the judge's beside that of people's votes."""
    judge = _terms_of(evidence, pairs.once.scored.matches)
    people = _terms_of(evidence, evidence.votes)
    return {feature: _beta(feature, judge.get(feature), people.get(feature)) for feature in FEATURES}


def _beta(feature: str, judge: Clustered | None, people: Clustered | None) -> Figure:
    if judge is None:
        return missing_figure(
            f"{feature}.beta", "not enough data: no scored pair has texts that differ in it"
        )
    aside = None
    if people is not None and people.n_items >= MIN_ITEMS and np.isfinite(people.value):
        aside = Aside(people.value, people.n_items)
    needs = MIN_PROMPTS_OF_TERMS[feature]
    return make_figure(f"{feature}.beta", judge, people=aside, needs_prompts=needs)


def _terms_of(evidence: Evidence, scored: AuditMatches) -> dict[str, Clustered]:
    """Fit each group of terms once; a feature in which no pair differs has none."""
    kept, columns = style_columns(evidence, scored)
    if not len(kept):
        return {}
    n_prompts = len(distinct_of(kept.prompt_id))
    differing = {name for name, column in columns.items() if column.any()}
    found: dict[str, Clustered] = {}
    for group in TERMS:
        names = [name for name in group if name in differing]
        if not (set(names) & set(FEATURES)) - found.keys():
            continue
        fitted = fit_terms(
            to_rows(evidence, kept, covariates={name: columns[name] for name in names}), covariates=names
        )
        for name in set(names) & set(FEATURES) - found.keys():
            found[name] = term_figure(fitted, name, len(kept), n_prompts)
    return found
