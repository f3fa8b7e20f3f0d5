"""A reward model as a pointwise judge: its scores are recorded scores, floats that are never levels."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from arena.errors import RunStoppedError, UsageError
from arena.store import in_words
from db import Database, datasets, exact, judges, rewards
from db.judges import NewJudge
from db.rewards import NewReward, RewardSubject
from judge import (
    CallError,
    FinalCallError,
    Message,
    ProviderCallError,
    SpecError,
    TransientCallError,
    family_of,
)
from judge.reward import RewardModel, ask_reward

CRITERION = "reward"
CHUNK = 64
MAX_ATTEMPTS = 4
FIRST_WAIT_S = 0.5


@dataclass(frozen=True)
class RewardReport:
    """What was done; `n_unscored` have no score for the reasons in `problems`."""

    judge: str
    n_responses: int
    n_already: int
    n_scored: int
    n_unscored: int
    problems: tuple[str, ...]


def score_with_reward_model(
    database: Database,
    dataset: str,
    name: str,
    url: str,
    *,
    model: str | None = None,
    max_concurrency: int = 8,
) -> RewardReport:
    """Score every response that the reward model has not scored yet.

    Parameters
    ----------
    name : str
        What the judge is called; its version is the hash of name and model.
    model : str or None
        The model as the endpoint knows it; None: the name.

    Raises
    ------
    UsageError
        If the address is none.
    RunStoppedError
        If the endpoint refuses every call; what was scored is kept.
    """
    try:
        reward = RewardModel(url, model or name)
    except SpecError as error:
        raise UsageError(f"{error}.") from error
    with in_words(), database.write() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        judge_id = judges.save_judge(session, _judge(name, reward.model))
    with in_words(), database.read() as session:
        ids = exact.list_response_ids(session, dataset_id)
        missing = rewards.find_unrewarded(session, judge_id, ids)
    n_scored, problems = 0, []
    with ThreadPoolExecutor(max_concurrency) as pool:
        for chunk in _in_chunks(missing):
            with in_words(), database.read() as session:
                subjects = rewards.load_reward_subjects(session, chunk)
            found = list(pool.map(lambda subject: _ask(reward, subject), subjects))
            kept = [one for one in found if isinstance(one, NewReward)]
            with in_words(), database.write() as session:
                rewards.save_rewards(session, judge_id, kept, CRITERION)
            n_scored += sum(one.score is not None for one in kept)
            problems += [one.detail for one in kept if one.detail is not None]
            refused = next((one for one in found if isinstance(one, ProviderCallError)), None)
            if refused is not None:
                raise RunStoppedError(f"The scoring endpoint refuses every call: {refused}")
    return RewardReport(
        judge=name,
        n_responses=len(ids),
        n_already=len(ids) - len(missing),
        n_scored=n_scored,
        n_unscored=len(problems),
        problems=tuple(dict.fromkeys(problems))[:5],
    )


def _judge(name: str, model: str) -> NewJudge:
    version = hashlib.sha256(f"reward model\n{name}\n{model}".encode()).hexdigest()
    return NewJudge("recorded", name, version, "pointwise", model=model, family=family_of(model))


def _in_chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _ask(reward: RewardModel, subject: RewardSubject) -> NewReward | ProviderCallError:
    started = time.perf_counter()
    prompt = [Message(role, content) for role, content in subject.messages]
    attempt = 1
    while True:
        try:
            answer = ask_reward(reward, prompt, subject.turns)
        except ProviderCallError as error:
            return error
        except (TransientCallError, FinalCallError) as error:
            if isinstance(error, FinalCallError) or attempt == MAX_ATTEMPTS:
                return _failed(subject, error, attempt)
            time.sleep(FIRST_WAIT_S * 2 ** (attempt - 1))  # in a thread of its own, before it asks again
            attempt += 1
        else:
            seconds = time.perf_counter() - started
            return NewReward(subject.id, subject.prompt_id, answer.score, None, None, answer.raw_text,
                             seconds, attempt)  # fmt: skip


def _failed(subject: RewardSubject, error: CallError, attempts: int) -> NewReward:
    return NewReward(subject.id, subject.prompt_id, None, error.reason, str(error), None, None, attempts)
