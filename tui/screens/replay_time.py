"""How time passes in a replay: frames, the keys and the pointer that seek, and what is said where it stops."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from engine.events import Event
from tui.keys.texts import key_for, spelled
from tui.playing.frame_clock import speed_changed
from tui.playing.pausing import described, next_choice
from tui.playing.play import Fault
from tui.playing.playback import LANDMARKS, Passage, Playback
from tui.playing.replay_moves import sought
from tui.screens.desk_draw import DeskDrawing
from tui.screens.desk_time import CALM_FRAME
from tui.screens.session_screen import SessionScreen
from tui.settings import settings_of
from tui.widgets.direct_paint import DirectPainting
from tui.widgets.events_log import EventsLog
from tui.widgets.timeline import Moment, Timeline
from tui.widgets.timeline_rows import Beside
from tui.words.notice import spoken

if TYPE_CHECKING:
    from saves.replay import Landmark

THE_END = "The end of the session. {replay.start} goes to its start, {replay.fork} plays on from here as a new session."
NO_MORE = {1: "There is no {} after this moment", -1: "There is no {} before this moment"}
NAMES = {"any": "landmark", "call": "margin call"}
TONES = {"liquidation": "danger", "call": "warning"}


class ReplayTime(DirectPainting, SessionScreen):
    """A replay's time. The screen itself adds the panels."""

    play: Playback
    _drawing: DeskDrawing
    _clock: Callable[[], float]
    _before: float

    @abstractmethod
    def drawn(self, draw: Callable[[], None]) -> None:
        """Draw, and say what is wrong where that fails."""

    @abstractmethod
    def tell_liquidations(self, events: Iterable[Event], at: int | None = None) -> None:
        """Tell the liquidations among events that stopped time, if there are any."""

    def begin_timeline(self) -> None:
        """Mark the session's landmarks on the timeline."""
        replay = self.play.recorder
        self._commands = [each for each in replay.landmarks if each.kind == "command"]
        self._points = [each.point for each in self._commands]
        timeline, times = self.query_one(Timeline), self.tape.times
        timeline.begin(self.play.end.step, replay.landmarks, lambda step: int(times[step]))
        timeline.caption(timeline.title_text(), timeline.subtitle_text())

    def beside(self) -> tuple[Landmark | None, Landmark | None]:
        """The last command before the moment or at it, and the next one."""
        place = bisect_right(self._points, self.play.point)
        last = self._commands[place - 1] if place else None
        return last, self._commands[place] if place < len(self._commands) else None

    def draw_timeline(self) -> None:
        """Show the moment on the timeline."""
        play = self.play
        last, coming = self.beside()
        now = play.session.time
        self.query_one(Timeline).show(
            Moment(
                step=play.point.step,
                end=play.end.step,
                time=now,
                clock=play.clock.text(play.running),
                running=play.running,
                last=None if last is None else Beside(last.text, now - last.time),
                next=None if coming is None else Beside(coming.text, coming.time - now),
            )
        )

    # -- frames

    def tick(self) -> None:
        """A frame of real time."""
        now = self._clock()
        if settings_of(self.app).reduced_motion and now - self._before < CALM_FRAME and not self.play.flat_out:
            return
        seconds, self._before = now - self._before, now
        if self.play.running and self.app.screen is self:
            self.frame(seconds)

    def frame(self, seconds: float) -> None:
        """Let `seconds` of real time pass and draw what came of it."""
        with self.painting():
            passage = self._passed(lambda: self.play.frame(seconds))
            if passage is None:
                return
            if passage.landmark is not None or passage.finished or passage.events:
                self.draw()
            else:
                self.drawn(lambda: self._drawing.frame(seconds, passage.moved))
                self.drawn(self.draw_timeline)
        if passage.landmark is not None:
            self._say_landmark(passage.landmark, "paused: ")
            if passage.landmark.kind == "liquidation":
                self.tell_liquidations(passage.events)
        elif passage.finished:
            self.say(spelled(self, THE_END))

    def _passed(self, work: Callable[[], Passage]) -> Passage | None:
        """Go to another moment, and hand what happened on the way to the panels; None where the program failed."""
        try:
            passage = work()
            self.take(passage)
        except Fault as fault:
            self.say(str(fault), "danger")
            self.draw()
            return None
        return passage

    def take(self, passage: Passage) -> None:
        """Tell the panels what happened before the moment, and bring the market of a landmark to the front."""
        if passage.anew:
            self._drawing.begin_anew(passage.events, passage.kept)
        else:
            self._drawing.happened(passage.events)
        if passage.landmark is not None and (market := self.play.market_of(passage.landmark)) is not None:
            self.symbol = market
        self.query_one(EventsLog).count(self.play.recorder.event_count)

    def _moved(self, work: Callable[[], Passage]) -> Passage | None:
        """Seek, and draw what is there: all of it at once."""
        with self.painting():
            passage = self._passed(work)
            if passage is not None:
                self.say(spelled(self, THE_END) if passage.finished else "")
                self.draw()
        return passage

    def _say_landmark(self, landmark: Landmark, before: str = "") -> None:
        what = NAMES.get(landmark.kind, landmark.kind)
        said = f"{what} {landmark.text}" if landmark.kind == "command" else landmark.text
        self.say(spoken(f"{before}{said}"), TONES.get(landmark.kind, "plain"))

    # -- keys

    def action_run(self) -> None:
        """Play, or pause; from the end, from the start again."""
        play = self.play
        if play.clock.running:
            play.stop()
            self.say("Paused.")
            self.draw()
            return
        if play.at_end:
            self._moved(lambda: play.seek(0, 0))
        play.run()
        self.say("")
        self.draw()

    def action_speed(self, by: int) -> None:
        self.say(speed_changed(self.play.clock, by))
        self.draw()

    def action_step(self, by: int) -> None:
        self._moved(lambda: self.play.step(by))

    def action_seek_shares(self, by: int) -> None:
        self._moved(lambda: self.play.seek_shares(by))

    def action_seek_start(self) -> None:
        self._moved(lambda: self.play.seek(0, 0))

    def action_seek_end(self) -> None:
        self.play.stop()
        self._moved(lambda: self.play.seek(self.play.end.step))

    def action_jump(self, kind: str, by: int) -> None:
        """To the next landmark of a kind (`any`: of every kind), or to the one before."""
        kinds = LANDMARKS if kind == "any" else (kind,)
        passage = self._moved(lambda: self.play.jump(kinds, by))
        if passage is None:
            return
        if passage.landmark is None:
            self.say(NO_MORE[by].format(NAMES.get(kind, kind)) + self._the_other_way(kind, kinds, by))
        else:
            self._say_landmark(passage.landmark)

    def _the_other_way(self, kind: str, kinds: Collection[str], by: int) -> str:
        """Which key goes to such a landmark on the other side, if there is one."""
        replay, name = self.play.recorder, "landmark" if kind == "any" else kind
        there = replay.previous(kinds) if by > 0 else replay.next(kinds)
        if there is None:
            return "."
        if by > 0:
            return f": {key_for(self, f'replay.last_{name}')} goes to the one before."
        return f": {key_for(self, f'replay.next_{name}')} goes to the next one."

    def move_time(self, text: str) -> bool:
        """Go where a text with `@` in front says; whether it says where."""
        found = sought(text, self.play)
        if isinstance(found, str):
            self.say(spoken(found), "danger")
            return False
        self._moved(lambda: self.play.seek(found.step, found.commands))
        if found.beyond:
            self.say("The session has nothing there: this is as near as it goes.", "warning")
        return True

    def action_auto_pause(self) -> None:
        """Choose what pauses the tape."""
        self.play.pausing = next_choice(self.play.pausing)
        said = f"{described(self.play.pausing)} For this replay; {key_for(self, 'app.settings')} sets it for all."
        self.say(said)

    def on_timeline_sought(self, message: Timeline.Sought) -> None:
        landmark = message.landmark
        if landmark is None:
            self._moved(lambda: self.play.seek(message.step))
        elif self._moved(lambda: self.play.go_to(landmark)) is not None:
            self._say_landmark(landmark)

    def on_timeline_turned(self, message: Timeline.Turned) -> None:
        self.action_seek_shares(message.by)
