"""Fences around untrusted text: marks with a nonce that the text cannot know.

The nonce is a keyed hash of the whole content, so the same content renders the same, in both shown
orders, and a text that learns its nonce changes it by holding it.
"""

import hashlib
from collections.abc import Iterable, Sequence

from judge.errors import SpecError
from judge.texts import Message

MIN_KEY_BYTES = 16
_ROLES = frozenset({"system", "user", "assistant", "tool", "developer"})


def make_nonce(key: bytes, texts: Iterable[str]) -> str:
    """Hash the texts with the key (BLAKE2b, 64 bits, hex); where one text ends counts.

    Raises
    ------
    SpecError
        If the key is shorter than 16 or longer than 64 bytes.
    """
    if not MIN_KEY_BYTES <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise SpecError(f"a fence key has 16 to 64 bytes, this one {len(key)}")
    digest = hashlib.blake2b(key=key, digest_size=8)
    for text in texts:
        content = text.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()


def fence(label: str, nonce: str, text: str) -> str:
    """Put the text, verbatim, between an opening and a closing mark on lines of their own."""
    return f"<{label}-{nonce}>\n{text}\n</{label}-{nonce}>"


def fence_conversation(messages: Sequence[Message], nonce: str) -> str:
    """Fence every message under its role, and the whole again."""
    inner = "\n".join(
        fence(message.role if message.role in _ROLES else "message", nonce, message.content)
        for message in messages
    )
    return fence("conversation", nonce, inner)


def fence_response(label: str, turns: Sequence[str], nonce: str) -> str:
    """Fence a response; several turns are numbered and fenced each."""
    if len(turns) == 1:
        return fence(label, nonce, turns[0])
    inner = "\n".join(fence(f"turn-{number}", nonce, turn) for number, turn in enumerate(turns, 1))
    return fence(label, nonce, inner)


def fence_references(references: Sequence[str], nonce: str) -> str:
    """Fence known good responses, with a heading and a blank line after; empty without any."""
    if not references:
        return ""
    blocks = "\n".join(fence("reference", nonce, text) for text in references)
    return f"A known good response to this conversation, for comparison only:\n{blocks}\n\n"
