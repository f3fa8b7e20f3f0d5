"""Model servers on this machine: Ollama and whatever speaks OpenAI's protocol, found on their usual ports.

Only the loopback address is asked, without a proxy, and what answers is read no further than a list needs.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal

HOST: Final = "127.0.0.1"
USUAL_PORTS: Final = {
    11434: "Ollama",
    8000: "vLLM",
    1234: "LM Studio",
    8080: "llama.cpp",
    30000: "SGLang",
    4000: "LiteLLM proxy",
    5000: "text-generation-webui",
    1337: "Jan",
    4891: "GPT4All",
}
TIMEOUT_S: Final = 1.0
MAX_BYTES: Final = 1_000_000
MAX_MODELS: Final = 100
MAX_NAME: Final = 200

Kind = Literal["ollama", "openai"]


@dataclass(frozen=True)
class LocalServer:
    """A server that answered. `usually` is what mostly listens on that port; it need not be that."""

    port: int
    kind: Kind
    usually: str | None
    models: tuple[str, ...]

    @property
    def api_base(self) -> str:
        """What a run's API base takes."""
        return f"http://{HOST}:{self.port}" + ("" if self.kind == "ollama" else "/v1")

    def judge_name(self, model: str) -> str:
        """Return the model as a run names its judge."""
        return f"{'ollama_chat' if self.kind == 'ollama' else 'hosted_vllm'}/{model}"


def find_servers(ports: Sequence[int] = tuple(USUAL_PORTS)) -> list[LocalServer]:
    """Ask each port at once; what is closed, slow or no model server is left out."""
    with ThreadPoolExecutor(max_workers=max(len(ports), 1)) as pool:
        return [server for server in pool.map(_ask, ports) if server is not None]


def _ask(port: int) -> LocalServer | None:
    usually = USUAL_PORTS.get(port)
    tags = _get_json(port, "/api/tags")
    if isinstance(tags, dict) and isinstance(tags.get("models"), list):
        return LocalServer(port, "ollama", usually, _names(tags["models"], "name"))
    listed = _get_json(port, "/v1/models")
    if isinstance(listed, dict) and isinstance(listed.get("data"), list):
        return LocalServer(port, "openai", usually, _names(listed["data"], "id"))
    return None


def _names(entries: list[Any], field: str) -> tuple[str, ...]:
    names = [entry.get(field) for entry in entries if isinstance(entry, dict)]
    return tuple(name for name in names if isinstance(name, str) and 0 < len(name) <= MAX_NAME)[:MAX_MODELS]


def _get_json(port: int, path: str) -> Any:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            return None
        return json.loads(answer.read(MAX_BYTES))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
