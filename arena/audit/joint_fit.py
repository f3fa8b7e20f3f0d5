"""The terms of the joint fit: a judge's matches as rows of a fit, with features and families beside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.audit.evidence import Evidence, Pairs
from arena.board.positions import distinct_of, positions_of
from arena.outcomes import OUTCOME
from db.audit import AuditMatches
from ranking import Coefficient, InvalidMatchesError, Matches, NotConvergedError, Ratings, fit_bradley_terry
from ranking import length_difference as _length_difference
from ranking.shares import Clustered
from ranking.style import density_difference

Floats = NDArray[np.float64]


def to_rows(
    evidence: Evidence,
    scored: AuditMatches,
    *,
    covariates: Mapping[str, Floats] | None = None,
    same_family: Floats | None = None,
) -> Matches:
    """Turn scored matches into one row each, the mean of its orders.

    Without a term for the order that is the same likelihood as a row an order of half the weight.
    """
    met = _Met.of(evidence, scored)
    return Matches(
        met.a,
        met.b,
        Pairs(scored).score_a,
        met.names,
        prompt_id=scored.prompt_id,
        judge=scored.judge_id,
        same_family=same_family,
        covariates=covariates,
    )


def to_rows_by_order(evidence: Evidence, scored: AuditMatches) -> Matches:
    """Turn scored matches into a row an order: each of a complete match weighs one half."""
    met = _Met.of(evidence, scored)
    ab, ba = np.flatnonzero(scored.verdict_ab > 0), np.flatnonzero(scored.verdict_ba > 0)
    row = np.concatenate([ab, ba])
    weight = np.where(scored.n_orders == 2, 0.5, 1.0)
    return Matches(
        met.a[row],
        met.b[row],
        OUTCOME[np.concatenate([scored.verdict_ab[ab], scored.verdict_ba[ba]])],
        met.names,
        weight=None if (scored.n_orders == 2).all() else weight[row],  # equal weights change nothing
        prompt_id=scored.prompt_id[row],
        shown_first=np.concatenate([np.ones(len(ab), dtype=np.int8), -np.ones(len(ba), dtype=np.int8)]),
    )


@dataclass(frozen=True)
class _Met:
    """Who meets in each match, as places in `names`."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    names: list[str]

    @classmethod
    def of(cls, evidence: Evidence, scored: AuditMatches) -> _Met:
        met = np.union1d(distinct_of(scored.contestant_a), distinct_of(scored.contestant_b))
        names = {contestant.id: contestant.name for contestant in evidence.contestants}
        a, b = (positions_of(met, side) for side in (scored.contestant_a, scored.contestant_b))
        return cls(a, b, [names[contestant] for contestant in met.tolist()])


def length_column(evidence: Evidence, scored: AuditMatches) -> tuple[AuditMatches, dict[str, Floats]]:
    """Keep the matches with both texts, and give their length feature."""
    a = evidence.size_of(scored.response_a, "length")
    b = evidence.size_of(scored.response_b, "length")
    known = (a >= 0) & (b >= 0)
    if known.all():
        return scored, {"length": _length_difference(a, b)}
    return scored.take(np.flatnonzero(known)), {"length": _length_difference(a[known], b[known])}


def style_columns(evidence: Evidence, scored: AuditMatches) -> tuple[AuditMatches, dict[str, Floats]]:
    """Keep the matches with both texts, and give their length and Markdown features."""
    kept, columns = length_column(evidence, scored)
    a, b = kept.response_a, kept.response_b
    length_a, length_b = evidence.size_of(a, "length"), evidence.size_of(b, "length")
    for name in ("markdown", "list", "header", "bold"):
        columns[name] = density_difference(
            evidence.size_of(a, name), evidence.size_of(b, name), length_a, length_b
        )
    return kept, columns


def fit_terms(
    matches: Matches,
    *,
    position: bool = False,
    self_preference: bool = False,
    covariates: Sequence[str] = (),
) -> Ratings | str:
    """Fit, or say why there is no fit."""
    if not len(matches):
        return "no scored matches"
    try:
        return fit_bradley_terry(
            matches,
            position=position,
            self_preference="per-judge" if self_preference else False,
            covariates=tuple(covariates),
        )
    except NotConvergedError:
        return "the fit did not converge"
    except InvalidMatchesError as error:
        return str(error)


def term_figure(fitted: Ratings | str, name: str, n_items: int, n_prompts: int) -> Clustered:
    """Give a coefficient as a figure; its note says why there is none."""
    if isinstance(fitted, str):
        return Clustered(math.nan, math.nan, math.nan, math.nan, n_items, n_prompts, fitted)
    term = fitted.coefficients.get(name, Coefficient(math.nan, math.nan, note="not identified"))
    return Clustered(term.estimate, term.low, term.high, term.p_value, n_items, n_prompts, note=term.note)
