"""What every plan of calls counts while it is worked off, whether judgments or responses come of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import utc_now


class Counters:
    """Columns of `run` and `generation`."""

    n_calls: Mapped[int] = mapped_column(default=0)
    """Calls that were answered or failed for good, not those served from the call store."""
    n_cached: Mapped[int] = mapped_column(default=0)
    n_retries: Mapped[int] = mapped_column(default=0)
    n_unpriced: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[float] = mapped_column(default=0.0)
    """Sum over priced calls only; with `n_unpriced` above 0 the true sum is unknown."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
