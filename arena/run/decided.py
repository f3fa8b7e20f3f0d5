"""From what a judge said to the rows that are stored: one judgment, or every pair of a ranked list."""

from __future__ import annotations

from dataclasses import replace

from arena.run.slates import pair_verdicts
from arena.run.station import Station
from arena.run.subjects import ListSubject, Subject
from db.results import FinishedJudgment, StoredGrade
from db.runs import PlannedJudgment
from judge import Judgment


def to_finished(
    subject: Subject | ListSubject, judgment: Judgment, station: Station
) -> list[FinishedJudgment]:
    """Return what a judgment decides: itself, or every pair of a ranked list, which share its cost."""
    whole = _finished(subject.planned, judgment, station)
    for call in judgment.calls:
        station.forget(call.request.key)
    if not isinstance(subject, ListSubject):
        return [whole]
    verdicts = pair_verdicts(judgment.ranking, subject.response_ids)
    n = len(subject.pairs)
    return [
        replace(
            whole,
            id=pair.id,
            response_first_id=pair.response_first_id,
            verdict=verdicts.get(frozenset((pair.response_first_id, pair.response_second_id or 0))),
            n_tokens_in=_share(whole.n_tokens_in, index, n),
            n_tokens_out=_share(whole.n_tokens_out, index, n),
            cost_usd=None if whole.cost_usd is None else whole.cost_usd / n,
        )
        for index, pair in enumerate(subject.pairs)
    ]


def _finished(planned: PlannedJudgment, judgment: Judgment, station: Station) -> FinishedJudgment:
    replies = [call.reply for call in judgment.calls if call.reply is not None]
    keys = tuple(call.request.key for call in judgment.calls if call.reply is not None)
    return FinishedJudgment(
        id=planned.id,
        response_first_id=planned.response_first_id,
        state=judgment.state,
        verdict=judgment.verdict,
        reason=judgment.reason,
        detail=judgment.problem or None,
        reasoning=judgment.reasoning or None,
        raw_text=None if keys else judgment.raw_text or None,
        parse_path=judgment.parse_path,
        probability=judgment.probability,
        expected_outcome=judgment.expected_outcome,
        call_keys=keys,
        n_tokens_in=_sum([reply.n_tokens_in for reply in replies]),
        n_tokens_out=_sum([reply.n_tokens_out for reply in replies]),
        cost_usd=judgment.cost_usd,
        latency_s=judgment.latency_s if replies else None,
        attempts=sum(station.attempts.get(call.request.key, 1) for call in judgment.calls),
        is_cached=bool(keys) and not any(key in station.paid for key in keys),
        grades=tuple(StoredGrade(grade.criterion, grade.level, grade.reasoning) for grade in judgment.grades),
    )


def _sum(numbers: list[int | None]) -> int | None:
    """Return the sum, None where any is unknown or there are none."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _share(total: int | None, index: int, n: int) -> int | None:
    """Split a count over n parts that add up to it."""
    return None if total is None else total * (index + 1) // n - total * index // n
