"""Small generations for tests, and what is stored of them."""

from dataclasses import dataclass
from typing import Any

from arena.generate import ContestantSpec, GenerationSpec, GenerationStatus, get_generation, start_generation
from arena.generate.runner import work_off_generation
from arena.run.station import Patience
from db import Database
from tests.arena.filling import import_rows
from tests.fake_llm import Running

HASTY = Patience(first_wait_s=0.01, longest_wait_s=0.05, max_attempts=3, first_answer_s=300.0, outage_s=300.0)


def ask_for(database: Database, n_prompts: int, dataset: str = "questions") -> None:
    import_rows(database, dataset, [{"prompt": f"Say the number {n}"} for n in range(n_prompts)])


def by(llm: Running, *names: str, **settings: Any) -> tuple[ContestantSpec, ...]:
    return tuple(ContestantSpec(name, f"openai/{name}", llm.api_base, **settings) for name in names)


def work(database: Database, spec: GenerationSpec) -> GenerationStatus:
    generation_id = start_generation(database, spec)
    work_off_generation(database, generation_id, lambda: True, HASTY)
    return get_generation(database, generation_id)


@dataclass(frozen=True)
class Stored:
    prompt: str
    contestant: str
    sample_index: int
    state: str
    reason: str | None
    detail: str | None
    turns: tuple[str, ...] | None
    n_tokens_in: int | None
    n_tokens_out: int | None
    cost_usd: float | None


def stored_responses(database: Database) -> list[Stored]:
    from sqlalchemy import select

    from db.tables import ContestantRow, PromptRow, ResponseRow

    query = (
        select(ResponseRow, PromptRow.messages, ContestantRow.name)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .join(ContestantRow, ContestantRow.id == ResponseRow.contestant_id)
        .order_by(ResponseRow.prompt_id, ContestantRow.name, ResponseRow.sample_index)
    )
    with database.read() as session:
        return [
            Stored(
                (messages or [])[-1]["content"],
                name,
                row.sample_index,
                row.state,
                row.reason,
                row.detail,
                None if row.turns is None else tuple(row.turns),
                row.n_tokens_in,
                row.n_tokens_out,
                row.cost_usd,
            )
            for row, messages, name in session.execute(query)
        ]
