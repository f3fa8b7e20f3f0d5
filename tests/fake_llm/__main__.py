"""Serve from a shell: `python -m tests.fake_llm --port 8600 --script longest --latency 0.5`."""

import argparse
import asyncio
import importlib

from tests.fake_llm.reply import Script
from tests.fake_llm.running import make_runner, start
from tests.fake_llm.scripts import NAMED
from tests.fake_llm.server import FakeLLM


def main() -> None:
    """Parse the arguments and serve until killed; the first line on stdout is the URL."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_llm", description=__doc__)
    parser.add_argument("--port", type=int, default=8600, help="0 takes a free port")
    parser.add_argument(
        "--script", default="longest", help=f"one of {', '.join(NAMED)}, or MODULE:FUNCTION of your own"
    )
    parser.add_argument("--latency", type=float, default=0.0, metavar="S", help="seconds before every answer")
    parser.add_argument("--no-schema", action="store_true", help="answer 400 to a JSON schema")
    arguments = parser.parse_args()
    server = FakeLLM(
        _script(arguments.script), latency_s=arguments.latency, has_schema=not arguments.no_schema
    )
    asyncio.run(_serve(server, arguments.port))


def _script(name: str) -> Script:
    if ":" not in name:
        return NAMED[name]
    module, _, function = name.partition(":")
    found: Script = getattr(importlib.import_module(module), function)
    return found


async def _serve(server: FakeLLM, port: int) -> None:
    listening = await start(make_runner(server), port)
    print(f"http://127.0.0.1:{listening}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
