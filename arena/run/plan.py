"""Planning: from a wish to judgments in the database, each unique, none twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.errors import UsageError
from arena.providers import check_address
from arena.rubrics import version_rubrics
from arena.run.drawing import Items, draw_items, take
from arena.run.judge_choice import choose_judge, to_new_judge
from arena.run.sparse import Part, draw_part
from arena.run.spec import RunSpec
from arena.store import in_words
from db import Database, Session, anchors, datasets, judges, match_choices, planning, rubrics, runs
from db.planning import ExistingJudgments, ResponseArrays
from judge import JudgeSpec

INSERT_BATCH = 20_000
MOST_LOOKED_UP = 5_000
"""With more prompts, all that a judge has judged is read instead of what it judged of each."""


@dataclass(frozen=True)
class Planned:
    """Judgments a run would make: each array of shape (n_judgments,).

    `existing_id` is the judgment that is taken over (left or failed earlier), 0 for a new one.
    """

    prompt_id: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    is_reversed: NDArray[np.bool_]
    repetition: NDArray[np.int64]
    existing_id: NDArray[np.int64]
    n_already: int
    n_items: int

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Draft:
    """A plan that has been thought through and not yet stored."""

    spec: RunSpec
    judge: JudgeSpec
    dataset_id: int
    judge_id: int | None
    """None where this judge version is new."""
    planned: Planned
    n_prompts: int
    list_index: NDArray[np.int64]
    """Which list each planned judgment belongs to, shape (n_judgments,); empty for other modes."""


def draft_run(database: Database, spec: RunSpec) -> Draft:
    """Work out what a run would do; changes nothing.

    Raises
    ------
    UsageError
        If there is nothing that could be judged, with what is missing; or the judge's address is none.
    """
    check_address(spec.api_base)
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, spec.dataset)
        names = spec.contestants or tuple(match_choices.list_contestant_names(session, dataset_id))
        contestant_ids = datasets.get_contestant_ids(session, dataset_id, names)
        stored = judges.list_stored_judges(session)
        judge = choose_judge(spec, stored, version_rubrics(rubrics.list_rubrics(session)))
        drawing = spec.drawing()
        baseline_id = 0
        if drawing.kind == "baseline":
            (baseline_id,) = datasets.get_contestant_ids(session, dataset_id, [drawing.baseline])
            contestant_ids = sorted({*contestant_ids, baseline_id})
        part = draw_part(session, dataset_id, contestant_ids, spec)
        if part is None:
            name = drawing.anchor
            wanted = anchors.load_anchor_pairs(session, dataset_id, name) if name else None
            responses = planning.load_responses(session, dataset_id, contestant_ids)
            part = _draw_of_all(responses, wanted, spec, baseline_id)
        items, responses = part.items, part.responses
        judge_id = next((s.id for s in stored if (s.name, s.version) == (judge.model, judge.version)), None)
        existing = None if judge_id is None else _load_existing(session, judge_id, items)
    _refuse_nothing(items, responses, spec, len(names))
    planned = expand(items, spec.repeats, existing)
    lists = index_lists(planned, responses) if spec.mode == "listwise" else np.zeros(0, dtype=np.int64)
    return Draft(spec, judge, dataset_id, judge_id, planned, len(np.unique(items.prompt_id)), lists)


def _draw_of_all(
    responses: ResponseArrays, anchor: set[tuple[int, int]] | None, spec: RunSpec, baseline_id: int
) -> Part:
    if anchor is None:
        return Part(responses, draw_items(responses, spec, baseline_id))
    responses = _among(responses, anchor)
    return Part(responses, _only(draw_items(responses, spec, baseline_id), anchor))


def _load_existing(session: Session, judge_id: int, items: Items) -> ExistingJudgments:
    """Read what was judged of the prompts that are drawn; of few of them without reading all."""
    prompts = np.unique(items.prompt_id)
    return planning.load_existing(session, judge_id, prompts if len(prompts) <= MOST_LOOKED_UP else None)


def _among(responses: ResponseArrays, pairs: set[tuple[int, int]]) -> ResponseArrays:
    """Keep the responses that an anchor set holds."""
    return take(responses, np.isin(responses.response_id, [one for pair in pairs for one in pair]))


def _only(items: Items, pairs: set[tuple[int, int]]) -> Items:
    """Keep the pairs of an anchor set."""
    kept = np.array([pair in pairs for pair in zip(items.first.tolist(), items.second.tolist(), strict=True)])
    kept = kept.astype(bool)
    return Items(items.prompt_id[kept], items.first[kept], items.second[kept])


def index_lists(planned: Planned, responses: ResponseArrays) -> NDArray[np.int64]:
    """Give each judgment the number of its list: one a prompt, sample, order and repetition."""
    order = np.argsort(responses.response_id)
    found = order[np.searchsorted(responses.response_id[order], planned.first)]
    rows = np.stack(
        [planned.prompt_id, responses.sample_index[found], planned.is_reversed, planned.repetition], axis=1
    )
    return np.asarray(np.unique(rows, axis=0, return_inverse=True)[1]).reshape(-1)


def _refuse_nothing(items: Items, responses: ResponseArrays, spec: RunSpec, n_contestants: int) -> None:
    if len(items):
        return
    if not len(responses.response_id):
        raise UsageError(
            f"Data set '{spec.dataset}' has no prompt with both its text and a response's text, and a judge"
            " reads both. Import the texts first."
        )
    if n_contestants < 2:
        raise UsageError(
            f"Data set '{spec.dataset}' has one contestant here, and a pair needs two. Import another's"
            " responses, or grade single responses with --mode pointwise."
        )
    raise UsageError(f"No prompt of data set '{spec.dataset}' has responses of two of these contestants.")


def expand(items: Items, repeats: int, existing: ExistingJudgments | None) -> Planned:
    """Turn items into judgments, both orders of a pair next to each other, without those already made."""
    both = 2 if len(items) and items.second[0] else 1
    index = np.tile(np.repeat(np.arange(len(items)), both), repeats)
    reversed_ = np.tile(np.arange(len(items) * both) % both == 1, repeats)
    repetition = np.repeat(np.arange(repeats), len(items) * both)
    first = np.where(reversed_, items.second[index], items.first[index])
    second = np.where(reversed_, items.first[index], items.second[index])
    existing_id = np.zeros(len(index), dtype=np.int64)
    is_done = np.zeros(len(index), dtype=bool)
    if existing is not None and len(existing.judgment_id):
        existing_id, is_done = _look_up(first, second, repetition, existing)
    kept = np.flatnonzero(~is_done)
    return Planned(
        prompt_id=items.prompt_id[index[kept]],
        first=first[kept],
        second=second[kept],
        is_reversed=reversed_[kept],
        repetition=repetition[kept],
        existing_id=existing_id[kept],
        n_already=int(is_done.sum()),
        n_items=len(items),
    )


def _look_up(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    repetition: NDArray[np.int64],
    existing: ExistingJudgments,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the id of each judgment's earlier self that is open (else 0), and whether it is done."""
    top = int(max(first.max(), second.max(), existing.first.max(), existing.second.max())) + 1
    reps = int(max(repetition.max(), existing.repetition.max())) + 1
    there = (existing.first * top + existing.second) * reps + existing.repetition
    wanted = (first * top + second) * reps + repetition
    order = np.argsort(there)
    spot = np.minimum(np.searchsorted(there[order], wanted), len(there) - 1)
    found = there[order][spot] == wanted
    row = order[spot]
    is_open = existing.is_open[row]
    return np.where(found & is_open, existing.judgment_id[row], 0), found & ~is_open


