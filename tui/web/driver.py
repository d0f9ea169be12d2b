"""The game's end of the line to the server."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from textual.app import App
from textual.drivers.web_driver import WebDriver
from textual.events import AppBlur, AppFocus
from textual.messages import ExitApp


class BrowserDriver(WebDriver):
    """Textual's driver for a browser, which also leaves when the server is gone.

    Without that, a game whose server was killed would go on unseen, and keep its session locked.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._write = self._write_all
        self._loop: asyncio.AbstractEventLoop | None = None

    def start_application_mode(self) -> None:
        self._loop = asyncio.get_running_loop()
        super().start_application_mode()

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        # The base class says at the start that nobody looks, by a message that is posted from a message. Going the same
        # way, a tab that says otherwise at once is heard after it.
        if packet_type in ("focus", "blur"):
            event = AppFocus() if packet_type == "focus" else AppBlur()
            self._app.call_later(self._app.post_message, event)
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        super().run_input_thread()  # until the game ends, or the server's end of the pipe is closed
        if not self.exit_event.is_set() and self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._app._post_message(ExitApp()), self._loop)

    def _write_all(self, data: bytes) -> int:
        """Write `data` to its end, as a signal may cut a write short; nobody reads it once the server is gone."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self.fileno, rest) :]
        except BrokenPipeError:
            pass
        return len(data)
