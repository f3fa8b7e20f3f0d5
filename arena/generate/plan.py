"""Planning: what is missing, and a stored generation that will fill it."""

from __future__ import annotations

from dataclasses import dataclass

from arena.errors import UsageError
from arena.generate.conversation import split_turns
from arena.generate.spec import RETRIED, ContestantSpec, GenerationSpec
from arena.providers import check_address
from arena.store import in_words
from db import Database, Session, datasets, generation
from db.generation import Cell, NewContestant, PromptMessages, StoredContestant
from judge import family_of


@dataclass(frozen=True)
class Missing:
    """A response to ask for."""

    prompt: PromptMessages
    contestant: StoredContestant
    sample_index: int


@dataclass(frozen=True)
class Draft:
    """A plan that has been thought through and not yet stored.

    `n_failed` counts failures that stay; those that are asked again are `missing`, and `n_failed_retryable`
    of them. `n_unanswerable` prompts have no user message to answer and are not part of the plan.
    """

    spec: GenerationSpec
    dataset_id: int
    contestants: tuple[StoredContestant, ...]
    missing: tuple[Missing, ...]
    n_prompts: int
    n_cells: int
    n_ready: int
    n_failed: int
    n_failed_retryable: int
    n_unanswerable: int


def draft_generation(database: Database, spec: GenerationSpec) -> Draft:
    """Work out what a generation would ask; changes nothing.

    Raises
    ------
    UsageError
        If a contestant or its address cannot be asked, or it exists with other settings, or there is no
        prompt to answer.
    """
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, spec.dataset)
        contestants = tuple(_resolve(session, wanted) for wanted in spec.contestants)
        prompts = generation.load_prompt_messages(session, dataset_id, spec.tags)
        cells = generation.load_cells(session, dataset_id, [contestant.id for contestant in contestants])
    if spec.prompt_ids:
        prompts = [prompt for prompt in prompts if prompt.id in spec.prompt_ids]
    answerable = [prompt for prompt in prompts if split_turns(prompt.messages)]
    if not answerable:
        raise UsageError(_nothing_to_answer(spec, len(prompts)))
    return _draft(spec, dataset_id, contestants, answerable, cells, len(prompts) - len(answerable))


def _nothing_to_answer(spec: GenerationSpec, n_prompts: int) -> str:
    if n_prompts:
        return f"No prompt of '{spec.dataset}' ends with something to answer."
    which = f" with the tag {', '.join(spec.tags)}" if spec.tags else ""
    return f"Data set '{spec.dataset}' has no prompt with a text{which}. Import prompts first."


def _draft(
    spec: GenerationSpec,
    dataset_id: int,
    contestants: tuple[StoredContestant, ...],
    prompts: list[PromptMessages],
    cells: list[Cell],
    n_unanswerable: int,
) -> Draft:
    there = {(cell.prompt_id, cell.contestant_id, cell.sample_index): cell for cell in cells}
    missing: list[Missing] = []
    n_ready = n_failed = n_retryable = 0
    for prompt in prompts:
        for contestant in contestants:
            for sample_index in range(spec.n_samples):
                cell = there.get((prompt.id, contestant.id, sample_index))
                if cell is None or (cell.state == "failed" and cell.reason in RETRIED):
                    missing.append(Missing(prompt, contestant, sample_index))
                    n_retryable += cell is not None
                elif cell.state == "failed":
                    n_failed += 1
                else:
                    n_ready += 1
    return Draft(
        spec=spec,
        dataset_id=dataset_id,
        contestants=contestants,
        missing=tuple(missing),
        n_prompts=len(prompts),
        n_cells=len(prompts) * len(contestants) * spec.n_samples,
        n_ready=n_ready,
        n_failed=n_failed,
        n_failed_retryable=n_retryable,
        n_unanswerable=n_unanswerable,
    )


NOT_STORED = 0
"""The id of a contestant that a draft only thinks of."""


def _resolve(session: Session, wanted: ContestantSpec) -> StoredContestant:
    stored = generation.find_contestant(session, wanted.name)
    if wanted.model is None:
        if stored is None:
            raise UsageError(f"There is no contestant '{wanted.name}'. To add it, write NAME=provider/model.")
        if stored.model is None:
            raise UsageError(
                f"'{wanted.name}' came from a file, without a model to ask."
                f" Write {wanted.name}=provider/model to say which it is."
            )
        return stored
    check_address(wanted.api_base)
    asked = StoredContestant(
        id=NOT_STORED if stored is None else stored.id,
        name=wanted.name,
        model=wanted.model,
        api_base=wanted.api_base,
        parameters=dict(wanted.parameters),
        system_prompt=wanted.system_prompt,
        input_usd_per_million=wanted.input_usd_per_million,
        output_usd_per_million=wanted.output_usd_per_million,
    )
    if stored is not None and stored.model is not None:
        _refuse_other_settings(stored, asked)
    return asked


_SETTINGS = ("model", "parameters", "system_prompt")


def _refuse_other_settings(stored: StoredContestant, asked: StoredContestant) -> None:
    """Refuse a name that means something else; where a model is reached and what it costs may change."""
    for name in _SETTINGS:
        if getattr(stored, name) != getattr(asked, name):
            raise UsageError(
                f"'{stored.name}' exists with another {name.replace('_', ' ')} ({getattr(stored, name)!r});"
                " give the contestant with these settings a name of its own."
            )


def start_generation(database: Database, spec: GenerationSpec) -> int:
    """Store the contestants and a plan for what is missing; return the generation's id.

    A generation of the same plan that has not ended is taken up again.
    """
    draft = draft_generation(database, spec)
    plan = spec.to_json()
    with in_words(), database.write() as session:
        for contestant, wanted in zip(draft.contestants, spec.contestants, strict=True):
            if wanted.model is not None:
                generation.save_contestant(session, _to_new(contestant))
        generation_id = generation.find_unfinished(session, draft.dataset_id, plan)
        if generation_id is None:
            generation_id = generation.add_generation(session, draft.dataset_id, plan)
        state = generation.get_generation(session, generation_id).state
        # One that is running stays with its worker; the claim tells whether that worker is alive.
        generation.set_generation(
            session, generation_id, state="running" if state == "running" else "waiting",
            wanted="run", stop_reason=None, finished_at=None,
            n_planned=draft.n_cells, n_ready=draft.n_ready, n_failed=draft.n_failed,
        )  # fmt: skip
    return generation_id


def _to_new(contestant: StoredContestant) -> NewContestant:
    assert contestant.model is not None
    return NewContestant(
        name=contestant.name,
        model=contestant.model,
        family=family_of(contestant.model),
        api_base=contestant.api_base,
        parameters=contestant.parameters,
        system_prompt=contestant.system_prompt,
        input_usd_per_million=contestant.input_usd_per_million,
        output_usd_per_million=contestant.output_usd_per_million,
    )
