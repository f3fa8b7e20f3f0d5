"""Invitations to vote: what is stored of a link is a label and the hash of its token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.tables import DatasetRow, VoteInviteRow


@dataclass(frozen=True)
class StoredInvite:
    id: int
    dataset: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


def add_invite(session: Session, dataset_id: int, label: str, token_hash: str) -> int:
    row = VoteInviteRow(dataset_id=dataset_id, label=label, token_hash=token_hash)
    session.add(row)
    session.flush()
    return row.id


def find_invite(session: Session, token_hash: str) -> StoredInvite | None:
    found = _load(session, token_hash=token_hash)
    return found[0] if found else None


def list_invites(session: Session, dataset_id: int) -> list[StoredInvite]:
    """Return a data set's invitations, newest first, revoked ones too."""
    return _load(session, dataset_id=dataset_id)


def _load(session: Session, **where: int | str) -> list[StoredInvite]:
    query = (
        select(VoteInviteRow, DatasetRow.name)
        .join(DatasetRow, DatasetRow.id == VoteInviteRow.dataset_id)
        .where(*(getattr(VoteInviteRow, name) == value for name, value in where.items()))
        .order_by(VoteInviteRow.id.desc())
    )
    return [
        StoredInvite(row.id, dataset, row.label, row.created_at, row.revoked_at)
        for row, dataset in session.execute(query)
    ]


def revoke_invite(session: Session, invite_id: int, now: datetime) -> None:
    row = session.get(VoteInviteRow, invite_id)
    if row is None:
        raise NotFoundError(f"There is no invitation {invite_id}.")
    row.revoked_at = row.revoked_at or now
