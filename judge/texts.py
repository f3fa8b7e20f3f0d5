"""What a judge is asked about: texts only, without ids."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One message of a conversation."""

    role: str
    content: str


@dataclass(frozen=True)
class Pair:
    """Two responses to one prompt, in stored order.

    A response is a tuple of turns: one text for each user message that it answers.
    """

    prompt: tuple[Message, ...]
    response_a: tuple[str, ...]
    response_b: tuple[str, ...]
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Single:
    """One response to one prompt."""

    prompt: tuple[Message, ...]
    response: tuple[str, ...]
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slate:
    """Several responses to one prompt, in stored order, to be ranked."""

    prompt: tuple[Message, ...]
    responses: tuple[tuple[str, ...], ...]
    references: tuple[str, ...] = ()
