"""LiteLLM's own price map, read from its package folder without importing LiteLLM (3 s, 160 MB).

So the web process and the command line know prices and abilities of models at once.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

MAP_FILE = "model_prices_and_context_window_backup.json"
SCHEMA_PROVIDERS = frozenset({"predibase", "fireworks_ai", "lm_studio", "nebius", "databricks"})
OWN_SERVER_PROVIDERS = frozenset(
    {
        "hosted_vllm",
        "vllm",
        "openai_like",
        "custom_openai",
        "litellm_proxy",
        "llamafile",
        "ollama",
        "ollama_chat",
    }
    | {"xinference", "lm_studio", "text-completion-openai"}
)


@cache
def load_price_map() -> dict[str, dict[str, Any]]:
    """Load the map of the installed LiteLLM, model id -> prices in USD a token and abilities."""
    package = importlib.util.find_spec("litellm")
    if package is None or not package.submodule_search_locations:
        return {}
    path = Path(package.submodule_search_locations[0]) / MAP_FILE
    entries: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    entries.pop("sample_spec", None)
    return entries


def find_model(model: str) -> dict[str, Any] | None:
    """Find a model's entry; None when the map does not know it.

    `openai/gpt-4o` is listed as `gpt-4o`: the bare name counts only where the entry names the same provider.
    """
    entries = load_price_map()
    if model in entries:
        return entries[model]
    provider, _, name = model.partition("/")
    if not name or provider in OWN_SERVER_PROVIDERS:
        return None
    entry = entries.get(name)
    return entry if entry is not None and entry.get("litellm_provider") == provider else None


def supports_response_schema(model: str) -> bool:
    """Tell whether the map says that the model follows a JSON schema; unknown models are taken not to."""
    if model.partition("/")[0] in SCHEMA_PROVIDERS:
        return True
    entry = find_model(model)
    return bool(entry and entry.get("supports_response_schema"))
