"""Putting the demo into a database, whole or not at all, and taking it out without a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, Final

from arena.demo.content import load_demo
from arena.demo.records import SOURCE, DemoContent, DemoJudgment, DemoPrompt, DemoResponse, DemoVote
from arena.errors import UsageError
from arena.exchange.identity import (
    hash_messages,
    hash_turns,
    human_judge_version,
    recorded_judge_version,
)
from arena.store import in_words
from arena.style_features import get_style_features
from db import Database, Session, demo
from db.demo import StoredDemo
from db.landing import Landing

DEMO_DATASET: Final = "demo"
PICK_RULE: Final = "demo"

_JUDGED: Final = ("prompt_key", "judge", "contestant_a", "contestant_b")


@dataclass(frozen=True)
class DemoState:
    """What of the demo is there; `n_own_votes` and `n_runs` are what people added to it."""

    is_loaded: bool
    n_prompts: int = 0
    n_responses: int = 0
    n_matches: int = 0
    n_votes: int = 0
    n_own_votes: int = 0
    n_runs: int = 0


def get_demo_state(database: Database) -> DemoState:
    """Return what is there; a data set of the demo's name that is not invented is not the demo."""
    with in_words(), database.read() as session:
        return _state(_stored(session))


def load_demo_data(database: Database) -> DemoState:
    """Load the demo as the data set `demo`; where it is there already, change nothing.

    Raises
    ------
    UsageError
        If the name `demo`, or one of its contestants' names, is taken by other data.
    """
    content = load_demo()
    with in_words(), database.write() as session:
        stored = _stored(session)
        if stored is not None and not stored.is_invented:
            raise UsageError(
                f"A data set of your own is called '{DEMO_DATASET}', so the demo cannot be loaded beside it."
            )
        if stored is None:
            _refuse_taken_names(session, content)
            demo.add_invented_dataset(session, DEMO_DATASET, content.notice)
            _Loader(Landing(session, DEMO_DATASET)).load(content)
        return _state(_stored(session))


def remove_demo_data(database: Database) -> DemoState:
    """Remove the demo with everything that was judged and voted on it; return what went.

    Calls that were paid for stay, and so do contestants and judges that other data need.

    Raises
    ------
    UsageError
        If the data set `demo` is not the demo, holds imported responses, or is being judged right now.
    """
    with in_words(), database.write() as session:
        stored = _stored(session)
        if stored is None:
            return DemoState(is_loaded=False)
        if not stored.is_invented:
            raise UsageError(
                f"The data set '{DEMO_DATASET}' is not the demo but your own; nothing was removed."
            )
        if stored.n_foreign:
            raise UsageError(
                f"The data set '{DEMO_DATASET}' also holds {stored.n_foreign:,} responses that are not the"
                " demo's. Export what you need, then remove the data set itself."
            )
        if stored.n_active_runs:
            raise UsageError("A run on the demo is under way. Cancel it first, then remove the demo.")
        demo.remove_invented_dataset(session, stored.dataset_id)
        return _state(stored)


def _stored(session: Session) -> StoredDemo | None:
    return demo.get_demo(session, DEMO_DATASET, source=SOURCE, pick_rule=PICK_RULE)


def _state(stored: StoredDemo | None) -> DemoState:
    if stored is None or not stored.is_invented:
        return DemoState(is_loaded=False)
    return DemoState(
        is_loaded=True,
        n_prompts=stored.n_prompts,
        n_responses=stored.n_responses,
        n_matches=stored.n_matches,
        n_votes=stored.n_votes,
        n_own_votes=stored.n_other_votes,
        n_runs=stored.n_runs,
    )


def _refuse_taken_names(session: Session, content: DemoContent) -> None:
    taken = demo.list_taken_names(session, [contestant.name for contestant in content.contestants])
    if taken:
        raise UsageError(
            f"A contestant of your own is called '{taken[0]}', as one of the demo's; the demo was not loaded."
        )


