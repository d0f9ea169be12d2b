"""The real program, its frames counted: `python -m tests.benchmarks.frames FOLDER SPEED FRAMES WARM_UP [fast rivals]`.

It plays a made-up tape on its own terminal, 30 frames a second or, `fast`, one behind the other, and then writes what
they took to FOLDER/frames.json. A frame is a thirtieth of a second to the desk however late it comes, so what a frame
costs can be told on a busy machine too.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

if "fast" in sys.argv:  # read by Textual when it is imported: how often a screen paints at most
    os.environ["TEXTUAL_FPS"] = "1000"

import psutil
from textual.timer import Timer

from engine.setup import Setup
from engine.tapes.synthetic import SyntheticSetup, synthetic_tape
from saves import Library
from tui.app import IsocrossApp
from tui.playing.frame_clock import FRAMES_A_SECOND
from tui.screens.desk import DeskScreen
from tui.start import NewSession

PRICES = SyntheticSetup("calm", 7, ("BTC", "ETH", "SOL"), Decimal(3), 1)
"""A vertex a second of three markets."""

COMMANDS = ("buy $4000 ETH 3x iso", "sell $2000 SOL 2x cross", "buy $1000 BTC at 10000")
"""Positions in two pools, and an order that waits."""


@dataclass
class Took:
    """What frames took: how many, processor seconds, bytes held after the warm-up and at the end, vertices."""

    frames: int
    cpu: float
    wall: float
    memory_before: int
    memory_after: int
    vertices: int
    events: int


class FramesApp(IsocrossApp):
    """The program, whose desk is told how long its frames are."""

    def __init__(
        self, library: Library, folder: Path, speed: float, frames: int, warm_up: int, words: Collection[str]
    ) -> None:
        new = NewSession(Setup(), synthetic_tape(PRICES))
        super().__init__(library, new, ticking=False)
        self._folder, self._pace, self._frames, self._warm_up = folder, speed, frames, warm_up
        self._fast, self._rivals = "fast" in words, "rivals" in words
        self._count, self._events = -warm_up, 0
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self.set_timer(1, self._begin_to_play)

    def _begin_to_play(self) -> None:
        desk = self.screen
        if isinstance(desk, DeskScreen):
            desk.call_after_refresh(self._play_on, desk)
        else:  # the tape is being written
            self.set_timer(1, self._begin_to_play)

    def _play_on(self, desk: DeskScreen) -> None:
        for command in COMMANDS:
            assert desk.give(command), command
        self._desk = desk
        if self._rivals:
            desk.show_rivals()
        desk.play.pausing = frozenset()
        if self._pace:
            desk.play.clock.speed = self._pace
            desk.action_run()
        if self._fast:
            self.call_next(self._frame)
        else:
            self._timer = self.set_interval(1 / FRAMES_A_SECOND, self._frame)

    def _frame(self) -> None:
        if self._count == 0:
            self._began = time.perf_counter()
            self._cpu, self._memory, self._step = time.process_time(), memory(), self._desk.play.session.step
        if self._count == self._frames:
            self._end()
            return
        self._count += 1
        if self._pace:
            self._desk.frame(1 / FRAMES_A_SECOND)
        if self._fast:
            self._desk.call_after_refresh(self.call_next, self._frame)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        session = self._desk.play.session
        took = Took(
            frames=self._frames,
            cpu=time.process_time() - self._cpu,
            wall=time.perf_counter() - self._began,
            memory_before=self._memory,
            memory_after=memory(),
            vertices=session.step - self._step,
            events=self._desk.play.recorder.event_count,
        )
        (self._folder / "frames.json").write_text(json.dumps(asdict(took)))
        self.exit()


def memory() -> int:
    """Bytes that this program holds."""
    return int(psutil.Process().memory_info().rss)


def main() -> None:
    folder, speed, frames, warm_up, *words = sys.argv[1:]
    with Library.open(Path(folder)) as library:
        FramesApp(library, Path(folder), float(speed), int(frames), int(warm_up), words).run()


if __name__ == "__main__":
    main()
