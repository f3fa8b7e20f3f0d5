"""Vectors of texts, asked for in batches; a failure ends the scoring and stores nothing half-done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from arena.errors import RunStoppedError
from judge import CallError, TransientCallError
from judge.litellm_client import LiteLLMClient

BATCH = 64
MAX_ATTEMPTS = 5
FIRST_WAIT_S = 0.5


async def embed_texts(model: str, texts: Sequence[str], api_base: str | None) -> dict[str, tuple[float, ...]]:
    """Return each text's vector.

    Raises
    ------
    RunStoppedError
        If the provider does not answer; what was scored before is kept.
    """
    client = LiteLLMClient()
    vectors: dict[str, tuple[float, ...]] = {}
    try:
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            found = await _embed(client, model, batch, api_base)
            vectors.update(zip(batch, found, strict=True))
    except CallError as error:
        raise RunStoppedError(f"The embedding model {model} did not answer: {error}") from error
    finally:
        await client.aclose()
    return vectors


async def _embed(
    client: LiteLLMClient, model: str, texts: Sequence[str], api_base: str | None
) -> list[tuple[float, ...]]:
    attempt = 1
    while True:
        try:
            return await client.embed(model, texts, api_base=api_base)
        except TransientCallError as error:
            if attempt == MAX_ATTEMPTS:
                raise
            await asyncio.sleep(error.retry_after_s or FIRST_WAIT_S * 2 ** (attempt - 1))
        attempt += 1
