"""Asks an OpenAI-compatible server, in the strictest form of answer that it takes: json_schema, json_object, or none.

The address is the operator's own word and may be private; redirects from it are not followed. Nothing is tried again here:
`jobs.model.upgrade` does that, at its own pace.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crawler import durations
from crawler.errors import ZhixunError
from jobs import clock
from jobs.config.models import AnalysisConfig
from jobs.model.prompt import SCHEMA, Messages

FORMS: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("json_schema", {"type": "json_schema", "json_schema": {"name": "article", "strict": True, "schema": SCHEMA}}),
    ("json_object", {"type": "json_object"}),
    ("no form", None),
)
NO_KEY = "none"  # servers of one's own need no key, and the library insists on one
LONGEST_RETRY_AFTER = 3600.0  # seconds
MAX_ANSWER = 4_000_000  # bytes
MOST_TOKENS = 10_000_000  # of one call: a server that counts more is mistaken, and would use up the month, or what a row can hold


@dataclass(frozen=True, slots=True)
class Said:
    """An answer. `tokens` is None where the server does not count; `form` is what it was asked for."""

    text: str
    form: str
    tokens: int | None


class ModelError(ZhixunError):
    """The model gave no answer.

    `whose` says where the fault lies: ``server`` (it is away, overloaded or slow), ``setting`` (key, address or model name are wrong)
    or ``record`` (it does not take this text). `retry_after` is what the server asks for, in seconds. `counts`: it may cost tokens.
    """

    def __init__(
        self, message: str, whose: Literal["server", "setting", "record"], retry_after: float | None = None, counts: bool = False
    ) -> None:
        super().__init__(message)
        self.whose = whose
        self.retry_after = retry_after
        self.counts = counts


class Client:
    """One server and model. Remembers the form of answer that it takes."""

    def __init__(self, settings: AnalysisConfig) -> None:
        self._settings = settings
        self._api = importlib.import_module("openai")  # an extra: not everyone has a model
        self._client = self._api.AsyncOpenAI(
            base_url=settings.base_url or "https://api.openai.com/v1",
            api_key=settings.api_key or NO_KEY,
            max_retries=0,
            timeout=settings.timeout.total_seconds(),
            http_client=self._api.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [_read]}),
        )
        self._form = 0

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def ask(self, messages: Messages) -> Said:
        """The model's answer, which may be empty. Raises ModelError."""
        for at in range(self._form, len(FORMS)):
            try:
                answer = await self._once(messages, FORMS[at][1])
            except (self._api.BadRequestError, self._api.UnprocessableEntityError) as error:
                if at + 1 < len(FORMS):
                    continue  # some servers refuse a form of answer that they do not know
                raise ModelError(f"the server refuses: {_words(error)}", "record") from error
            self._form = at
            return _said(answer, FORMS[at][0])
        raise AssertionError("a form of answer is always left")

    async def _once(self, messages: Messages, form: dict[str, Any] | None) -> Any:
        api, seconds = self._api, self._settings.timeout.total_seconds()
        more: Mapping[str, Any] = {"response_format": form} if form else {}
        try:
            async with asyncio.timeout(seconds):  # of the whole answer; the library's bound is one of each read
                return await self._client.chat.completions.create(
                    model=self._settings.model, messages=messages, extra_body=dict(self._settings.extra) or None, **more
                )
        except (TimeoutError, api.APITimeoutError) as error:
            raise ModelError(f"no answer within {seconds:g} s", "server", counts=True) from error
        except api.APIConnectionError as error:
            if isinstance(error.__cause__, ModelError):
                raise error.__cause__ from None
            raise ModelError(f"the server cannot be reached: {error.__cause__ or error}"[:300], "server") from error
        except (api.BadRequestError, api.UnprocessableEntityError):
            raise
        except (api.RateLimitError, api.InternalServerError, api.ConflictError) as error:
            raise ModelError(f"the server answers {_words(error)}", "server", _retry_after(error.response)) from error
        except api.APIStatusError as error:  # 401, 403, 404, and 3xx: redirects are not followed
            raise ModelError(f"the server answers {_words(error)}", "setting") from error
        except (api.OpenAIError, ValueError, TypeError, RecursionError) as error:
            raise ModelError(f"the server's answer is none of its protocol: {error}"[:300], "server") from error


async def _read(response: Any) -> None:
    """The body, unpacked, as far as it may go: the library itself would read on for ever."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_ANSWER:
            raise ModelError(f"the server's answer has more than {MAX_ANSWER:,} bytes", "server", counts=True)
    response._content = bytes(body)


def _said(answer: Any, form: str) -> Said:
    """What is said in a completion; a server may leave out anything."""
    choices = getattr(answer, "choices", None)
    if not isinstance(choices, list) or not choices:
        raise ModelError("the server's answer is none of its protocol", "server")
    text = getattr(getattr(choices[0], "message", None), "content", None)
    total = getattr(getattr(answer, "usage", None), "total_tokens", None)
    counts = isinstance(total, int) and 0 <= total <= MOST_TOKENS
    return Said(text if isinstance(text, str) else "", form, total if counts else None)


def _words(error: Any) -> str:
    return f"{error.status_code}: {' '.join(str(error.message).split())}"[:300]


def _retry_after(response: Any) -> float | None:
    seconds = durations.retry_after(response.headers.get("retry-after"), clock.now())
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
