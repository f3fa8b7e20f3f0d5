"""Responses, one a row, as the long format reads them."""

from __future__ import annotations

from typing import Any, Final

from arena.exchange.export.choice import ExportFilter, ExportReport
from arena.exchange.export.writing import (
    INVENTED_COLUMN,
    INVENTED_LABEL,
    FileFormat,
    Out,
    RowWriter,
    open_out,
)
from arena.store import in_words
from db import Database
from db import export as rows_of
from db.export import ExportedPrompt, ExportedResponse

_COLUMNS: Final = (
    "prompt_id", "prompt", "system", "model", "response", "sample", "tags", "reference", "kind",
    "finish_reason", "n_tokens_in", "n_tokens_out", "latency_s", "cost_usd", "dataset",
)  # fmt: skip


def export_responses(
    database: Database, which: ExportFilter, out: Out, file_format: FileFormat
) -> ExportReport:
    """Write every response that has a text; of the filter, the dataset and the tag count."""
    query = which.to_query(database)
    n_left_out = 0
    with in_words(), database.read() as session, open_out(out) as stream:
        is_invented = rows_of.has_invented(session, query.dataset_id)
        columns = (*_COLUMNS, INVENTED_COLUMN) if is_invented else _COLUMNS
        writer = RowWriter(stream, file_format, "response", columns)
        for page in rows_of.iter_responses(session, query.dataset_id):
            prompts = rows_of.load_prompts(session, [response.prompt_id for response in page])
            for response in page:
                prompt = prompts[response.prompt_id]
                if which.tag is not None and which.tag not in prompt.tags:
                    continue
                if response.turns is None or response.state != "ready":
                    n_left_out += 1
                else:
                    writer.write(_row(prompt, response, response.turns))
        writer.finish()
    return ExportReport(writer.n_rows, n_left_out, "they failed, or their text is missing")


def _row(prompt: ExportedPrompt, response: ExportedResponse, turns: list[str]) -> dict[str, Any]:
    text, system = plain_prompt(prompt.messages)
    is_list = text is None or text.startswith("[")
    return {
        "prompt_id": prompt.key, "prompt": prompt.messages if is_list else text,
        "system": None if is_list else system,
        "model": response.contestant, "response": turns[0] if is_text(turns) else turns,
        "sample": response.sample_index, "tags": list(prompt.tags),
        "reference": [list(turns) for turns in prompt.references] or None,
        "kind": prompt.kind, "finish_reason": response.finish_reason, "n_tokens_in": response.n_tokens_in,
        "n_tokens_out": response.n_tokens_out, "latency_s": response.latency_s, "cost_usd": response.cost_usd,
        "dataset": prompt.dataset, INVENTED_COLUMN: INVENTED_LABEL if prompt.is_invented else None,
    }  # fmt: skip


def is_text(turns: list[str]) -> bool:
    """Tell whether a cell can hold the turns as a text that nobody takes for a list."""
    return len(turns) == 1 and not turns[0].startswith("[")


def plain_prompt(messages: list[dict[str, str]] | None) -> tuple[str | None, str | None]:
    """Return (text, system prompt) of a prompt that is one user message; (None, None) for any other."""
    if messages is None:
        return None, None
    system = messages[0]["content"] if messages and messages[0]["role"] == "system" else None
    rest = messages[1:] if system is not None else messages
    if len(rest) != 1 or rest[0]["role"] != "user" or system == "":
        return None, None
    return rest[0]["content"], system
