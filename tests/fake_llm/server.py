"""An OpenAI-compatible HTTP server that answers by script and counts every request."""

import asyncio
import hashlib
import json
from collections import Counter
from typing import Any

from aiohttp import web

from tests.fake_llm.reply import Reply, Request, Script

EMBEDDING_SIZE = 8
LOOK_EVERY_S = 0.005


class FakeLLM:
    """Routes and counters; make its application with `application()`.

    Parameters
    ----------
    script : callable
        From the request's JSON to a `Reply` or a text.
    latency_s : float
        Added to every answer.
    has_schema : bool
        False answers 400 to a request with a JSON schema, as old servers do.
    n_free : int or None
        So many requests are answered, and the others held until more are set free; None: all are. What a
        test wants to see in the middle of a run is then there however slow or fast the machine is.
    """

    def __init__(
        self, script: Script, *, latency_s: float = 0.0, has_schema: bool = True, n_free: int | None = None
    ) -> None:
        self.script = script
        self.latency_s = latency_s
        self.has_schema = has_schema
        self.n_free = n_free
        self.n_in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Forget what was counted."""
        self.n_requests = 0
        self.max_in_flight = self.n_in_flight
        self.n_dropped_by_client = 0
        self.by_content: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.requests: list[Request] = []

    def stats(self) -> dict[str, Any]:
        """What `/_stats` answers."""
        return {
            "n_requests": self.n_requests,
            "n_distinct": len(self.by_content),
            "n_repeated": sum(count - 1 for count in self.by_content.values()),
            "n_in_flight": self.n_in_flight,
            "max_in_flight": self.max_in_flight,
            "n_dropped_by_client": self.n_dropped_by_client,
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
        }

    def application(self) -> web.Application:
        """Build the aiohttp application."""
        app = web.Application(client_max_size=64 * 2**20)
        for prefix in ("", "/v1"):
            app.router.add_post(f"{prefix}/chat/completions", self._chat)
            app.router.add_get(f"{prefix}/models", self._models)
            app.router.add_post(f"{prefix}/embeddings", self._embeddings)
        app.router.add_get("/_stats", self._stats)
        app.router.add_post("/_reset", self._reset)
        app.router.add_post("/_let", self._let)
        return app

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(self.stats())

    async def _reset(self, _: web.Request) -> web.Response:
        self.reset()
        return web.json_response({})

    async def _let(self, http: web.Request) -> web.Response:
        self.n_free = json.loads(await http.read())
        return web.json_response({})

    async def _models(self, _: web.Request) -> web.Response:
        listed = [{"id": "fake", "object": "model", "owned_by": "fake"}]
        return web.json_response({"object": "list", "data": listed})

    async def _embeddings(self, http: web.Request) -> web.Response:
        body = json.loads(await http.read())
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        data = [
            {"object": "embedding", "index": i, "embedding": _embed(text)} for i, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": sum(len(text) // 4 for text in texts), "total_tokens": 0}
        return web.json_response({"object": "list", "data": data, "model": body["model"], "usage": usage})

    async def _chat(self, http: web.Request) -> web.StreamResponse:
        raw = await http.read()
        request: Request = json.loads(raw)
        self.n_requests += 1
        self.by_content[hashlib.sha256(raw).hexdigest()] += 1
        if len(self.requests) < 1000:
            self.requests.append(request)
        self.n_in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.n_in_flight)
        try:
            return await self._answer(http, request)
        except asyncio.CancelledError:
            self.n_dropped_by_client += 1
            raise
        finally:
            self.n_in_flight -= 1

    async def _answer(self, http: web.Request, request: Request) -> web.StreamResponse:
        reply = self._reply(request)
        wait_s = self.latency_s + reply.latency_s
        if wait_s:
            await asyncio.sleep(wait_s)
        if reply.fault == "hang":
            await asyncio.sleep(3600)
        await self._become_free()
        if reply.fault == "drop":
            assert http.transport is not None
            http.transport.abort()
            return web.Response()
        self.by_status[reply.status] += 1
        if reply.status >= 300:
            error = {"message": reply.text, "type": "fake_error", "code": reply.error_code or None}
            return web.json_response({"error": error}, status=reply.status, headers=reply.headers)
        if request.get("stream"):
            return await _stream(http, request, reply)
        text = json.dumps(_completion(request, reply)) if reply.body is None else reply.body
        if reply.fault == "broken_json":
            text = text[: len(text) // 2]
        return web.Response(text=text, content_type="application/json", headers=reply.headers)

    async def _become_free(self) -> None:
        while self.n_free is not None and self.n_free < 1:
            await asyncio.sleep(LOOK_EVERY_S)
        if self.n_free is not None:
            self.n_free -= 1

    def _reply(self, request: Request) -> Reply:
        if not self.has_schema and (request.get("response_format") or {}).get("type") == "json_schema":
            return Reply("response_format json_schema is not supported", status=400)
        said = self.script(request)
        return Reply(said) if isinstance(said, str) else said


def _completion(request: Request, reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    if reply.thinking is not None:
        message["reasoning_content"] = reply.thinking
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    if reply.logprobs:
        choice["logprobs"] = {"content": [_logprob(token, top) for token, top in reply.logprobs]}
    answer: dict[str, Any] = {
        "id": "fake",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [] if reply.fault == "empty_choices" else [choice],
    }
    if reply.has_usage:
        answer["usage"] = _usage(request, reply)
    return answer


def _usage(request: Request, reply: Reply) -> dict[str, int]:
    n_in = sum(len(str(message["content"])) for message in request["messages"]) // 4
    n_out = len(reply.text) // 4 + 1
    return {"prompt_tokens": n_in, "completion_tokens": n_out, "total_tokens": n_in + n_out}


def _logprob(token: str, top: tuple[tuple[str, float], ...]) -> dict[str, Any]:
    listed = [{"token": text, "logprob": value, "bytes": None} for text, value in top]
    return {"token": token, "logprob": top[0][1], "bytes": None, "top_logprobs": listed}


async def _stream(http: web.Request, request: Request, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **reply.headers})
    await response.prepare(http)
    words = reply.text.split(" ")
    for index, word in enumerate(words):
        if reply.fault == "cut_stream" and index == max(1, len(words) // 2):
            assert http.transport is not None
            http.transport.abort()
            return response
        await _send(response, request, {"content": word if index == 0 else f" {word}"}, None)
    await _send(response, request, {}, reply.finish_reason)
    if reply.has_usage and (request.get("stream_options") or {}).get("include_usage"):
        chunk = {"id": "fake", "object": "chat.completion.chunk", "created": 0, "model": request["model"]}
        last = {**chunk, "choices": [], "usage": _usage(request, reply)}
        await response.write(f"data: {json.dumps(last)}\n\n".encode())
    await response.write(b"data: [DONE]\n\n")
    return response


async def _send(
    response: web.StreamResponse, request: Request, delta: dict[str, str], finish_reason: str | None
) -> None:
    chunk = {
        "id": "fake",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": request["model"],
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }
    await response.write(f"data: {json.dumps(chunk)}\n\n".encode())


def _embed(text: str) -> list[float]:
    digest = hashlib.sha256(text.encode()).digest()
    return [byte / 255 for byte in digest[:EMBEDDING_SIZE]]
