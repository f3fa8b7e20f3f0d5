"""Finding or adding contestants and judges by name; both are few, so all that were seen stay in memory."""

from __future__ import annotations

from arena.exchange.identity import human_judge_version, recorded_judge_version
from arena.exchange.landing.ledger import Fate, Ledger
from arena.exchange.records import JudgeItem
from arena.exchange.report import Kind
from db.landing import Landing


class ContestantLander:
    """A contestant is its name. A version that the source appends to it is kept in the parameters instead."""

    def __init__(self, landing: Landing, ledger: Ledger) -> None:
        self._landing = landing
        self._ledger = ledger
        self._ids: dict[tuple[str, str | None], int] = {}

    def land(self, name: str, version: str | None) -> int:
        """Return the contestant's id.

        `vicuna-13b` of version v1 is called `vicuna-13b`; a second version of it keeps its full name,
        `vicuna-13b:v2`, so that two versions are never one contestant.
        """
        contestant_id = self._ids.get((name, version))
        if contestant_id is None:
            contestant_id, fate = self._find_or_add(name, version)
            self._ids[name, version] = contestant_id
            self._ledger.count_mention(Kind.CONTESTANTS, contestant_id, fate)
        return contestant_id

    def _find_or_add(self, name: str, version: str | None) -> tuple[int, Fate]:
        full = name if version is None else f"{name}:{version}"
        stored = self._landing.find_contestants([name, full])
        if full in stored:
            return stored[full].id, Fate.DUPLICATE
        base = stored.get(name)
        if base is None:
            return self._add(name, version), Fate.NEW
        if base.version == version:
            return base.id, Fate.DUPLICATE
        if base.version is None and not base.can_answer and version is not None:
            self._landing.set_version(base.id, version)
            return base.id, Fate.COMPLETED
        return self._add(full, version), Fate.NEW

    def _add(self, name: str, version: str | None) -> int:
        (contestant_id,) = self._landing.reserve_ids("contestant", 1)
        parameters = {} if version is None else {"version": version}
        self._landing.add_contestants(
            [{"id": contestant_id, "name": name, "parameters": parameters, "created_at": self._landing.now}]
        )
        return contestant_id


class JudgeLander:
    """A recorded judge is its name, mode and the source's version; a person is a name."""

    def __init__(self, landing: Landing, ledger: Ledger) -> None:
        self._landing = landing
        self._ledger = ledger
        self._ids: dict[JudgeItem, int] = {}

    def land(self, judge: JudgeItem) -> int:
        judge_id = self._ids.get(judge)
        if judge_id is None:
            judge_id = self._ids[judge] = self._find_or_add(judge)
        return judge_id

    def _find_or_add(self, judge: JudgeItem) -> int:
        version = (
            human_judge_version(judge.name, judge.mode)
            if judge.kind == "human"
            else recorded_judge_version(judge.name, judge.mode, judge.source_version)
        )
        found = self._landing.find_judges([version]).get((judge.name, version))
        if found is not None:
            self._ledger.count_mention(Kind.JUDGES, found, Fate.DUPLICATE)
            return found
        (judge_id,) = self._landing.reserve_ids("judge", 1)
        self._landing.add_judges([
            {
                "id": judge_id, "kind": judge.kind, "name": judge.name, "version": version,
                "mode": judge.mode, "created_at": self._landing.now,
            }
        ])  # fmt: skip
        self._ledger.count_mention(Kind.JUDGES, judge_id, Fate.NEW)
        return judge_id
