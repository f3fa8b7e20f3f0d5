"""Databases in the states that every page must bear: full of data, and broken."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from db import Database, tables, utc_now
from tests.ui.filling import fill, judge, vote

HOSTILE = "<img src=x onerror=alert(1)> :red[x] $y$ [z](javascript:1) ![i](http://localhost/i)"
LONG = "word " * 40_000
N_PROMPTS, N_CONTESTANTS, N_MATCHES = 3_000, 12, 6_000


def fill_large(database: Database) -> None:
    """Write thousands of prompts and matches with as many statements as there are tables."""
    now = utc_now()
    prompts = range(1, N_PROMPTS + 1)
    with database.write() as session:
        session.add(tables.DatasetRow(id=1, name="poems"))
        for kind, name in (("model", "provider/large"), ("human", "Ada")):
            session.add(tables.JudgeRow(kind=kind, name=name, version=f"{name}{'1' * 64}", mode="pairwise"))
        session.flush()
        contestants = [{"id": c, "name": f"model-{c:02d}"} for c in range(1, N_CONTESTANTS + 1)]
        session.execute(insert(tables.ContestantRow), contestants)
        session.execute(insert(tables.PromptRow), [
            {"id": p, "dataset_id": 1, "key": f"p{p}", "text_hash": f"p{p}", "created_at": now,
             "messages": [{"role": "user", "content": f"Invented prompt {p}."}]}
            for p in prompts
        ])  # fmt: skip
        session.execute(
            insert(tables.PromptTagRow), [{"prompt_id": p, "tag": f"tag {p % 3}"} for p in prompts]
        )
        session.execute(insert(tables.ResponseRow), [
            {"id": (p - 1) * N_CONTESTANTS + c, "prompt_id": p, "contestant_id": c, "source": "test",
             "turns": [f"Response {c}."], "text_hash": f"{p}-{c}", "created_at": now, "n_chars": 20 + c,
             "n_words": 3, "n_headers": 0, "n_list_items": 0, "n_bold": 0, "n_code_blocks": 0}
            for p in prompts for c in range(1, N_CONTESTANTS + 1)
        ])  # fmt: skip
        session.execute(insert(tables.MatchRow), [_match(row) for row in range(N_MATCHES)])


def _match(row: int) -> dict[str, object]:
    """Return one match; every tenth is a vote of the judge's match before it."""
    is_vote = row % 10 == 9
    drawn = row - 1 if is_vote else row
    prompt, a = drawn % N_PROMPTS + 1, drawn % (N_CONTESTANTS - 1) + 1
    first = (prompt - 1) * N_CONTESTANTS
    said = ("a", "b", "a", "tie", "a")[drawn % 5]
    return {
        "dataset_id": 1, "prompt_id": prompt, "judge_id": 2 if is_vote else 1, "created_at": utc_now(),
        "contestant_a_id": a, "contestant_b_id": a + 1, "response_a_id": first + a,
        "response_b_id": first + a + 1, "n_orders": 1 if is_vote else 2, "repetition": drawn // N_PROMPTS,
        "verdict_ab": said, "verdict_ba": None if is_vote else ("b" if drawn % 7 == 0 else said),
        "state": "scored", "reason": None,
    }  # fmt: skip


def fill_broken(database: Database) -> None:
    """Write what no import would: rows that point nowhere, nothing scored, hostile and endless texts."""
    filled = fill(database, dataset=HOSTILE[:60], contestants=(HOSTILE, "x" * 300, "cedar"), n_prompts=8,
                  text=lambda prompt, contestant: LONG if prompt == 1 else HOSTILE)  # fmt: skip
    nothing = (None, None)
    judge(database, filled, lambda p, a, b: nothing, name=HOSTILE, reason="conflicting")
    judge(database, filled, lambda p, a, b: nothing, name="no version", reason="refused")
    vote(database, filled, lambda p: "tie", voter=f"{HOSTILE}2")
    with database.write() as session:
        _break(session, filled.dataset_id)
    _take_a_response(database.url.removeprefix("sqlite:///"), filled.response_ids[2, 0])


def _break(session: Session, dataset_id: int) -> None:
    session.execute(text("UPDATE judge SET version = '', model = NULL WHERE name = 'no version'"))
    session.execute(text("UPDATE judgment SET raw_text = :said, reasoning = NULL"), {"said": HOSTILE + LONG})
    session.execute(text("UPDATE prompt SET messages = NULL, text_hash = NULL WHERE key = '3'"))
    session.execute(text("UPDATE prompt SET messages = '[]' WHERE key = '4'"))
    session.execute(text("UPDATE response SET turns = NULL, text_hash = NULL, n_words = NULL WHERE id = 1"))
    failed = "UPDATE response SET state = 'failed', reason = 'api_error', detail = :said WHERE id = 2"
    session.execute(text(failed), {"said": HOSTILE})
    broke = tables.RunRow(
        dataset_id=dataset_id, judge_id=1, state="stopped", stop_reason=HOSTILE, n_planned=48, n_scored=3,
        n_unscored=9, n_calls=12, n_unpriced=12, started_at=utc_now(),
        plan={"dataset": "gone", "judge": "gone/gone", "contestants": ["nobody"]},
    )  # fmt: skip
    session.add(broke)
    session.add(tables.RunRow(dataset_id=dataset_id, judge_id=2, plan={"dataset": "x", "judge": "y"}))


def _take_a_response(path: str, response_id: int) -> None:
    """Remove a response from under its matches, as a damaged file might."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM response WHERE id = ?", (response_id,))
