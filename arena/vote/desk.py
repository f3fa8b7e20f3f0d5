"""The frame of each data set, kept in memory and renewed beside the clicks, never inside one.

The first pair of a process is drawn uniformly from what was counted before; a thread then reads what the
judge decided and people voted. While it reads, draws go on from the frame as it was, and keep its chances.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from arena.store import in_words
from arena.vote.frame import Frame, load_frame
from arena.vote.pool import Pool
from db import Database, Session, ballots, open_database, picks
from db.picks import ChangeMark

MIN_REST_S = 20.0
REST_TIMES = 20.0
"""A frame rests at least so many times as long as reading it took: a twentieth of one core at most."""
RECOUNT_S = 300.0
"""Responses that went leave no sign, so pairs are counted again after this time."""
LARGE_GROUPS = 2_000
"""Prompts from which counting takes long enough to be remembered in the database."""

logger = logging.getLogger("evenhand")


@dataclass
class _Desk:
    frame: Frame | None = None
    mark: ChangeMark | None = None
    counted_at: float = 0.0
    remembered_id: int = -1
    rest_until: float = 0.0
    is_reading: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    counting: threading.Lock = field(default_factory=threading.Lock)


_desks: WeakKeyDictionary[Database, dict[int, _Desk]] = WeakKeyDictionary()


def get_frame(database: Database, session: Session, dataset_id: int) -> Frame:
    """Return what to draw from, some seconds old at most where the data is small; nobody waits for a fit."""
    desk = _desk_of(database, dataset_id)
    mark = picks.get_change_mark(session)
    if _must_count(desk, mark):
        with desk.counting:  # twenty voters who come at once wait for one count
            if _must_count(desk, mark):
                _seat_pool(desk, _remembered(session, dataset_id, mark) or _count(session, dataset_id, mark))
    assert desk.frame is not None
    with desk.lock:
        is_due = (desk.mark != mark or _is_old(desk, mark)) and time.monotonic() >= desk.rest_until
        is_due = is_due and not desk.is_reading
        desk.is_reading = desk.is_reading or is_due
    if is_due:
        threading.Thread(target=_read, args=(database.url, dataset_id, desk), daemon=True).start()
    return desk.frame


def renew_frame(database: Database, dataset_id: int) -> Frame:
    """Read the frame now, in the caller's time."""
    return _renew(_desk_of(database, dataset_id), database, dataset_id)


def _renew(desk: _Desk, database: Database, dataset_id: int) -> Frame:
    with in_words(), database.read() as session:
        mark = picks.get_change_mark(session)
        if desk.frame is None or _is_old(desk, mark):
            _seat_pool(desk, _count(session, dataset_id, mark))
    assert desk.frame is not None
    _remember(desk, database, dataset_id, desk.frame.pool)  # at once: what follows may take half a minute
    with in_words(), database.read() as session:
        frame = load_frame(session, dataset_id, desk.frame.pool, desk.frame.judged)
    desk.frame, desk.mark = frame, mark
    return frame


def _remember(desk: _Desk, database: Database, dataset_id: int, pool: Pool) -> None:
    """Store what was counted of a large data set, so that no other process counts it again."""
    if _is_large(pool) and desk.remembered_id != pool.last_response_id:
        with in_words(), database.write() as session:
            ballots.remember_groups(session, dataset_id, pool.groups, pool.last_response_id)
        desk.remembered_id = pool.last_response_id


def _desk_of(database: Database, dataset_id: int) -> _Desk:
    return _desks.setdefault(database, {}).setdefault(dataset_id, _Desk())


def _is_old(desk: _Desk, mark: ChangeMark) -> bool:
    """Whether the pairs that were counted may be others by now."""
    if desk.frame is None or desk.frame.pool.last_response_id != mark.last_response_id:
        return True
    return time.monotonic() - desk.counted_at > RECOUNT_S


def _must_count(desk: _Desk, mark: ChangeMark) -> bool:
    """Whether a click cannot go on from what was counted; a large data set is counted beside the clicks."""
    return desk.frame is None or (_is_old(desk, mark) and not _is_large(desk.frame.pool))


def _is_large(pool: Pool) -> bool:
    return len(pool.prompt_id) >= LARGE_GROUPS


def _seat_pool(desk: _Desk, pool: Pool) -> None:
    desk.frame = Frame(pool) if desk.frame is None else replace(desk.frame, pool=pool)
    desk.counted_at = time.monotonic()


def _remembered(session: Session, dataset_id: int, mark: ChangeMark) -> Pool | None:
    """Return what an earlier process counted, if no response came since."""
    found = ballots.recall_groups(session, dataset_id)
    if found is None or found.last_response_id != mark.last_response_id:
        return None
    return Pool.of(found.groups, found.last_response_id)


def _count(session: Session, dataset_id: int, mark: ChangeMark) -> Pool:
    return Pool.of(ballots.load_groups(session, dataset_id), mark.last_response_id)


def _read(url: str, dataset_id: int, desk: _Desk) -> None:
    """Renew the frame beside the clicks, by connections of its own: the app may close its own meanwhile."""
    started = time.monotonic()
    database = open_database(url)
    try:
        _renew(desk, database, dataset_id)
    except Exception:  # a thread's outermost call: whatever it is, voting goes on from the older frame
        logger.exception("the next pairs are drawn from an older count")
    finally:
        database.close()
        now = time.monotonic()
        desk.rest_until = now + max(MIN_REST_S, REST_TIMES * (now - started))
        desk.is_reading = False
