"""A browser without a window: asks the app by ASGI, keeps cookies, and knows the form token of the last page."""

import asyncio
import re
from typing import Any

import httpx
from fastapi import FastAPI

HOST = "127.0.0.1:8480"


class Browser:
    """One reader."""

    def __init__(self, app: FastAPI, language: str = "en", **headers: str) -> None:
        self._app = app
        self.headers = {"accept": "text/html", "accept-language": language, **headers}
        self.cookies = httpx.Cookies()
        self.token = ""

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request."""
        headers = {**self.headers, **more.pop("headers", {})}

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", cookies=self.cookies) as client:
                answer = await client.request(method, path, headers=headers, **more)
                self.cookies = client.cookies
                return answer

        answer = asyncio.run(go())
        if found := re.search(r'name="form-token" content="(\w+)"', answer.text):
            self.token = found[1]
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Load a page."""
        return self.ask("GET", path, **more)

    def send(self, path: str, **form: Any) -> httpx.Response:
        """Send a form of the last page."""
        return self.ask("POST", path, data={"token": self.token, **form})

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Call the API as a script of the last page does."""
        return self.ask(method, f"/api/v1{path}", json=body, headers={"x-form-token": self.token, "accept": "application/json"})
