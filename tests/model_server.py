"""A stand-in for an OpenAI-compatible server, on 127.0.0.1: answers as it is told, one turn a request."""

import json
from typing import Any

from tests.vendors import FetchResult

MODEL = "lumen-7b"


def completion(content: str | None, *, finish: str = "stop", tokens: int = 900) -> FetchResult:
    """A chat completion with this content."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    usage = {"prompt_tokens": tokens - 100, "completion_tokens": 100, "total_tokens": tokens}
    body = {"id": "c1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": usage}
    return FetchResult(body, headers={"Content-Type": "application/json"})


def refusal(status: int, message: str, **headers: str) -> FetchResult:
    """An error as the protocol words it."""
    return FetchResult({"error": {"message": message, "type": "error"}}, status, {"Content-Type": "application/json", **headers})


def said(**lists: Any) -> str:
    """An answer with these lists; the others are empty."""
    return json.dumps({"technologies": [], "industries": [], "keywords": [], "events": []} | lists, ensure_ascii=False)
