"""A database of a million matches: 20,000 prompts, 100 contestants, two AI judges, twenty voters.

    python -m benchmarks.db.million FILE [--matches 1000000]

Texts are short and invented: what makes a page slow is the number of rows.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import DeclarativeBase

from arena.store import open_store
from db import Database, utc_now
from db.tables import (
    ContestantRow,
    DatasetRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ResponseRow,
    VoteRow,
)

DATASET = "million"
N_CONTESTANTS = 100
N_VOTERS = 20
N_VOTES = 4_000
MATCHES_A_PROMPT = 50
TAGS = ("math", "code", "prose")
VERDICTS = ("a", "b", "tie", "both_bad")
BATCH = 20_000
MAIN_JUDGE, SECOND_JUDGE, FIRST_VOTER = 1, 2, 3


@dataclass(frozen=True)
class Drawn:
    """Matches as arrays of shape (n_matches,): verdicts index VERDICTS, -1 is none in that order."""

    prompt: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    judge: NDArray[np.int64]
    ab: NDArray[np.int64]
    ba: NDArray[np.int64]


def fill(database: Database, n_matches: int) -> None:
    """Write everything, one short transaction a batch."""
    rng = np.random.default_rng(7)
    n_prompts = -(-n_matches // MATCHES_A_PROMPT)
    now = utc_now()
    _write(database, DatasetRow, [{"id": 1, "name": DATASET}])
    _write(database, ContestantRow,
           ({"id": c, "name": f"model-{c:03d}", "family": f"family-{c % 9}"}
            for c in range(1, N_CONTESTANTS + 1)))  # fmt: skip
    _write(database, JudgeRow, _judges())
    _write(database, PromptRow,
           ({"id": p, "dataset_id": 1, "key": f"p{p}", "text_hash": f"p{p}", "created_at": now,
             "messages": [{"role": "user", "content": f"Invented prompt {p}: say what follows from it."}]}
            for p in range(1, n_prompts + 1)))  # fmt: skip
    _write(database, PromptTagRow,
           ({"prompt_id": p, "tag": TAGS[p % len(TAGS)]} for p in range(1, n_prompts + 1)))  # fmt: skip
    _write(database, ResponseRow, _responses(n_prompts, rng))
    drawn = _draw(n_matches, n_prompts, rng)
    _write(database, MatchRow, _matches(drawn))
    _write(database, JudgmentRow, _judgments(drawn, rng))
    votes = np.flatnonzero(drawn.judge >= FIRST_VOTER)
    # A vote's judgment is the one of its only order, written after those of all earlier matches.
    before = np.cumsum(np.where(drawn.judge < FIRST_VOTER, 2, 1))
    _write(database, VoteRow,
           ({"judgment_id": int(before[vote]), "pick_rule": "uniform", "pick_probability": 1e-6,
             "time_taken_s": 5.0 + vote % 20} for vote in votes))  # fmt: skip


def _write(database: Database, table: type[DeclarativeBase], rows: Iterable[dict[str, Any]]) -> None:
    coming = iter(rows)
    while batch := list(islice(coming, BATCH)):
        with database.write() as session:
            session.execute(insert(table), batch)


def _judges() -> Iterator[dict[str, Any]]:
    for number, name in ((MAIN_JUDGE, "provider/large"), (SECOND_JUDGE, "provider/small")):
        yield {"id": number, "kind": "model", "name": name, "version": f"{number}" * 64, "mode": "pairwise"}
    for voter in range(N_VOTERS):
        yield {"id": FIRST_VOTER + voter, "kind": "human", "name": f"voter {voter + 1}", "version": "1",
               "mode": "pairwise"}  # fmt: skip


def _responses(n_prompts: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for p in range(1, n_prompts + 1):
        n_sentences = rng.integers(3, 9, N_CONTESTANTS + 1)
        for c in range(1, N_CONTESTANTS + 1):
            n = int(n_sentences[c])
            yield {
                "id": (p - 1) * N_CONTESTANTS + c, "prompt_id": p, "contestant_id": c, "source": "benchmark",
                "turns": [f"Invented response {c} to prompt {p}. " * n], "text_hash": f"{p}-{c}",
                "n_tokens_in": 20, "n_tokens_out": 10 * n, "latency_s": 0.1 * n, "cost_usd": 1e-5 * n,
                "n_chars": 36 * n, "n_words": 6 * n, "n_headers": 0, "n_list_items": n % 4, "n_bold": n % 3,
                "n_code_blocks": 0, "created_at": now,
            }  # fmt: skip


def _draw(n_matches: int, n_prompts: int, rng: np.random.Generator) -> Drawn:
    """Draw pairs prompt by prompt and verdicts by strength; the last ones are votes on judged pairs."""
    n_votes = min(N_VOTES, n_matches // 10)
    n_judged = n_matches - n_votes
    prompt = np.repeat(np.arange(1, n_prompts + 1), MATCHES_A_PROMPT)[:n_judged]
    pairs = np.stack(np.triu_indices(N_CONTESTANTS, 1), axis=1) + 1
    drawn = [rng.choice(len(pairs), MATCHES_A_PROMPT, replace=False) for _ in range(n_prompts)]
    a, b = pairs[np.concatenate(drawn)[:n_judged]].T
    judge = np.where(np.arange(n_judged) % 20 == 0, SECOND_JUDGE, MAIN_JUDGE)
    voted = np.sort(rng.choice(n_judged, n_votes, replace=False))
    voter = FIRST_VOTER + np.arange(n_votes) % N_VOTERS
    prompt, judge = np.concatenate([prompt, prompt[voted]]), np.concatenate([judge, voter])
    a, b = np.concatenate([a, a[voted]]), np.concatenate([b, b[voted]])
    theta = rng.normal(0, 0.7, N_CONTESTANTS + 1)
    p_a = 1 / (1 + np.exp(theta[b] - theta[a]))
    order = rng.random((2, n_matches))
    neither = rng.random((2, n_matches))
    ab, ba = (
        np.where(neither[k] < 0.02, 3, np.where(neither[k] < 0.15, 2, np.where(order[k] < p_a, 0, 1)))
        for k in (0, 1)
    )
    same = rng.random(n_matches) < 0.7
    ba = np.where(same, ab, ba)
    is_vote = judge >= FIRST_VOTER
    return Drawn(prompt, a, b, judge, ab, np.where(is_vote, -1, ba))


def _matches(drawn: Drawn) -> Iterator[dict[str, Any]]:
    now = utc_now()
    for row, (p, a, b, judge, ab, ba) in enumerate(_rows(drawn)):
        yield {
            "id": row + 1, "dataset_id": 1, "prompt_id": p, "contestant_a_id": a, "contestant_b_id": b,
            "response_a_id": (p - 1) * N_CONTESTANTS + a, "response_b_id": (p - 1) * N_CONTESTANTS + b,
            "judge_id": judge, "n_orders": 2 if ba >= 0 else 1, "verdict_ab": VERDICTS[ab],
            "verdict_ba": VERDICTS[ba] if ba >= 0 else None, "created_at": now,
            "state": "unscored" if judge == MAIN_JUDGE and row % 100 == 50 else "scored",
            "reason": "no_verdict" if judge == MAIN_JUDGE and row % 100 == 50 else None,
        }  # fmt: skip


def _judgments(drawn: Drawn, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    now = utc_now()
    sure = rng.random(len(drawn.prompt)) * 0.4 + 0.6
    expected = {0: 1.0, 1: 0.0, 2: 0.5, 3: 0.5}
    for row, (p, a, b, judge, ab, ba) in enumerate(_rows(drawn)):
        ids = ((p - 1) * N_CONTESTANTS + a, (p - 1) * N_CONTESTANTS + b)
        is_ai, p_said = judge < FIRST_VOTER, float(sure[row])
        for shown, verdict, (first, second) in (("ab", ab, ids), ("ba", ba, ids[::-1])):
            if verdict < 0:
                continue
            is_failed = judge == MAIN_JUDGE and row % 100 == 50
            is_sure = is_ai and not is_failed
            yield {
                "judge_id": judge, "prompt_id": p, "response_first_id": first, "response_second_id": second,
                "shown_order": shown, "match_id": row + 1, "state": "unscored" if is_failed else "scored",
                "verdict": None if is_failed else VERDICTS[verdict], "created_at": now, "finished_at": now,
                "reason": "no_verdict" if is_failed else None,
                "reasoning": "The first one keeps to what was asked. " if is_ai else None,
                "probability": p_said if is_sure else None,
                "expected_outcome": 0.5 + (expected[verdict] - 0.5) * p_said if is_sure else None,
                "cost_usd": 2e-4 if is_ai else None, "latency_s": 0.8 if is_ai else None,
                "n_tokens_in": 300 if is_ai else None, "n_tokens_out": 40 if is_ai else None,
            }  # fmt: skip


def _rows(drawn: Drawn) -> Iterable[tuple[int, ...]]:
    columns = [getattr(drawn, name).tolist() for name in Drawn.__dataclass_fields__]
    return zip(*columns, strict=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--matches", type=int, default=1_000_000)
    arguments = parser.parse_args()
    database = open_store(f"sqlite:///{arguments.file}")
    fill(database, arguments.matches)
    database.close()
    print(json.dumps({"n_matches": arguments.matches, "bytes": arguments.file.stat().st_size}))


if __name__ == "__main__":
    main()
