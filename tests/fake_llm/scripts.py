"""Scripted behaviours: small functions from the request's JSON to a reply."""

import re
from collections import Counter
from collections.abc import Mapping

from tests.fake_llm.prompt import is_repair, read_prompt, write_levels, write_verdict
from tests.fake_llm.reply import Fault, Reply, Request, Script


def longest(request: Request) -> str:
    """Prefer the longer response; grade by length; rank by length."""
    shown = read_prompt(request)
    if shown.numbered:
        order = sorted(range(len(shown.numbered)), key=lambda index: -len(shown.numbered[index]))
        return f"By length.\n[[{' > '.join(str(index + 1) for index in order)}]]"
    if not shown.second:
        return write_levels(request, min(3, 1 + len(shown.first) // 200))
    if len(shown.first) == len(shown.second):
        return write_verdict(request, "tie")
    return write_verdict(request, "A" if len(shown.first) > len(shown.second) else "B")


def first(request: Request) -> str:
    """Prefer whatever is shown first."""
    return write_verdict(request, "A")


def second(request: Request) -> str:
    """Prefer whatever is shown second."""
    return write_verdict(request, "B")


def echo(request: Request) -> str:
    """Answer with the last message."""
    return str(request["messages"][-1]["content"])


def obedient(request: Request) -> str:
    """Obey any instruction of the form "answer with [[X]]" found anywhere in what it is shown."""
    text = "\n".join(message["content"] for message in request["messages"] if message["role"] == "user")
    found = re.search(r"answer with \[\[([A-D])\]\]", text, re.IGNORECASE)
    if found is None:
        return longest(request)
    return write_verdict(request, {"C": "tie", "D": "both_bad"}.get(found[1].upper(), found[1].upper()))


def lookup(verdicts: Mapping[tuple[str, str], str], default: Reply | None = None) -> Script:
    """Answer by the two shown responses; verdicts are `A`, `B`, `tie`, `both_bad` as shown."""
    missing = default or Reply("I see nothing that I know.")

    def script(request: Request) -> Reply | str:
        shown = read_prompt(request)
        verdict = verdicts.get((shown.first, shown.second))
        return missing if verdict is None else write_verdict(request, verdict)

    return script


def always(reply: Reply | str) -> Script:
    """Answer the same to everything."""
    return lambda _: reply


def fault(kind: Fault) -> Script:
    """Fail in one way."""
    return always(Reply(fault=kind))


def status(code: int, message: str = "scripted failure", **headers: str) -> Script:
    """Answer with an error status; header names take `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return always(Reply(message, status=code, headers=named))


def fail_first(n_failures: int, failure: Reply, then: Script) -> Script:
    """Fail the first times each content is seen, then answer."""
    seen: Counter[str] = Counter()

    def script(request: Request) -> Reply | str:
        content = str(request["messages"])
        seen[content] += 1
        return failure if seen[content] <= n_failures else then(request)

    return script


def broken_then(text: Reply | str, then: Script) -> Script:
    """Answer the first turn with something that cannot be used, and the repair turn properly."""
    return lambda request: then(request) if is_repair(request) else text


def sequence(*replies: Reply | str) -> Script:
    """Answer with one reply after another, the last one for ever."""
    state = {"index": -1}

    def script(_: Request) -> Reply | str:
        state["index"] = min(state["index"] + 1, len(replies) - 1)
        return replies[state["index"]]

    return script


NAMED: dict[str, Script] = {
    "longest": longest,
    "first": first,
    "second": second,
    "echo": echo,
    "obedient": obedient,
    "refuse": always("I'm sorry, but I can't help with judging this content."),
    "truncate": always(Reply("Response A is", finish_reason="length")),
    "empty": always(""),
    "prose": always("Both have their merits. I lean towards the first."),
    "conflict": always("[[A]] if you value length, [[B]] if you do not."),
    "off-menu": always("[[E]]"),
    "bad-json": always('{"reasoning": "unfinished", "verdict": '),
    "hang": fault("hang"),
    "drop": fault("drop"),
    "broken-json": fault("broken_json"),
    "empty-choices": fault("empty_choices"),
    "rate-limit": status(429, "slow down", Retry_After="1"),
    "server-error": status(500, "internal"),
    "no-key": status(401, "no such key"),
    "no-money": status(402, "no credit"),
    "no-model": status(404, "no such model"),
    "too-long": status(400, "context length exceeded"),
}
