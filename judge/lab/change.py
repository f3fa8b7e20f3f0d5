"""What a change is: a documented function of one response's text and of where it will be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["bias", "injection"]


@dataclass(frozen=True)
class Target:
    """Whom the text is meant for: the judge's name, and the letter of the side the response is shown on.

    An attacker who knows the side is the worst case; changes that are no attack do not look at it.
    """

    judge: str
    letter: Literal["A", "B"]


@dataclass(frozen=True)
class Change:
    """A way to dress a response without making it better.

    Parameters
    ----------
    name : str
        With its version: `padding@1`.
    about : str
        What is done, in words for people.
    source : str
        Where it was first measured.
    """

    name: str
    kind: Kind
    about: str
    source: str
    apply: Callable[[str, Target], str]


def apply_change(change: Change, turns: tuple[str, ...], target: Target) -> tuple[str, ...]:
    """Change the last turn; earlier turns stay."""
    return (*turns[:-1], change.apply(turns[-1], target)) if turns else turns
