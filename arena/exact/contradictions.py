"""Which verdicts an exact check contradicts, and the check as the one that decides (the gate)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arena.errors import UsageError
from arena.exact.correlation import POINTS
from arena.judges import label_judges
from arena.store import in_words
from db import Database, Session, datasets, exact, judges
from db.boards import VERDICT_CODES, MatchArrays
from db.exact import DecidedMatch
from judge.exact import MetricError, parse_metric


@dataclass(frozen=True)
class Contradiction:
    """A match whose judge prefers the response that the check says is wrong to the one it says is right."""

    match_id: int
    prompt_id: int
    judge: str
    metric: str
    preferred: str
    right: str
    is_gated: bool
    """True on a `correctness` prompt, where a gate overrules the judge."""


@dataclass(frozen=True)
class JudgeCheck:
    """One judge against one check, over matches where the check says that exactly one response is right.

    The rest, `n_decided - n_agreed - n_contradicted`, are ties and flips: neither.
    """

    judge: str
    metric: str
    n_decided: int
    n_agreed: int
    n_contradicted: int
    contradictions: tuple[Contradiction, ...]


def find_contradictions(
    database: Database, dataset: str, *, tags: Sequence[str] = (), limit: int = 200
) -> list[JudgeCheck]:
    """Hold every judge's matches, votes too, against every stored check; at most `limit` rows each."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        metrics = [key for key in exact.list_metrics(session, dataset_id) if parse_metric(key).is_check]
        checks = {key: _load_check(session, dataset_id, key) for key in metrics}
        matches = exact.load_matches(session, dataset_id, tags)
        labels = label_judges(judges.list_stored_judges(session))
        ids = {id_ for match in matches for id_ in (match.contestant_a_id, match.contestant_b_id)}
        names = exact.load_names(session, sorted(ids))
    found = []
    for judge_id in dict.fromkeys(match.judge_id for match in matches):
        mine = [match for match in matches if match.judge_id == judge_id]
        for key, values in checks.items():
            row = _hold_against(mine, values, key, labels[judge_id], names, limit)
            if row.n_decided:
                found.append(row)
    return found


def list_checks(database: Database, dataset: str) -> list[str]:
    """Return the checks that the data set has scores of: those that can gate."""
    with in_words(), database.read() as session:
        metrics = exact.list_metrics(session, datasets.get_dataset_id(session, dataset))
    return [key for key in metrics if parse_metric(key).is_check]


def _load_check(session: Session, dataset_id: int, metric: str) -> dict[int, bool]:
    scores = exact.load_scores(session, dataset_id, metrics=[metric])
    return {score.response_id: score.value >= 1 for score in scores if score.value is not None}


def _hold_against(
    matches: Sequence[DecidedMatch],
    is_right: dict[int, bool],
    metric: str,
    judge: str,
    names: dict[int, str],
    limit: int,
) -> JudgeCheck:
    n_decided = n_agreed = n_contradicted = 0
    rows: list[Contradiction] = []
    for match in matches:
        a, b = is_right.get(match.response_a_id), is_right.get(match.response_b_id)
        if a is None or b is None or a == b:
            continue
        n_decided += 1
        outcome = _outcome(match)
        if outcome == 0.5:
            continue
        prefers_a = outcome > 0.5
        if prefers_a == a:
            n_agreed += 1
            continue
        n_contradicted += 1
        if len(rows) < limit:
            name_a, name_b = names[match.contestant_a_id], names[match.contestant_b_id]
            preferred, right = (name_a, name_b) if prefers_a else (name_b, name_a)
            gated = match.kind == "correctness"
            rows.append(Contradiction(match.id, match.prompt_id, judge, metric, preferred, right, gated))
    return JudgeCheck(judge, metric, n_decided, n_agreed, n_contradicted, tuple(rows))


def _outcome(match: DecidedMatch) -> float:
    given = [POINTS[verdict] for verdict in (match.verdict_ab, match.verdict_ba) if verdict is not None]
    return sum(given) / len(given)


@dataclass(frozen=True)
class Gated:
    """Matches after the gate, and how many of them it decided and how many verdicts that changed."""

    matches: MatchArrays
    n_decided: int
    n_changed: int


def gate_matches(session: Session, dataset_id: int, metric: str, matches: MatchArrays) -> Gated:
    """Let a check decide matches on `correctness` prompts where exactly one response is right.

    There the right response wins in every order that was judged, whatever the judge said; elsewhere, and
    where both are right or both wrong, the judge's verdicts stand.

    Raises
    ------
    UsageError
        If the metric is no check, or has no scores in the data set.
    """
    try:
        parsed = parse_metric(metric)
    except MetricError as error:
        raise UsageError(f"This gate cannot be: {error}.") from error
    if not parsed.is_check:
        raise UsageError(f"{metric} is no check: only exact, contains, regex and number say right or wrong.")
    is_right = _load_check(session, dataset_id, parsed.key)
    if not is_right:
        raise UsageError(
            f"There are no {parsed.key} scores here yet. Compute them first: exact --metric {parsed.key}"
        )
    prompts = exact.list_correctness_prompts(session, dataset_id)
    right_a, known_a = _look_up(is_right, matches.response_a)
    right_b, known_b = _look_up(is_right, matches.response_b)
    decided = known_a & known_b & (right_a != right_b) & np.isin(matches.prompt_id, prompts)
    winner = np.where(right_a, VERDICT_CODES["a"], VERDICT_CODES["b"])
    verdict_ab = np.where(decided & (matches.verdict_ab > 0), winner, matches.verdict_ab)
    verdict_ba = np.where(decided & (matches.verdict_ba > 0), winner, matches.verdict_ba)
    changed = (verdict_ab != matches.verdict_ab) | (verdict_ba != matches.verdict_ba)
    gated = replace(matches, verdict_ab=verdict_ab, verdict_ba=verdict_ba)
    return Gated(gated, int(decided.sum()), int(changed.sum()))


def _look_up(
    is_right: dict[int, bool], response_ids: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    right = np.array([is_right.get(int(one), False) for one in response_ids], dtype=bool)
    known = np.array([int(one) in is_right for one in response_ids], dtype=bool)
    return right, known
