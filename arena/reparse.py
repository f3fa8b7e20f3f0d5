"""Reading stored answers with this version's parser: a new judge version, and not one call."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from arena.errors import UsageError
from arena.judges import SHORT_VERSION, find_judge
from arena.run.answers import to_reply
from arena.run.judge_choice import to_new_judge
from arena.run.slates import pair_verdicts
from arena.store import in_words
from db import Database, datasets, judges, reread
from db.reread import AnsweredJudgment, RereadJudgment
from db.results import StoredGrade
from judge import PARSER_VERSION, JudgeSpec, Reading, ShownOrder, read_replies

PROMPTS_AT_ONCE = 50


@dataclass(frozen=True)
class Reparsed:
    """What reading anew came to.

    `n_read` judgments had an answer to read; `n_kept` had none and were taken over with their reason. Of
    those read, `n_changed` have another verdict, level, state or reason than before, `n_now_scored` were
    unscored, `n_now_unscored` were scored. `n_there` had been read by this parser before.
    """

    judge: str
    version: str
    new_version: str
    n_read: int
    n_kept: int
    n_changed: int
    n_now_scored: int
    n_now_unscored: int
    n_there: int
    sentence: str


def reparse_judge(database: Database, wanted: str, dataset: str | None = None) -> Reparsed:
    """Read a judge version's stored answers anew, as the version that has this parser. Makes no call.

    Raises
    ------
    UsageError
        If the judge made no calls, or has this parser already.
    """
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        stored = find_judge(judges.list_stored_judges(session), wanted)
    if stored.kind != "model" or stored.spec is None:
        raise UsageError(f"'{wanted}' made no calls of Evenhand's, so there is no answer to read anew.")
    old = JudgeSpec.from_json(json.dumps(stored.spec))
    if old.parser == PARSER_VERSION:
        raise UsageError(f"'{wanted}' has been read by parser {PARSER_VERSION} already, the newest there is.")
    new = replace(old, parser=PARSER_VERSION)
    with in_words(), database.write() as session:
        new_id = judges.save_judge(session, to_new_judge(new))
    total, n_there, after = list[RereadJudgment](), 0, 0
    while True:
        with in_words(), database.read() as session:
            batch = reread.load_answered(session, stored.id, dataset_id, after, PROMPTS_AT_ONCE)
        if not batch:
            break
        after = batch[-1].prompt_id
        read = read_batch(new, batch)
        with in_words(), database.write() as session:
            n_there += len(read) - reread.save_reread(session, new_id, read)
        total += [replace(one, reasoning=None) for one in read]
    return _sum_up(stored.name, old, new, total, n_there)


def read_batch(spec: JudgeSpec, batch: Sequence[AnsweredJudgment]) -> list[RereadJudgment]:
    """Read each judgment's answers; what has none stays as it is."""
    if spec.mode == "listwise":
        return [one for group in _by_call(batch) for one in _read_list(spec, group)]
    return [_read(spec, one) for one in batch]


def _read(spec: JudgeSpec, before: AnsweredJudgment) -> RereadJudgment:
    if before.call is None:
        return _kept(before)
    reading = _reading(spec, before, n_responses=2)
    return _reread(before, reading, reading.verdict)


def _by_call(batch: Sequence[AnsweredJudgment]) -> Iterable[list[AnsweredJudgment]]:
    groups: dict[object, list[AnsweredJudgment]] = defaultdict(list)
    for one in batch:
        groups[one.call_id or f"none {one.id}"].append(one)
    return groups.values()


def _read_list(spec: JudgeSpec, group: Sequence[AnsweredJudgment]) -> list[RereadJudgment]:
    """Read one ranking and take the group's pairs out of it."""
    if group[0].call is None:
        return [_kept(one) for one in group]
    listed = _list_of(group)
    reading = _reading(spec, group[0], n_responses=len(listed))
    verdicts = pair_verdicts(reading.ranking, listed)
    return [
        _reread(one, reading, verdicts.get(frozenset((one.response_first_id, one.response_second_id or 0))))
        for one in group
    ]


def _list_of(group: Sequence[AnsweredJudgment]) -> list[int]:
    """Return the responses of a list in stored order: by contestant."""
    contestants = {one.response_first_id: one.contestant_first_id for one in group}
    contestants |= {one.response_second_id or 0: one.contestant_second_id for one in group}
    return sorted(contestants, key=lambda response_id: contestants[response_id])


def _reading(spec: JudgeSpec, before: AnsweredJudgment, *, n_responses: int) -> Reading:
    replies = [to_reply(call) for call in (before.call, before.repair_call) if call is not None]
    return read_replies(spec, replies, cast(ShownOrder, before.shown_order or ""), n_responses=n_responses)


def _kept(before: AnsweredJudgment) -> RereadJudgment:
    return RereadJudgment(
        before, before.state, before.verdict, before.reason, before.detail, None, None, None, None, ()
    )


def _reread(before: AnsweredJudgment, reading: Reading, verdict: str | None) -> RereadJudgment:
    return RereadJudgment(
        before=before,
        state=reading.state,
        verdict=verdict,
        reason=reading.reason,
        detail=reading.problem or None,
        reasoning=reading.reasoning or None,
        parse_path=reading.parse_path,
        probability=reading.probability,
        expected_outcome=reading.expected_outcome,
        grades=tuple(StoredGrade(g.criterion, g.level, g.reasoning) for g in reading.grades),
    )


def _says_something_else(one: RereadJudgment) -> bool:
    levels = tuple(sorted((grade.criterion, grade.level) for grade in one.grades if grade.level is not None))
    before = one.before
    return (one.state, one.verdict, one.reason, levels) != (
        before.state,
        before.verdict,
        before.reason,
        before.levels,
    )


def _sum_up(
    name: str, old: JudgeSpec, new: JudgeSpec, total: Sequence[RereadJudgment], n_there: int
) -> Reparsed:
    read = [one for one in total if one.before.call is not None]
    n_changed = sum(_says_something_else(one) for one in read)
    n_now_scored = sum(one.state == "scored" != one.before.state for one in read)
    n_now_unscored = sum(one.state == "unscored" != one.before.state for one in read)
    version = new.version[:SHORT_VERSION]
    sentence = (
        f"{len(read):,} answers of {name}@{old.version[:SHORT_VERSION]} were read anew as {name}@{version},"
        f" without a call: {n_changed:,} say something else, {n_now_scored:,} can be read now and"
        f" {n_now_unscored:,} no longer."
    )
    return Reparsed(
        judge=name,
        version=old.version[:SHORT_VERSION],
        new_version=version,
        n_read=len(read),
        n_kept=len(total) - len(read),
        n_changed=n_changed,
        n_now_scored=n_now_scored,
        n_now_unscored=n_now_unscored,
        n_there=n_there,
        sentence=sentence,
    )
