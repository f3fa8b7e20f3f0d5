"""Commands about models: which providers are ready, which servers run here, and one call to try a model."""

from __future__ import annotations

import argparse

from arena.cli.arguments import FORMATS, Subparsers
from arena.cli.output import print_json, print_rows, say
from arena.local_servers import find_servers
from arena.providers import list_providers
from arena.trial import ask_here, most_trial_usd, to_json


def add_commands(commands: Subparsers) -> None:
    about = "Say which providers' keys are set and which servers run here; --try makes one tiny call."
    parser = commands.add_parser("models", help=about, description=about)
    parser.add_argument("--format", choices=FORMATS, default="table", help="table, json or csv")
    parser.add_argument("--try", dest="model", metavar="MODEL", help="a provider/model to call once")
    parser.add_argument("--api-base", metavar="URL", help="where to reach it, for a server of your own")
    parser.set_defaults(command=models, name="models")


def models(arguments: argparse.Namespace) -> int:
    if arguments.model is not None:
        return _try(arguments)
    rows: list[dict[str, object]] = [
        {
            "provider": state.provider.name,
            "state": "ready" if state.is_ready else "key missing",
            "variables": ", ".join(state.found or state.missing),
            "models": state.provider.model,
        }
        for state in list_providers()
    ]
    rows += [
        {
            "provider": f"{server.kind} server",
            "state": "found",
            "variables": server.api_base,
            "models": ", ".join(server.judge_name(model) for model in server.models),
        }
        for server in find_servers()
    ]
    print_rows(rows, arguments.format)
    return 0


def _try(arguments: argparse.Namespace) -> int:
    most = most_trial_usd(arguments.model)
    price = "cost unknown" if most is None else f"at most ${most:.6f}"
    say(f"One call to {arguments.model}, {price}.")
    trial = ask_here(arguments.model, arguments.api_base)
    if arguments.format == "json":
        print_json(to_json(trial))
    else:
        print_rows([to_json(trial)], arguments.format)
    return 0 if trial.is_ok else 1
