"""Links for voters from outside: a random token opens the vote on one data set, until it is revoked.

The token is shown once and stored as its hash. Whoever comes by a link votes under a name that ends in the
link's label, so that no guest can vote as somebody of the house.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from arena.store import in_words
from arena.vote.errors import InviteError
from arena.vote.voters import MAX_NAME_CHARS, clean_name
from db import Database, datasets, invites, utc_now

MAX_LABEL_CHARS: Final = 24


@dataclass(frozen=True)
class Invite:
    """A link as the team sees it; the token is not among it."""

    id: int
    label: str
    created_at: datetime
    is_revoked: bool


@dataclass(frozen=True)
class Guest:
    """What a valid link opens."""

    dataset: str
    label: str

    def voter(self, name: str) -> str:
        """Return the name under which this guest's votes are kept.

        Raises
        ------
        VoterNameError
            If the name cannot stand for a person.
        """
        n_chars = MAX_NAME_CHARS - len(self.label) - len(" ()")
        return f"{clean_name(name, max_chars=n_chars)} ({self.label})"


def create_invite(database: Database, dataset: str, label: str) -> str:
    """Store an invitation and return its token, which cannot be had again.

    Raises
    ------
    NotFoundError
        If there is no such data set.
    VoterNameError
        If the label is empty, too long or holds what cannot be seen.
    """
    clean = clean_name(label, max_chars=MAX_LABEL_CHARS)
    token = secrets.token_urlsafe(24)
    with in_words(), database.write() as session:
        invites.add_invite(session, datasets.get_dataset_id(session, dataset), clean, _hash(token))
    return token


def open_invite(database: Database, token: str) -> Guest:
    """Return what the link opens.

    Raises
    ------
    InviteError
        If no link has this token, or it was revoked.
    """
    with in_words(), database.read() as session:
        found = invites.find_invite(session, _hash(token))
    if found is None or found.revoked_at is not None:
        raise InviteError("This invitation opens nothing, or no longer does. Ask who sent it for another.")
    return Guest(found.dataset, found.label)


def list_invites(database: Database, dataset: str) -> list[Invite]:
    """Return the data set's links, newest first."""
    with in_words(), database.read() as session:
        found = invites.list_invites(session, datasets.get_dataset_id(session, dataset))
    return [Invite(one.id, one.label, one.created_at, one.revoked_at is not None) for one in found]


def revoke_invite(database: Database, invite_id: int) -> None:
    """Let the link open nothing more; votes that came by it stay.

    Raises
    ------
    NotFoundError
        If there is no such invitation.
    """
    with in_words(), database.write() as session:
        invites.revoke_invite(session, invite_id, utc_now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
