"""Preference pairs for DPO or a reward model, from matches whose two orders agree, or from people's votes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.exchange.export.choice import ExportFilter, ExportReport
from arena.exchange.export.responses import plain_prompt
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
from db.export import ExportedJudge, ExportedMatch, ExportedPrompt, ExportedResponse
from db.match_filter import MatchQuery

PEOPLE: Final = "people"
_COLUMNS: Final = (
    "prompt", "chosen", "rejected", "margin", "judge", "agreement", "prompt_id", "chosen_model",
    "rejected_model", "dataset",
)  # fmt: skip


@dataclass(frozen=True)
class Preference:
    """One judge (or all people together) prefers one response of a pair.

    `margin` is (matches for chosen - matches for rejected) / all scored matches of this judge on the pair,
    in (0, 1]. `agreement` is the share of the others who judged the pair and prefer the same; None: nobody.
    """

    prompt_id: int
    judge: str
    chosen_id: int
    rejected_id: int
    margin: float
    agreement: float | None


def export_preferences(
    database: Database, which: ExportFilter, out: Out, file_format: FileFormat
) -> ExportReport:
    """Write `prompt, chosen, rejected` as TRL reads them, one row a pair and judge.

    Texts where every prompt is one user message; else conversations in every row, because a file of both
    does not load. Ties, flips, one-order judgments of AI judges and pairs without texts are left out.
    """
    query = which.to_query(database)
    with in_words(), database.read() as session, open_out(out) as stream:
        is_conversational = any(
            not _is_plain(prompt, pair) for _, prompt, pair in _iter_pairs(session, query) if pair is not None
        )
        is_invented = rows_of.has_invented(session, query.dataset_id)
        columns = (*_COLUMNS, INVENTED_COLUMN) if is_invented else _COLUMNS
        writer = RowWriter(stream, file_format, "preference", columns)
        n_left_out = 0
        for preference, prompt, pair in _iter_pairs(session, query):
            if preference is None or pair is None:
                n_left_out += 1
            else:
                texts = _conversational(prompt, pair) if is_conversational else _standard(prompt, pair)
                writer.write({**texts, **_facts(preference, prompt, pair)})
        writer.finish()
    return ExportReport(writer.n_rows, n_left_out, "ties, flips, one-order judgments, or texts missing")


@dataclass(frozen=True)
class _Pair:
    chosen: ExportedResponse
    rejected: ExportedResponse


def _iter_pairs(
    session: Any, query: MatchQuery
) -> Iterator[tuple[Preference | None, ExportedPrompt, _Pair | None]]:
    judges = rows_of.load_judges(session)
    for page in rows_of.iter_matches_by_prompt(session, query):
        prompts = rows_of.load_prompts(session, [match.prompt_id for match in page])
        sides = [side for match in page for side in (match.response_a_id, match.response_b_id)]
        responses = rows_of.load_responses(session, sides)
        for prompt_id, preference in _preferences(page, judges):
            pair = None
            if preference is not None:
                pair = _Pair(responses[preference.chosen_id], responses[preference.rejected_id])
                if None in (pair.chosen.turns, pair.rejected.turns, prompts[prompt_id].messages):
                    pair = None
            yield preference, prompts[prompt_id], pair


def _preferences(
    page: Sequence[ExportedMatch], judges: Mapping[int, ExportedJudge]
) -> Iterator[tuple[int, Preference | None]]:
    """Yield, for every pair and judge, what it prefers, or None where it prefers neither."""
    by_pair: dict[tuple[int, int, int], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for match in page:
        if match.state == "scored":
            judge = judges[match.judge_id]
            who = PEOPLE if judge.kind == "human" else f"{judge.name}\0{judge.version}"
            pair = (match.prompt_id, match.response_a_id, match.response_b_id)
            by_pair[pair][who].append(_lean(match, is_vote=who == PEOPLE))
    for (prompt_id, a, b), leans in by_pair.items():
        nets = {who: sum(lean) for who, lean in leans.items()}
        for who, net in nets.items():
            if net == 0:
                yield prompt_id, None
                continue
            others = [other * net > 0 for name, other in nets.items() if name != who]
            chosen, rejected = (a, b) if net > 0 else (b, a)
            agreement = sum(others) / len(others) if others else None
            margin = abs(net) / len(leans[who])
            yield (
                prompt_id,
                Preference(prompt_id, who.partition("\0")[0], chosen, rejected, margin, agreement),
            )


def _lean(match: ExportedMatch, *, is_vote: bool) -> int:
    """Return 1 for a, -1 for b, 0 for a tie, a flip, or an AI judge that saw one order only."""
    if match.n_orders == 2:
        verdict = match.verdict_ab if match.verdict_ab == match.verdict_ba else None
    else:
        verdict = (match.verdict_ab or match.verdict_ba) if is_vote else None
    return {"a": 1, "b": -1}.get(verdict or "", 0)


def _is_plain(prompt: ExportedPrompt, pair: _Pair) -> bool:
    text, system = plain_prompt(prompt.messages)
    turns = (*(pair.chosen.turns or ()), *(pair.rejected.turns or ()))
    return text is not None and system is None and len(turns) == 2


def _standard(prompt: ExportedPrompt, pair: _Pair) -> dict[str, Any]:
    text, _ = plain_prompt(prompt.messages)
    assert pair.chosen.turns is not None
    assert pair.rejected.turns is not None
    return {"prompt": text, "chosen": pair.chosen.turns[0], "rejected": pair.rejected.turns[0]}


def _conversational(prompt: ExportedPrompt, pair: _Pair) -> dict[str, Any]:
    """Return the first message up to the first answer as the prompt, and the rest as both continuations."""
    assert prompt.messages is not None
    assert pair.chosen.turns is not None
    assert pair.rejected.turns is not None
    n_asked = sum(message["role"] == "user" for message in prompt.messages)
    n_later = min(n_asked, max(len(pair.chosen.turns), len(pair.rejected.turns))) - 1
    cut = len(prompt.messages) - max(0, n_later)
    later = prompt.messages[cut:]
    return {
        "prompt": prompt.messages[:cut],
        "chosen": _continuation(pair.chosen.turns, later),
        "rejected": _continuation(pair.rejected.turns, later),
    }


def _continuation(turns: Sequence[str], later: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    messages: list[dict[str, str]] = []
    for index, turn in enumerate(turns):
        messages.append({"role": "assistant", "content": turn})
        if index < min(len(turns) - 1, len(later)):
            messages.append(later[index])
    return messages


def _facts(preference: Preference, prompt: ExportedPrompt, pair: _Pair) -> dict[str, Any]:
    return {
        "margin": preference.margin, "judge": preference.judge, "agreement": preference.agreement,
        "prompt_id": prompt.key, "chosen_model": pair.chosen.contestant,
        "rejected_model": pair.rejected.contestant, "dataset": prompt.dataset,
        INVENTED_COLUMN: INVENTED_LABEL if prompt.is_invented else None,
    }  # fmt: skip
