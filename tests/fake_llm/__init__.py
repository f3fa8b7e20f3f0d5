"""A fake LLM: a real OpenAI-compatible HTTP server on loopback, scripted, that counts what it is asked.

From a test: `with serve(scripts.longest) as llm: ... llm.api_base, llm.stats()`.
From a shell: `python -m tests.fake_llm --port 8600 --script longest --latency 0.5`.
A script is a function from the request's JSON to a text or a `Reply`.
"""

from tests.fake_llm import scripts
from tests.fake_llm.prompt import Shown, asks_for_schema, is_repair, read_prompt, write_levels, write_verdict
from tests.fake_llm.reply import Reply, Request, Script
from tests.fake_llm.running import Running, serve, serve_in_process
from tests.fake_llm.server import FakeLLM

__all__ = [
    "FakeLLM",
    "Reply",
    "Request",
    "Running",
    "Script",
    "Shown",
    "asks_for_schema",
    "is_repair",
    "read_prompt",
    "scripts",
    "serve",
    "serve_in_process",
    "write_levels",
    "write_verdict",
]