def start_run(database: Database, spec: RunSpec) -> int:
    """Plan a run and leave it waiting for a runner; return its id."""
    draft = draft_run(database, spec)
    with in_words(), database.write() as session:
        judge_id = judges.save_judge(session, to_new_judge(draft.judge))
        run_id = runs.add_run(session, draft.dataset_id, judge_id, spec.to_json())
    store_planned(database, run_id, judge_id, draft.planned)
    with in_words(), database.write() as session:
        runs.set_run(session, run_id, state="waiting", n_already=draft.planned.n_already)
    return run_id


def store_planned(database: Database, run_id: int, judge_id: int, planned: Planned) -> None:
    """Store judgments as planned, in batches so that other writers get their turn."""
    with in_words():
        for start in range(0, len(planned), INSERT_BATCH):
            with database.write() as session:
                rows = range(start, min(start + INSERT_BATCH, len(planned)))
                taken = [int(planned.existing_id[row]) for row in rows if planned.existing_id[row]]
                if taken:
                    runs.reopen(session, run_id, taken)
                planning.add_planned(session, run_id, judge_id, _new_rows(planned, rows))
        with database.write() as session:
            runs.recount(session, run_id)


def _new_rows(planned: Planned, rows: range) -> Iterator[dict[str, Any]]:
    for row in rows:
        if planned.existing_id[row]:
            continue
        is_pair = bool(planned.second[row])
        order = ("ba" if planned.is_reversed[row] else "ab") if is_pair else None
        yield {
            "prompt_id": int(planned.prompt_id[row]),
            "response_first_id": int(planned.first[row]),
            "response_second_id": int(planned.second[row]) if is_pair else None,
            "shown_order": order,
            "repetition": int(planned.repetition[row]),
        }
