"""What bias does to the board: ranks with and without each term, and by judge, people and both."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from arena.audit.card import find_versions
from arena.audit.evidence import Evidence, load_evidence
from arena.audit.joint_fit import fit_terms, style_columns, to_rows, to_rows_by_order
from arena.audit.self_preference import family_columns
from arena.errors import UsageError
from arena.store import in_words
from db import Database, datasets
from db.audit import AuditMatches
from db.judges import StoredJudge
from ranking import InvalidMatchesError, Matches, NotConvergedError, Ratings, fit_calibrated


@dataclass(frozen=True)
class RankedRow:
    """One contestant in one column. None where it has no rating there; `moves` counts places up."""

    contestant: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    rating: float | None
    moves: int | None


@dataclass(frozen=True)
class RankedColumn:
    """One way to rank; `note` says why it has no rows, or what it rests on."""

    name: str
    about: str
    rows: tuple[RankedRow, ...]
    n_matches: int
    note: str


@dataclass(frozen=True)
class BoardEffect:
    """Columns side by side: `terms` against the plain fit, `lenses` against the judge's."""

    judge: str
    dataset: str | None
    terms: tuple[RankedColumn, ...]
    lenses: tuple[RankedColumn, ...]
    sentence: str


def get_board_effect(database: Database, judge: str, dataset: str | None = None) -> BoardEffect:
    """Rank by one judge version's matches with and without each term.

    Raises
    ------
    UsageError
        If the name fits several versions.
    """
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        evidence = load_evidence(session, dataset_id)
    versions = find_versions(evidence.judges, judge)
    if len(versions) > 1:
        raise UsageError(f"'{judge}' has {len(versions)} versions; name one as NAME@VERSION.")
    return make_board_effect(evidence, versions[0], dataset)


def make_board_effect(evidence: Evidence, judge: StoredJudge, dataset: str | None) -> BoardEffect:
    scored = evidence.of_judge(judge.id).scored.matches
    makers: dict[str, tuple[str, Callable[[], Ratings | str]]] = {
        "plain": ("strengths alone", lambda: fit_terms(to_rows(evidence, scored))),
        "position": ("with a term for being shown first",
                     lambda: fit_terms(to_rows_by_order(evidence, scored), position=True)),
        "length": ("with a term for length", lambda: _with_style(evidence, scored, "length")),
        "markdown": ("with terms for headers, lists and bold",
                     lambda: _with_style(evidence, scored, "header", "list", "bold")),
        "self-preference": ("with a term for the judge's own family, seen by other judges and people",
                            lambda: _with_family(evidence, judge)),
    }  # fmt: skip
    fitted = {name: (about, make()) for name, (about, make) in makers.items()}
    terms = _columns({name: (about, found, len(scored)) for name, (about, found) in fitted.items()})
    lenses = _lenses(evidence, scored, fitted["plain"][1])
    return BoardEffect(judge.name, dataset, terms, lenses, _sentence(judge.name, terms))


def _with_style(evidence: Evidence, scored: AuditMatches, *names: str) -> Ratings | str:
    kept, columns = style_columns(evidence, scored)
    if not len(kept):
        return "no pair has both texts"
    differing = {name: columns[name] for name in names if columns[name].any()}
    if not differing:
        return "no response differs in it"
    return fit_terms(to_rows(evidence, kept, covariates=differing), covariates=tuple(differing))


def _with_family(evidence: Evidence, judge: StoredJudge) -> Ratings | str:
    found = family_columns(evidence, judge)
    if isinstance(found, str):
        return found
    return fit_terms(to_rows(evidence, found.pooled, same_family=found.column), self_preference=True)


def _lenses(evidence: Evidence, scored: AuditMatches, by_judge: Ratings | str) -> tuple[RankedColumn, ...]:
    votes = evidence.votes
    by_people = fit_terms(to_rows(evidence, votes)) if len(votes) else "people have not voted here"
    return _columns(
        {
            "judge": ("this judge's verdicts", by_judge, len(scored)),
            "human": ("people's votes", by_people, len(votes)),
            "calibrated": (
                "the judge, corrected by people's votes",
                _calibrated(evidence, scored),
                len(votes),
            ),
        }
    )


def _calibrated(evidence: Evidence, scored: AuditMatches) -> Ratings | str:
    if not len(evidence.votes) or not len(scored):
        return "needs matches of this judge and people's votes"
    judge, human = to_rows(evidence, scored), to_rows(evidence, evidence.votes)
    names = judge.names
    place = {name: index for index, name in enumerate(names)}
    known = np.array([name in place for name in human.names])
    kept = human.take(known[human.a] & known[human.b])
    at = np.array([place.get(name, 0) for name in human.names])
    votes = Matches(at[kept.a], at[kept.b], kept.outcome, names, prompt_id=kept.prompt_id)
    try:
        return fit_calibrated(judge, votes).ratings
    except InvalidMatchesError as error:
        return str(error)
    except NotConvergedError:
        return "people decided too few of this judge's pairs"


def _columns(fitted: dict[str, tuple[str, Ratings | str, int]]) -> tuple[RankedColumn, ...]:
    """Make columns whose moves are counted against the first one."""
    columns: list[RankedColumn] = []
    first: dict[str, int] = {}
    for name, (about, found, n) in fitted.items():
        if isinstance(found, str):
            columns.append(RankedColumn(name, about, (), n, found))
            continue
        missing = [f"{term}: {c.note}" for term, c in found.coefficients.items() if c.note]
        rows = _rows(found, first)
        columns.append(RankedColumn(name, about, rows, n, "; ".join(missing)))
        if not first:
            first = {row.contestant: row.rank for row in rows if row.rank is not None}
    return tuple(columns)


def _rows(found: Ratings, first: dict[str, int]) -> tuple[RankedRow, ...]:
    known = np.isfinite(found.theta)
    rows = []
    for k, name in enumerate(found.names):
        rank = 1 + int((found.theta[known] > found.theta[k] + 1e-9).sum()) if known[k] else None
        has_range = math.isfinite(found.low[k])
        before = first.get(name)
        rows.append(
            RankedRow(
                contestant=name,
                rank=rank,
                rank_low=int(found.rank_low[k]) if has_range else None,
                rank_high=int(found.rank_high[k]) if has_range else None,
                rating=float(found.rating[k]) if known[k] else None,
                moves=None if rank is None or before is None else before - rank,
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.contestant)))


def _sentence(judge: str, terms: tuple[RankedColumn, ...]) -> str:
    moved = {
        column.name: [row.contestant for row in column.rows if row.moves] for column in terms if column.rows
    }
    said = [f"{name} ({', '.join(names[:4])})" for name, names in moved.items() if names]
    if not terms or not terms[0].rows:
        return f"{judge} has no ranking to compare."
    if not said:
        return "No term changes the order of the estimates; their intervals may still be wide."
    return f"The order of the estimates changes with the term for {'; '.join(said)}."
