"""The point estimate: from matches to a solved problem, leaving out, with a note, what has no estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ranking.arrays import FloatArray, IndexArray, sum_by
from ranking.cells import Cells, Terms, sum_cells, sum_with_pairs
from ranking.codes import is_ternary
from ranking.components import Components, component_notes, find_components, has_upset
from ranking.errors import InvalidMatchesError, NotConvergedError
from ranking.matches import Matches
from ranking.newton import Problem, Solution, maximise
from ranking.ratings import Ratings
from ranking.rows import Rows
from ranking.terms import PerJudge, build_terms, unidentified_terms
from ranking.ties import HalfWins, Likelihood, Ties, likelihood_of

EXPLAINED_AWAY = "not identified: the strengths or other terms explain it, or it never varies"

NO_FINITE_ESTIMATE = "not identified: it has no finite estimate, it alone decides some matches"
NO_UPSET = "not identified: no match went against the order, so it is not finite; a tie counts half a win"
RAN_OFF = 10.0  # nats, times a term's largest value
THIN_SHARE = 50_000  # rows of the first climb
THIN_TOLERANCE = 1e-2  # nats; the sampling error of the thin share is larger
THIN_PRIOR = 0.05  # keeps finite a strength that the thin share alone would not


@dataclass(frozen=True, eq=False)
class Model:
    """The options of `fit_bradley_terry` that shape the likelihood."""

    ties: Ties = "half"
    position: bool | PerJudge = False
    self_preference: bool | PerJudge = False
    covariates: tuple[str, ...] = ()
    prior_precision: float = 0.0


@dataclass(frozen=True, eq=False)
class Estimate:
    """A solved problem; `terms` are those in the fit, `left_out` says why the others are not."""

    problem: Problem
    solution: Solution
    terms: Terms
    found: Components
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    n_matches: FloatArray
    left_out: Mapping[str, str] = field(default_factory=dict)


def estimate_strengths(matches: Matches, model: Model, start: Ratings | None = None) -> Estimate:
    """Fit without intervals."""
    if model.ties != "half" and not is_ternary(matches.outcome):
        raise InvalidMatchesError(f"ties={model.ties!r} needs outcomes of 0, 0.5 or 1; use ties='half'")
    terms = build_terms(matches, model.position, model.self_preference, model.covariates)
    if terms.columns is not None and model.ties == "half":
        pairs = sum_cells(matches, Terms())
        return estimate_from_cells(pairs, pairs, terms, matches.names, model, start, Rows.of(matches, terms))
    summed = sum_with_pairs(matches, terms)
    return estimate_from_cells(summed.cells, summed.pairs, terms, matches.names, model, start)


def estimate_from_cells(
    cells: Cells,
    pairs: Cells,
    terms: Terms,
    names: tuple[str, ...],
    model: Model,
    start: Ratings | None = None,
    rows: Rows | None = None,
) -> Estimate:
    """Fit cells that are already summed; `pairs` are the same matches summed without terms.

    With `rows`, those are fitted, and the cells are the pairs.
    """
    found = find_components(pairs, len(names))
    notes, reasons = _reasons(pairs, found, names, model)
    if model.prior_precision > 0:
        found = _joined(found)
    n_matches = sum_by(pairs.a, pairs.weight, len(names)) + sum_by(pairs.b, pairs.weight, len(names))
    if found.n_components > 1:
        cells = cells.take(found.label[cells.a] == found.label[cells.b])
        rows = None if rows is None else rows.only(found.label[rows.a] == found.label[rows.b])
        pairs = pairs.take(found.label[pairs.a] == found.label[pairs.b])
    likelihood, left_out = _likelihood(model.ties, cells)
    if likelihood.has_tie_term and not has_upset(pairs, len(names)):
        likelihood, left_out = HalfWins(), {"tie": NO_UPSET}
    problem = Problem(cells, len(names), found.label, likelihood, model.prior_precision, rows)
    first = _start(problem, names, start)
    if unidentified_terms(_thin(problem), terms, first):
        for k in unidentified_terms(problem, terms, first):
            left_out[terms.names[k]] = EXPLAINED_AWAY
    while True:
        problem, terms = _without(problem, terms, left_out)
        try:
            solution = maximise(problem, _near_start(problem, _start(problem, names, start)))
        except NotConvergedError as error:
            if problem.likelihood.has_tie_term and _tie_ran_off(error):
                problem = replace(problem, likelihood=HalfWins())
                left_out["tie"] = NO_UPSET
                continue
            largest = _diverging_term(problem, terms, error)
            if largest is None:
                raise
            left_out[largest] = NO_FINITE_ESTIMATE
            continue
        notes.extend(f"{name}: {why}." for name, why in left_out.items())
        return Estimate(problem, solution, terms, found, reasons, tuple(notes), n_matches, left_out)


def _reasons(
    pairs: Cells, found: Components, names: tuple[str, ...], model: Model
) -> tuple[list[str], tuple[str, ...]]:
    """Say in notes, and for each contestant, what has no finite strength and what the prior does to it."""
    notes, reasons = component_notes(pairs, found, names)
    if not len(pairs):
        notes = ["There are no matches with a weight above 0."]
    if model.prior_precision > 0:
        notes = [f"{note} The prior alone makes it finite." for note in notes]
        notes.append(f"Strengths are drawn to 0 by a normal prior of precision {model.prior_precision:g}.")
        reasons = ["" for _ in reasons]
    return notes, tuple(reasons)


def _near_start(problem: Problem, start: FloatArray) -> FloatArray:
    """With very many rows, climb first on a thin even share of them, which costs little and lands close."""
    thin = _thin(problem)
    if thin is problem:
        return start
    thin = replace(thin, prior_precision=max(THIN_PRIOR, problem.prior_precision))
    try:
        return maximise(thin, start, tolerance=THIN_TOLERANCE).parameters
    except NotConvergedError:
        return start


def _thin(problem: Problem) -> Problem:
    step = len(problem.cells if problem.rows is None else problem.rows) // THIN_SHARE
    if step < 4:
        return problem
    if problem.rows is not None:
        return replace(problem, rows=problem.rows.every(step))
    return replace(problem, cells=problem.cells.take(slice(None, None, step)))


def _joined(found: Components) -> Components:
    """Make all one component, as a prior does."""
    one = np.zeros_like(found.label)
    return Components(one, 1, np.array([len(one)]), one, 1)


def _likelihood(ties: Ties, cells: Cells) -> tuple[Likelihood, dict[str, str]]:
    """Give the likelihood, or half wins where the tie term has no finite estimate."""
    tied, decided = float(cells.tie.sum()), float(cells.win.sum() + cells.loss.sum())
    if ties == "half" or (tied > 0 and decided > 0):
        return likelihood_of(ties), {}
    why = "not identified: there is no tie" if tied == 0 else "not identified: every match is a tie"
    likelihood_of(ties)
    return HalfWins(), {"tie": why}


def _without(problem: Problem, terms: Terms, left_out: Mapping[str, str]) -> tuple[Problem, Terms]:
    """Drop the terms that are left out."""
    keep = [k for k, name in enumerate(terms.names) if name not in left_out]
    if len(keep) == len(terms.names):
        return problem, terms
    terms = replace(
        terms,
        names=tuple(terms.names[k] for k in keep),
        scale=tuple(terms.scale[k] for k in keep),
        table=None if terms.table is None else terms.table[:, keep],
        columns=None if terms.columns is None else tuple(terms.columns[k] for k in keep),
    )
    if problem.rows is not None:
        return replace(problem, rows=problem.rows.with_terms(keep)), terms
    return replace(problem, cells=replace(problem.cells, terms=problem.cells.terms[:, keep])), terms


def _start(problem: Problem, names: tuple[str, ...], earlier: Ratings | None) -> FloatArray:
    """Start at an earlier fit where it has finite strengths, else at the win rates."""
    start = np.zeros(problem.n_parameters)
    if problem.likelihood.has_tie_term:
        cells = problem.cells
        start[-1] = problem.likelihood.start(float(cells.tie.sum() / cells.weight.sum()))
    if earlier is None:
        if len(problem.cells) <= THIN_SHARE:
            start[: len(names)] = _centred(_odds_of_win_rate(problem), problem.component)
        return start
    if earlier.names != names:
        raise InvalidMatchesError("start must be a fit of the same contestants")
    start[: len(names)] = _centred(np.nan_to_num(earlier.theta, nan=0.0), problem.component)
    return start


def _odds_of_win_rate(problem: Problem) -> FloatArray:
    """Give each contestant's log-odds of a point, one point added: a start that saves an iteration."""
    cells, n = problem.cells, problem.n_contestants
    total, points = cells.weight, cells.score
    met = sum_by(cells.a, total, n) + sum_by(cells.b, total, n)
    won = sum_by(cells.a, points, n) + sum_by(cells.b, total - points, n)
    rate = np.clip((won + 0.5) / (met + 1), 0.01, 0.99)
    return np.asarray(np.log(rate / (1 - rate)))


def _centred(strengths: FloatArray, component: IndexArray) -> FloatArray:
    """Take each component's mean out."""
    size = np.bincount(component)
    mean = sum_by(component, strengths, len(size)) / np.maximum(size, 1)
    return strengths - mean[component]


def _tie_ran_off(error: NotConvergedError) -> bool:
    return error.parameters is not None and abs(float(error.parameters[-1])) > RAN_OFF


def _diverging_term(problem: Problem, terms: Terms, error: NotConvergedError) -> str | None:
    """Name the term that ran furthest off, if any ran off."""
    if error.parameters is None or not terms.names:
        return None
    n = problem.n_contestants
    largest = [float(np.abs(column).max()) for column in terms.values()]
    size = np.abs(error.parameters[n : n + len(terms.names)]) * np.array(largest)
    return terms.names[int(size.argmax())] if size.max() > RAN_OFF else None
