"""Planning an experiment: which pairs, which changes, what it will cost; nothing is asked here."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from arena.errors import UsageError
from arena.lab.subjects import to_pair
from arena.providers import say_missing_key
from arena.run.drawing import draw_items
from arena.run.judge_choice import choose_judge, to_new_judge
from arena.run.spec import RunSpec
from arena.store import in_words
from arena.written import MINUS, TIMES
from db import Database, datasets, judges, lab, planning
from db.lab import LabItem
from db.results import load_prompt_texts, load_response_texts
from judge import JudgeSpec, cost_of, count_request_tokens, price_of, request_for
from judge.calls import CallReply
from judge.lab import CHANGES

UNCHANGED = "unchanged"
N_REPEATS_UNCHANGED = 2
ASSUMED_TOKENS_OUT = 300
SAMPLE = 12


@dataclass(frozen=True)
class LabSpec:
    """What to try on whom.

    Parameters
    ----------
    judge : str
        As for a run: `provider/model`, `builtin/NAME`, or a stored judge's name.
    changes : tuple of str
        Names of changes, with or without their version; empty: all.
    n_pairs : int
        Pairs of responses, drawn at random, one a prompt while prompts last.
    max_cost_usd, max_calls : float, int or None
        Caps; None: none.
    """

    dataset: str
    judge: str
    changes: tuple[str, ...] = ()
    n_pairs: int = 30
    max_cost_usd: float | None = None
    max_calls: int | None = None
    max_concurrency: int = 8
    api_base: str | None = None
    rubric: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_pairs < 1:
            raise UsageError(f"The lab needs at least one pair, not {self.n_pairs}.")
        for name in self.changes:
            full_name(name)

    def names(self) -> tuple[str, ...]:
        """Return the full names of the changes to try, each once."""
        return tuple(dict.fromkeys(full_name(name) for name in self.changes)) or tuple(CHANGES)

    def to_run(self) -> RunSpec:
        """Return what names the judge, as a run would."""
        return RunSpec(
            self.dataset, self.judge, rubric=self.rubric, api_base=self.api_base, seed=self.seed,
            max_concurrency=self.max_concurrency, max_cost_usd=self.max_cost_usd, max_calls=self.max_calls,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> LabSpec:
        known = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "changes": tuple(known.get("changes", ()))})


def full_name(name: str) -> str:
    """Return the change's name with its version.

    Raises
    ------
    UsageError
        If there is no such change.
    """
    found = [known for known in CHANGES if known in (name, f"{name}@1") or known.partition("@")[0] == name]
    if not found:
        known = ", ".join(one.partition("@")[0] for one in CHANGES)
        raise UsageError(f"The lab knows no change '{name}'. Changes: {known}.")
    return found[-1]


@dataclass(frozen=True)
class LabDraft:
    spec: LabSpec
    judge: JudgeSpec
    dataset_id: int
    judge_id: int | None
    items: tuple[LabItem, ...]
    n_already: int
    n_pairs: int


@dataclass(frozen=True)
class LabEstimate:
    """The arithmetic; `cost_usd` is None for a model without a known price, never 0.

    `missing_key` says what asking the judge from here lacks, empty: nothing.
    """

    n_pairs: int
    n_changes: int
    n_already: int
    n_questions: int
    n_calls: int
    cost_usd: float | None
    missing_key: str
    sentence: str


def draft_lab(database: Database, spec: LabSpec) -> LabDraft:
    """Work out what the experiment would ask; changes nothing.

    Raises
    ------
    UsageError
        If the judge cannot be asked, or no prompt has two responses with texts.
    """
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, spec.dataset)
        stored = judges.list_stored_judges(session)
        judge = choose_judge(spec.to_run(), stored)
        if judge.mode != "pairwise":
            raise UsageError("The lab compares pairs; this judge grades single responses.")
        names = [one.name for one in datasets.list_contestants(session, dataset_id)]
        responses = planning.load_responses(
            session, dataset_id, datasets.get_contestant_ids(session, dataset_id, names)
        )
        judge_id = next((s.id for s in stored if (s.name, s.version) == (judge.model, judge.version)), None)
        done = set() if judge_id is None else lab.find_done(session, judge_id, dataset_id)
    drawn = draw_items(responses, spec.to_run())
    if not len(drawn):
        raise UsageError(f"No prompt of data set '{spec.dataset}' has two responses with texts to compare.")
    pairs = _one_a_prompt(drawn.prompt_id, spec)
    wanted = [
        item
        for row in pairs
        for item in _questions(int(drawn.prompt_id[row]), int(drawn.first[row]), int(drawn.second[row]), spec)
    ]
    items = tuple(item for item in wanted if item not in done)
    return LabDraft(spec, judge, dataset_id, judge_id, items, len(wanted) - len(items), len(pairs))


def _one_a_prompt(prompt_id: np.ndarray[tuple[int, ...], np.dtype[np.int64]], spec: LabSpec) -> list[int]:
    """Draw rows, from as many prompts as there are before any prompt comes twice."""
    rng = np.random.default_rng(spec.seed)
    order = rng.permutation(len(prompt_id))
    turn: dict[int, int] = {}
    ranked = []
    for row in order.tolist():
        turn[int(prompt_id[row])] = turn.get(int(prompt_id[row]), -1) + 1
        ranked.append((turn[int(prompt_id[row])], row))
    ranked.sort(key=lambda pair: pair[0])
    return [row for _, row in ranked[: spec.n_pairs]]


def _questions(prompt_id: int, first: int, second: int, spec: LabSpec) -> Iterator[LabItem]:
    """Ask the unchanged pair twice, then each change on one side, everything in both orders."""
    side = random.Random(f"{spec.seed}:{first}:{second}").choice("ab")
    for repetition in range(N_REPEATS_UNCHANGED):
        for order in ("ab", "ba"):
            yield LabItem(prompt_id, first, second, UNCHANGED, "none", order, repetition)
    for name in spec.names():
        for order in ("ab", "ba"):
            yield LabItem(prompt_id, first, second, name, side, order, 0)


def estimate_lab(database: Database, spec: LabSpec) -> LabEstimate:
    """Say what the experiment would ask and cost; asks nobody."""
    return _estimate(database, draft_lab(database, spec))


def _estimate(database: Database, draft: LabDraft) -> LabEstimate:
    n_calls = 0 if draft.judge.is_builtin else len(draft.items)
    cost = _cost(database, draft) if n_calls else 0.0
    n_changes = len(draft.spec.names())
    already = f" {MINUS} {draft.n_already:,} already judged" if draft.n_already else ""
    sum_ = f"{draft.n_pairs:,} pairs {TIMES} 2 orders {TIMES} ({n_changes} changes + 2 unchanged){already}"
    if draft.judge.is_builtin:
        end = f"{len(draft.items):,} judgments without a model, free"
    else:
        money = "cost unknown" if cost is None else f"about ${cost:.2f}"
        end = f"{n_calls:,} calls; {money}"
    sentence = f"{sum_} = {end}"
    missing = say_missing_key(draft.judge.model, draft.spec.api_base) if n_calls else ""
    return LabEstimate(
        draft.n_pairs, n_changes, draft.n_already, len(draft.items), n_calls, cost, missing, sentence
    )


def _cost(database: Database, draft: LabDraft) -> float | None:
    """Price a sample of the questions as they would be sent, with an assumed length of answer."""
    price = price_of(draft.judge.model)
    if price is None:
        return None
    step = max(1, len(draft.items) // SAMPLE)
    sample = draft.items[::step]
    with in_words(), database.read() as session:
        prompts = load_prompt_texts(session, sorted({item.prompt_id for item in sample}))
        ids = {item.response_a_id for item in sample} | {item.response_b_id for item in sample}
        texts = load_response_texts(session, sorted(ids))
    judge = replace(draft.judge, reference="if_any" if draft.judge.reference != "never" else "never")
    total = 0.0
    for item in sample:
        pair = to_pair(item, prompts[item.prompt_id], texts, judge.model)
        request = request_for(judge, pair, "ab" if item.shown_order == "ab" else "ba", 0, b"estimate-only---")
        reply = CallReply("", n_tokens_in=count_request_tokens(request), n_tokens_out=ASSUMED_TOKENS_OUT)
        one = cost_of(reply, price)
        if one is None:
            return None
        total += one
    return total / len(sample) * len(draft.items)


def start_lab(database: Database, spec: LabSpec) -> int:
    """Plan the experiment and store it; return its id. `work_off_lab` does it."""
    draft = draft_lab(database, spec)
    with in_words(), database.write() as session:
        judge_id = judges.save_judge(session, to_new_judge(draft.judge))
        run_id = lab.add_lab_run(session, draft.dataset_id, judge_id, spec.to_json())
        lab.set_lab_run(session, run_id, n_already=draft.n_already)
        lab.plan_lab(session, run_id, judge_id, draft.items)
    return run_id
