"""Judges by name: listing versions, resolving what a person typed, choosing the one that ranks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from arena.errors import NotFoundError, UsageError
from arena.store import in_words
from db import Database, datasets, judges
from db.boards import PairCount
from db.judges import JudgeCounts, StoredJudge
from db.match_arrays import MatchScope
from db.scoped_matches import ContestantCounts, count_contestants
from judge import load_rubric, shipped_rubric_names

Lens = Literal["judge", "human", "calibrated"]
SHORT_VERSION = 8


@dataclass(frozen=True)
class JudgeSummary:
    """One judge version. `label` is its name, with `@version` where the name has several versions.

    `n_judgments` is None where only one data set was asked for.
    """

    id: int
    name: str
    version: str
    label: str
    kind: str
    mode: str
    model: str | None
    family: str | None
    rubric: str | None
    n_judgments: int | None
    n_matches: int


@dataclass(frozen=True)
class RubricSummary:
    """A rubric to choose from, with the question of each criterion."""

    name: str
    description: str
    questions: tuple[str, ...]


def list_judges(database: Database, dataset: str | None = None) -> list[JudgeSummary]:
    """Return every version; with a data set, those that judged there, and their matches there."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        counts = judges.count_by_judge(session, dataset_id)
    labels = label_judges(stored)
    nothing = JudgeCounts(0, 0, 0)
    return [
        JudgeSummary(
            id=judge.id,
            name=judge.name,
            version=judge.version[:SHORT_VERSION],
            label=labels[judge.id],
            kind=judge.kind,
            mode=judge.mode,
            model=judge.model,
            family=judge.family,
            rubric=_rubric_name(judge),
            n_judgments=counts.get(judge.id, nothing).n_judgments,
            n_matches=counts.get(judge.id, nothing).n_matches,
        )
        for judge in stored
        if dataset is None or judge.id in counts
    ]


def list_saved_judges(database: Database) -> list[str]:
    """Return the label of every judge version that asks a model, oldest first, without counting anything."""
    with in_words(), database.read() as session:
        stored = judges.list_stored_judges(session)
    labels = label_judges(stored)
    return [labels[judge.id] for judge in stored if judge.kind == "model"]


def _rubric_name(judge: StoredJudge) -> str | None:
    return None if judge.spec is None else str(judge.spec["rubric"]["name"])


def list_rubrics() -> list[RubricSummary]:
    """Return the rubrics that come with Evenhand."""
    rubrics = [load_rubric(name) for name in shipped_rubric_names()]
    return [
        RubricSummary(rubric.name, rubric.description, tuple(c.question for c in rubric.criteria))
        for rubric in rubrics
    ]


def label_judges(stored: Sequence[StoredJudge]) -> dict[int, str]:
    """Give the shortest label that tells each version from all others, by judge id."""
    versions = Counter(judge.name for judge in stored)
    return {
        judge.id: judge.name if versions[judge.name] == 1 else f"{judge.name}@{judge.version[:SHORT_VERSION]}"
        for judge in stored
    }


def find_judge(stored: Sequence[StoredJudge], wanted: str, *, mode: str | None = None) -> StoredJudge:
    """Return the one version that `NAME` or `NAME@VERSION` names.

    Asked for a pairwise judge, it also gives a listwise one, whose lists are stored as pairs.

    Raises
    ------
    NotFoundError
        If no judge has that name or version.
    UsageError
        If several versions have it: they are never merged silently, so they are listed.
    """
    found = [judge for judge in stored if judge.name == wanted]
    if not found and "@" in wanted:
        name, _, version = wanted.rpartition("@")
        found = [judge for judge in stored if judge.name == name and judge.version.startswith(version)]
    if mode is not None:
        exact = [judge for judge in found if judge.mode == mode]
        ranked = [judge for judge in found if judge.mode == "listwise"] if mode == "pairwise" else []
        found = exact or ranked
    if not found:
        names = ", ".join(sorted({judge.name for judge in stored})) or "none yet"
        raise NotFoundError(f"No judge is called '{wanted}'. Judges: {names}.")
    if len(found) > 1:
        choices = ", ".join(f"{judge.name}@{judge.version[:SHORT_VERSION]} ({judge.mode})" for judge in found)
        raise UsageError(
            f"'{wanted}' has {len(found)} versions, which are never merged silently. Choose one: {choices}."
        )
    return found[0]


NEVER_READS = ("builtin/first", "builtin/random")
"""Baselines that do not look at the texts: they rank only where nothing else does."""


def choose_ranking_judge(counts: Sequence[PairCount], stored: Sequence[StoredJudge]) -> int | None:
    """Choose the judge version that ranks when nobody chose one; None where no AI judge has matches.

    The one that compares most contestants; then one that read the texts before a built-in baseline, unless
    it has got far less done, and `builtin/first` and `builtin/random` last of all; then the one with most
    matches; then the newest.
    """
    contestants: dict[int, set[int]] = {}
    n_matches: Counter[int] = Counter()
    for count in counts:
        if count.kind != "human":
            contestants.setdefault(count.judge_id, set()).update((count.contestant_a, count.contestant_b))
            n_matches[count.judge_id] += count.n
    reach = {judge_id: Reach(len(met), n_matches[judge_id]) for judge_id, met in contestants.items()}
    return choose_by_reach(reach, stored)


@dataclass(frozen=True)
class Reach:
    """How many contestants a judge was shown, in how many matches, scored or not.

    A judge without verdicts is not passed over: the board says that none of its matches is scored.
    """

    n_contestants: int
    n_matches: int


ENOUGH_MATCHES: Final = 30
"""Matches of each contestant, on average, that a judge is not held to be at its beginning with."""


def choose_by_reach(reach: Mapping[int, Reach], stored: Sequence[StoredJudge]) -> int | None:
    """Choose among AI judges as `choose_ranking_judge` does.

    A judge has got far less done with under half of the matches of the one with most among those that
    compare as many contestants, and under `ENOUGH_MATCHES` for each: a run that was cancelled early.
    """
    trust = {
        judge.id: 2 if judge.kind != "builtin" else 0 if judge.name in NEVER_READS else 1 for judge in stored
    }
    if not reach:
        return None
    widest = max(one.n_contestants for one in reach.values())
    among = {judge_id: one.n_matches for judge_id, one in reach.items() if one.n_contestants == widest}
    most = max((n for judge_id, n in among.items() if trust[judge_id]), default=0)
    enough = min(most / 2, ENOUGH_MATCHES * widest / 2)
    return max(among, key=lambda j: (trust[j] > 0, among[j] >= enough, trust[j], among[j], j))


def find_ranking_judge(database: Database, dataset: str) -> str | None:
    """Return the label of the judge version that ranks a data set when nobody chose one."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        scope = MatchScope(dataset_id, tuple(judge.id for judge in stored))
        counts = count_contestants(session, scope)
    best = choose_by_reach(reach_of(counts, stored), stored)
    return None if best is None else label_judges(stored)[best]


def reach_of(counts: ContestantCounts, stored: Sequence[StoredJudge]) -> dict[int, Reach]:
    """Sum up the matches of each AI judge that has any."""
    return {
        judge.id: Reach(len(counts[judge.id]), sum(counts[judge.id].values()) // 2)
        for judge in stored
        if judge.kind != "human" and judge.id in counts
    }
