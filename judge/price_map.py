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
UNROUTED_PROVIDERS = frozenset({"github_copilot", "lemonade", "amazon-nova"})  # listed, but not looked up
BARE_PROVIDERS = frozenset(
    {"openai", "anthropic", "bedrock", "bedrock_converse"}
)  # whose models go without `provider/`
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


def package_folder() -> Path | None:
    """Find LiteLLM's folder without importing it; None where it is not installed."""
    package = importlib.util.find_spec("litellm")
    if package is None or not package.submodule_search_locations:
        return None
    return Path(package.submodule_search_locations[0])


@cache
def load_price_map() -> dict[str, dict[str, Any]]:
    """Load the map of the installed LiteLLM, model id -> prices in USD a token and abilities."""
    folder = package_folder()
    if folder is None:
        return {}
    entries: dict[str, dict[str, Any]] = json.loads((folder / MAP_FILE).read_text(encoding="utf-8"))
    entries.pop("sample_spec", None)
    return entries


def find_model(model: str) -> dict[str, Any] | None:
    """Find a model's entry; None when the map does not know it.

    `openai/gpt-4o` is listed as `gpt-4o`, `bedrock/ID` as `ID` of `bedrock_converse`: a bare name counts
    only where its entry's provider begins with the asked one.
    """
    entries = load_price_map()
    if model in entries:
        return entries[model]
    provider, _, name = model.partition("/")
    if not name or provider in OWN_SERVER_PROVIDERS:
        return None
    entry = entries.get(name)
    return entry if entry and str(entry.get("litellm_provider")).startswith(provider) else None


def supports_response_schema(model: str) -> bool:
    """Tell whether LiteLLM would send this model a JSON schema; unknown and local models are taken not to.

    Never true where `litellm.supports_response_schema` is false: a test walks the whole map.
    """
    provider, _, name = model.partition("/")
    if provider in SCHEMA_PROVIDERS:
        return True
    entry = find_model(model)
    if not entry or not entry.get("supports_response_schema") or provider in UNROUTED_PROVIDERS:
        return False
    return bool(name) or (entry.get("litellm_provider") in BARE_PROVIDERS and not model.startswith("ft:"))