class _Loader:
    """Writes the content in one transaction; ids are fixed before rows, so that rows can name each other."""

    def __init__(self, landing: Landing) -> None:
        self._landing = landing
        self._prompts: dict[str, int] = {}
        self._contestants: dict[str, int] = {}
        self._responses: dict[tuple[str, str], int] = {}
        self._judges: dict[str, int] = {}

    def load(self, content: DemoContent) -> None:
        self._add_contestants(content)
        self._add_prompts(content.prompts)
        self._add_responses(content.responses)
        self._add_judges(content)
        self._add_judgments(content.judgments)
        self._add_votes(content.votes)

    def _ids(self, table: str, n: int) -> Sequence[int]:
        return self._landing.reserve_ids(table, n)

    def _add_contestants(self, content: DemoContent) -> None:
        """Add them in their own order: the earlier one has the lower id and is `a` of every pair."""
        for row_id, contestant in zip(
            self._ids("contestant", len(content.contestants)), content.contestants, strict=True
        ):
            self._contestants[contestant.name] = row_id
            row = {
                "id": row_id, "name": contestant.name, "family": contestant.family, "parameters": {},
                "input_usd_per_million": contestant.input_usd_per_million,
                "output_usd_per_million": contestant.output_usd_per_million,
                "created_at": self._landing.now,
            }  # fmt: skip
            self._landing.add_contestants([row])

    def _add_prompts(self, prompts: Sequence[DemoPrompt]) -> None:
        rows, tags, references = [], [], []
        for row_id, prompt in zip(self._ids("prompt", len(prompts)), prompts, strict=True):
            self._prompts[prompt.key] = row_id
            messages = [asdict(message) for message in prompt.messages]
            rows.append({
                "id": row_id, "dataset_id": self._landing.dataset_id, "key": prompt.key, "messages": messages,
                "text_hash": hash_messages(messages), "kind": prompt.kind, "created_at": self._landing.now,
            })  # fmt: skip
            tags += [(row_id, tag) for tag in prompt.tags]
            if prompt.reference is not None:
                turns = [prompt.reference]
                references.append({"prompt_id": row_id, "turns": turns, "text_hash": hash_turns(turns)})
        self._landing.add_prompts(rows)
        self._landing.add_tags(tags)
        self._landing.add_references(references)

    def _add_responses(self, responses: Sequence[DemoResponse]) -> None:
        rows = []
        for row_id, response in zip(self._ids("response", len(responses)), responses, strict=True):
            self._responses[response.prompt_key, response.contestant] = row_id
            turns = [response.text]
            rows.append({
                "id": row_id, "prompt_id": self._prompts[response.prompt_key], "sample_index": 0,
                "contestant_id": self._contestants[response.contestant], "turns": turns,
                "text_hash": hash_turns(turns), "state": "ready", "source": response.source,
                "finish_reason": response.finish_reason, "n_tokens_in": response.n_tokens_in,
                "n_tokens_out": response.n_tokens_out, "latency_s": response.latency_s,
                "cost_usd": response.cost_usd, "created_at": self._landing.now,
                **asdict(get_style_features(turns)),
            })  # fmt: skip
        self._landing.add_responses(rows)

    def _add_judges(self, content: DemoContent) -> None:
        """Add the better judge last: among equals the newest one ranks where nobody chose."""
        wanted = [("recorded", judge.name, recorded_judge_version(judge.name, "pairwise", SOURCE))
                  for judge in reversed(content.judges)]  # fmt: skip
        wanted += [("human", name, human_judge_version(name, "pairwise")) for name in content.voters]
        found = self._landing.find_judges([name for _, name, _ in wanted])
        for kind, name, version in wanted:
            row_id = found.get((name, version))
            if row_id is None:
                (row_id,) = self._ids("judge", 1)
                row = {"id": row_id, "kind": kind, "name": name, "version": version, "mode": "pairwise",
                       "created_at": self._landing.now}  # fmt: skip
                self._landing.add_judges([row])
            self._judges[name] = row_id

    def _add_judgments(self, judgments: Sequence[DemoJudgment]) -> None:
        pairs = [list(orders) for _, orders in groupby(judgments, _pair_key)]
        matches, rows = [], []
        for match_id, (ab, ba) in zip(self._ids("match", len(pairs)), pairs, strict=True):
            scored = ab.state == ba.state == "scored"
            matches.append({
                **self._pair(match_id, ab), "n_orders": 2, "verdict_ab": ab.verdict, "verdict_ba": ba.verdict,
                "state": "scored" if scored else "unscored",
                "reason": None if scored else ab.reason or ba.reason,
            })  # fmt: skip
            rows += [self._judgment(match_id, order) for order in (ab, ba)]
        self._landing.add_matches(matches)
        self._landing.add_judgments(self._numbered(rows))

    def _judgment(self, match_id: int, judgment: DemoJudgment) -> dict[str, Any]:
        return {
            **self._order(match_id, judgment), "state": judgment.state, "reason": judgment.reason,
            "detail": judgment.problem or None, "reasoning": judgment.reasoning or None,
            "raw_text": judgment.raw_text, "parse_path": judgment.parse_path,
            "n_tokens_in": judgment.n_tokens_in, "n_tokens_out": judgment.n_tokens_out,
            "cost_usd": judgment.cost_usd, "latency_s": judgment.latency_s, "attempts": 1,
        }  # fmt: skip

    def _add_votes(self, votes: Sequence[DemoVote]) -> None:
        matches, rows, vote_rows = [], [], []
        match_ids = self._ids("match", len(votes))
        for match_id, vote in zip(match_ids, votes, strict=True):
            is_ab = vote.shown_order == "ab"
            matches.append({
                **self._pair(match_id, vote), "n_orders": 1, "state": "scored", "reason": None,
                "verdict_ab": vote.verdict if is_ab else None, "verdict_ba": None if is_ab else vote.verdict,
            })  # fmt: skip
            rows.append({**self._order(match_id, vote), "state": "scored"})
        numbered = self._numbered(rows)
        for row, vote in zip(numbered, votes, strict=True):
            vote_rows.append({
                "judgment_id": row["id"], "pick_rule": PICK_RULE, "pick_probability": vote.pick_probability,
                "time_taken_s": vote.time_taken_s, "reasons": list(vote.reasons), "comment": vote.comment,
            })  # fmt: skip
        self._landing.add_matches(matches)
        self._landing.add_judgments(numbered)
        self._landing.add_votes(vote_rows)

    def _numbered(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        ids = self._ids("judgment", len(rows))
        return [{"id": row_id, **row} for row_id, row in zip(ids, rows, strict=True)]

    def _pair(self, match_id: int, of: DemoJudgment | DemoVote) -> dict[str, Any]:
        return {
            "id": match_id, "dataset_id": self._landing.dataset_id,
            "prompt_id": self._prompts[of.prompt_key], "judge_id": self._judges[_judge(of)], "repetition": 0,
            "contestant_a_id": self._contestants[of.contestant_a],
            "contestant_b_id": self._contestants[of.contestant_b],
            "response_a_id": self._responses[of.prompt_key, of.contestant_a],
            "response_b_id": self._responses[of.prompt_key, of.contestant_b],
            "created_at": self._landing.now,
        }  # fmt: skip

    def _order(self, match_id: int, of: DemoJudgment | DemoVote) -> dict[str, Any]:
        shown = (
            (of.contestant_a, of.contestant_b)
            if of.shown_order == "ab"
            else (of.contestant_b, of.contestant_a)
        )
        return {
            "prompt_id": self._prompts[of.prompt_key], "judge_id": self._judges[_judge(of)],
            "response_first_id": self._responses[of.prompt_key, shown[0]],
            "response_second_id": self._responses[of.prompt_key, shown[1]], "shown_order": of.shown_order,
            "repetition": 0, "match_id": match_id, "verdict": of.verdict, "is_cached": False,
            "created_at": self._landing.now, "finished_at": self._landing.now,
        }  # fmt: skip


def _judge(of: DemoJudgment | DemoVote) -> str:
    return of.judge if isinstance(of, DemoJudgment) else of.voter


def _pair_key(judgment: DemoJudgment) -> tuple[str, ...]:
    return tuple(getattr(judgment, name) for name in _JUDGED)
