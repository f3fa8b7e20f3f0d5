"""Finding or adding contestants and judges by name; both are few, so all that were seen stay in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from arena.exchange.identity import human_judge_version, recorded_judge_version
from arena.exchange.landing.ledger import Fate, Ledger
from arena.exchange.records import JudgeItem
from arena.exchange.report import Kind
from db.landing import Landing


class ContestantLander:
    """A contestant is its name. A version that the source appends to it is kept in the parameters instead."""

    def __init__(self, landing: Landing, ledger: Ledger) -> None:
        self._landing = landing
        self._tally = ledger.tally(Kind.CONTESTANTS)
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
            self._tally.count_mention(contestant_id, fate)
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
        self._tally = ledger.tally(Kind.JUDGES)
        self._ids: dict[JudgeItem, int] = {}

    def land(self, judges: Iterable[JudgeItem]) -> Mapping[JudgeItem, int]:
        """Return the id of every judge that this import has met."""
        fresh = [judge for judge in dict.fromkeys(judges) if judge not in self._ids]
        if not fresh:
            return self._ids
        found = self._landing.find_known_judges([judge.name for judge in fresh])
        added: list[tuple[JudgeItem, str]] = []
        for judge in fresh:
            version = _version(judge)
            known = found.get((judge.name, version))
            if known is not None and (known.kind, known.mode) != (judge.kind, judge.mode):
                # Our own export names the version of a live judge, whose judgments an import must not touch.
                version = recorded_judge_version(judge.name, judge.mode, version)
                known = found.get((judge.name, version))
            if known is None:
                added.append((judge, version))
            else:
                self._ids[judge] = known.id
                self._tally.count_mention(known.id, Fate.DUPLICATE)
        self._add(added)
        return self._ids

    def _add(self, added: Sequence[tuple[JudgeItem, str]]) -> None:
        rows = []
        ids = self._landing.reserve_ids("judge", len(added))
        for (judge, version), judge_id in zip(added, ids, strict=True):
            self._ids[judge] = judge_id
            self._tally.count_mention(judge_id, Fate.NEW)
            rows.append({
                "id": judge_id, "kind": judge.kind, "name": judge.name, "version": version,
                "mode": judge.mode, "created_at": self._landing.now,
            })  # fmt: skip
        self._landing.add_judges(rows)


def _version(judge: JudgeItem) -> str:
    if judge.kind == "human":
        return human_judge_version(judge.name, judge.mode)
    return judge.source_version or recorded_judge_version(judge.name, judge.mode)
