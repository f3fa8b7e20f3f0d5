"""Who votes: a name and nothing else. However it is spaced or capitalised, it is the same person."""

from __future__ import annotations

import unicodedata

from arena.exchange.identity import human_judge_version
from arena.store import in_words
from arena.vote.errors import VoterNameError
from db import Database, Session, votes
from db.votes import Person

MAX_NAME_CHARS = 60


def sign_in(database: Database, name: str) -> str:
    """Return the name under which this person's votes are kept, making a place for a new one.

    Raises
    ------
    VoterNameError
        If nothing, too much or something unprintable was given.
    """
    with in_words(), database.write() as session:
        return find_or_add(session, name).name


def find_or_add(session: Session, name: str) -> Person:
    """Find the person whose name reads the same, else add one."""
    clean = clean_name(name)
    wanted = _folded(clean)
    for person in votes.list_people(session):
        if _folded(person.name) == wanted:
            return person
    return votes.add_person(session, clean, human_judge_version(clean, "pairwise"))


def find(session: Session, name: str) -> Person | None:
    wanted = _folded(clean_name(name))
    return next((person for person in votes.list_people(session) if _folded(person.name) == wanted), None)


def clean_name(name: str, *, max_chars: int = MAX_NAME_CHARS) -> str:
    """Return the name with single spaces between words and none around it."""
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not clean:
        raise VoterNameError("Give a name, so that you find your place again. Any will do.")
    if len(clean) > max_chars:
        raise VoterNameError(f"A name has at most {max_chars} characters here; this has {len(clean)}.")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in clean):
        raise VoterNameError("This name holds characters that cannot be seen. Use letters and digits.")
    return clean


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
