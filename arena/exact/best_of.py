"""Best of n: the sample that a pointwise judge graded highest, as a contestant of its own.

The samples of one contestant meet no match; what meets others is the chosen one, at the cost of all n.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from arena.errors import UsageError
from arena.judges import find_judge
from arena.store import in_words
from db import Database, datasets, exact, judges, rewards


@dataclass(frozen=True)
class BestOfReport:
    """`n_without` prompts lack a sample or a grade of one, and were left out rather than guessed."""

    contestant: str
    n_chosen: int
    n_already: int
    n_without: int


def choose_best_of(
    database: Database, dataset: str, contestant: str, judge: str, n: int, *, name: str | None = None
) -> BestOfReport:
    """Choose on each prompt among samples 0 to n - 1 by the mean of the judge's grades; ties take the first.

    Parameters
    ----------
    judge : str
        A pointwise judge, a reward model or a person, by name or NAME@VERSION.
    name : str or None
        What the chosen ones are called; None: `CONTESTANT best of N`.

    Raises
    ------
    UsageError
        If n is below 2, a name does not exist, or the judge graded nothing there.
    """
    if n < 2:
        raise UsageError(f"Best of {n} chooses nothing; n must be 2 or more.")
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        (contestant_id,) = datasets.get_contestant_ids(session, dataset_id, [contestant])
        found = find_judge(judges.list_stored_judges(session), judge, mode="pointwise")
        grades = [grade for grade in exact.load_grades(session, dataset_id)
                  if grade.judge_id == found.id and grade.contestant_id == contestant_id
                  and grade.sample_index < n]  # fmt: skip
        prompts = rewards.list_answered_prompts(session, dataset_id, contestant_id)
    if not grades:
        raise UsageError(
            f"{judge} has graded no sample of {contestant} here. Grade them first: judge --mode pointwise"
        )
    values: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for grade in grades:
        values[grade.prompt_id][grade.response_id].append(float(grade.value))
    chosen = [
        max(sorted(samples), key=lambda response_id: sum(samples[response_id]) / len(samples[response_id]))
        for samples in values.values()
        if len(samples) == n
    ]
    label = name or f"{contestant} best of {n}"
    with in_words(), database.write() as session:
        n_new = rewards.copy_best(session, chosen, label, n, f"best of {n} by {judge}")
    return BestOfReport(label, n_new, len(chosen) - n_new, len(prompts) - len(chosen))
