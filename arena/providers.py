"""Which providers can be asked: whose key is set, and what their models cost. No value of a key is read out.

Keys come from the environment alone, under the names that LiteLLM looks for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from arena.errors import UsageError
from arena.store import in_words
from db import Database, model_names
from judge.prices import price_of

PER_MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Provider:
    """A provider by LiteLLM's name.

    Parameters
    ----------
    variables : tuple of tuple of str
        Any one of these groups of environment variables makes it ready.
    model : str
        A small model to try it with.
    """

    name: str
    title: str
    variables: tuple[tuple[str, ...], ...]
    model: str


@dataclass(frozen=True)
class ProviderState:
    """`found` are the variables that made it ready; `missing` those of the first group that are not set."""

    provider: Provider
    found: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class ModelPrice:
    """USD for a million tokens; None is unknown, never free."""

    model: str
    input_usd: float | None
    output_usd: float | None


PROVIDERS: Final = (
    Provider("openai", "OpenAI", (("OPENAI_API_KEY",),), "openai/gpt-4o-mini"),
    Provider(
        "anthropic",
        "Anthropic",
        (("ANTHROPIC_API_KEY",), ("ANTHROPIC_AUTH_TOKEN",)),
        "anthropic/claude-haiku-4-5",
    ),
    Provider(
        "gemini",
        "Google Gemini",
        (("GEMINI_API_KEY",), ("GOOGLE_API_KEY",)),
        "gemini/gemini-2.5-flash-lite",
    ),
    Provider("mistral", "Mistral", (("MISTRAL_API_KEY",),), "mistral/mistral-small-latest"),
    Provider("deepseek", "DeepSeek", (("DEEPSEEK_API_KEY",),), "deepseek/deepseek-chat"),
    Provider("xai", "xAI", (("XAI_API_KEY",),), "xai/grok-4.3"),
    Provider("groq", "Groq", (("GROQ_API_KEY",),), "groq/openai/gpt-oss-20b"),
    Provider("openrouter", "OpenRouter", (("OPENROUTER_API_KEY",),), "openrouter/openai/gpt-4o-mini"),
    Provider(
        "together_ai",
        "Together AI",
        (("TOGETHERAI_API_KEY",), ("TOGETHER_AI_API_KEY",), ("TOGETHER_API_KEY",)),
        "together_ai/meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo",
    ),
    Provider(
        "fireworks_ai",
        "Fireworks AI",
        (("FIREWORKS_AI_API_KEY",), ("FIREWORKS_API_KEY",)),
        "fireworks_ai/accounts/fireworks/models/llama-v3p1-8b-instruct",
    ),
    Provider("cohere", "Cohere", (("COHERE_API_KEY",), ("CO_API_KEY",)), "cohere/command-r7b-12-2024"),
    Provider("cerebras", "Cerebras", (("CEREBRAS_API_KEY",),), "cerebras/llama3.1-8b"),
    Provider(
        "deepinfra",
        "DeepInfra",
        (("DEEPINFRA_API_KEY",),),
        "deepinfra/meta-llama/Meta-Llama-3.1-8B-Instruct",
    ),
    Provider(
        "perplexity",
        "Perplexity",
        (("PERPLEXITYAI_API_KEY",), ("PERPLEXITY_API_KEY",)),
        "perplexity/sonar",
    ),
    Provider(
        "azure",
        "Azure OpenAI",
        (("AZURE_API_KEY", "AZURE_API_BASE", "AZURE_API_VERSION"),),
        "azure/gpt-4o-mini",
    ),
    Provider(
        "bedrock",
        "Amazon Bedrock",
        (("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_PROFILE",), ("AWS_ROLE_ARN",)),
        "bedrock/amazon.nova-micro-v1:0",
    ),
    Provider(
        "vertex_ai",
        "Google Vertex AI",
        (("VERTEXAI_PROJECT", "VERTEXAI_LOCATION"),),
        "vertex_ai/gemini-2.5-flash-lite",
    ),
)
_BY_NAME: Final = {provider.name: provider for provider in PROVIDERS}


def list_providers(environment: Mapping[str, str] | None = None) -> list[ProviderState]:
    """Return all known ones, those that are ready first."""
    states = [_state(provider, environment) for provider in PROVIDERS]
    return sorted(states, key=lambda state: not state.is_ready)


def find_missing_key(
    model: str, api_base: str | None = None, environment: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the variables that asking this model needs and that are not set.

    Nothing for an address of one's own, built-in judges and providers that are not listed here.
    """
    name, slash, _ = model.partition("/")
    provider = _BY_NAME.get(name) if slash and api_base is None else None
    return () if provider is None else _state(provider, environment).missing


def say_missing_key(
    model: str, api_base: str | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Return the sentence that names what to set; empty where nothing is missing."""
    missing = find_missing_key(model, api_base, environment)
    return f"The key is missing: set {', '.join(missing)}." if missing else ""


class Asked(Protocol):
    """A contestant, stored or not yet."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str | None: ...

    @property
    def api_base(self) -> str | None: ...


def say_who_lacks_a_key(contestants: Iterable[Asked]) -> str:
    """Return the sentence of the first that cannot be asked for want of a key; empty where all can."""
    said = ((one.name, say_missing_key(one.model or "", one.api_base)) for one in contestants)
    return next((f"{name}: {words}" for name, words in said if words), "")


def check_address(api_base: str | None) -> None:
    """Refuse an address that is none.

    Raises
    ------
    UsageError
        If it does not begin with http:// or https://.
    """
    if api_base is not None and not api_base.lower().startswith(("http://", "https://")):
        raise UsageError(f"Write the API base with http:// or https://, as http://{api_base.lstrip('/')}.")


def list_prices(database: Database) -> list[ModelPrice]:
    """Return the price of each model that judges or answers here; one that somebody typed in goes first."""
    with in_words(), database.read() as session:
        named = model_names.list_model_names(session)
    typed = {
        one.model: ModelPrice(one.model, one.input_usd, one.output_usd) for one in named if one.is_priced
    }
    return [typed.get(model) or get_price(model) for model in sorted({one.model for one in named})]


def get_price(model: str) -> ModelPrice:
    """Look a model up in LiteLLM's local price map."""
    price = price_of(model)
    if price is None:
        return ModelPrice(model, None, None)
    return ModelPrice(model, price.input_usd * PER_MILLION, price.output_usd * PER_MILLION)


def _state(provider: Provider, environment: Mapping[str, str] | None) -> ProviderState:
    there = os.environ if environment is None else environment
    for group in provider.variables:
        if all(there.get(name, "").strip() for name in group):
            return ProviderState(provider, group, ())
    missing = tuple(name for name in provider.variables[0] if not there.get(name, "").strip())
    return ProviderState(provider, (), missing)
