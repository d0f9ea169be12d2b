"""What a post-mortem plays again, in a thread: the record, what it is about, and one change after the other."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from functools import partial

from textual import on
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from engine.events import LiquidationStarted
from engine.post_mortem import CannotFollow, NothingKept, Played, PostMortem, Stopped, play, post_mortem
from engine.post_mortem.changes import changes_of
from engine.post_mortem.reruns import Rerun, reruns
from engine.post_mortem.story import same_liquidation
from engine.record import Record
from saves.home import home_folder
from tui.faults import log_fault


@dataclass(slots=True)
class Story:
    """One post-mortem as far as it is known."""

    found: PostMortem
    total: int
    done: list[Rerun] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return len(self.done) >= self.total


class PostMortemPlaying(Screen[None]):
    """The playing half of the screen; the showing half says what is drawn.

    Attributes:
        record: the session up to the moment that is shown.
        played: the same, once it has been played again.
        place: of the liquidation that is shown; past the last of them: how it stands.
        stories: by place, what is known so far; None: there is nothing to tell.
        wrong: why nothing more came, where something went wrong.
    """

    @dataclass
    class Read(Message):
        """The record was played to its end; `place` is that of the liquidation to begin with."""

        played: Played
        place: int

    @dataclass
    class Found(Message):
        """A post-mortem was made; None: of nothing."""

        place: int
        found: PostMortem | None
        total: int = 0

    @dataclass
    class Ran(Message):
        """A change was played again."""

        place: int
        rerun: Rerun

    @dataclass
    class Ended(Message):
        """Nothing more is played for now; `wrong` says why not, where something went wrong."""

        worker: Worker[None]
        wrong: str = ""

    def __init__(self, record: Record, at: LiquidationStarted | None) -> None:
        super().__init__()
        self.record, self._at = record, at
        self.played: Played | None = None
        self.place = 0
        self.stories: dict[int, Story | None] = {}
        self.wrong = ""
        self._worker: Worker[None] | None = None

    @abstractmethod
    def draw(self) -> None:
        """Draw everything of the story that is shown."""

    @abstractmethod
    def draw_runs(self) -> None:
        """Draw what has been played again of it."""

    def on_unmount(self) -> None:
        self.cancel()

    @property
    def story(self) -> Story | None:
        """The one that is shown; None while it is not known, or where there is nothing."""
        return self.stories.get(self.place)

    @property
    def running(self) -> bool:
        """Whether something is being played."""
        return self._worker is not None

    @property
    def places(self) -> list[LiquidationStarted | None]:
        """The liquidations, and last None for how it stands, where something is open."""
        if self.played is None:
            return []
        standing: list[LiquidationStarted | None] = [] if self.played.session.account.flat else [None]
        return [*self.played.liquidations, *standing]

    def go_on(self) -> None:
        story = self.stories.get(self.place)
        if not self.running and (story is None or not story.complete):
            # The app's worker: this screen may go before its thread has quite ended.
            self._worker = self.app.run_worker(partial(self._work, self.played, self.place, story), thread=True)

    def cancel(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def _work(self, played: Played | None, place: int, story: Story | None) -> None:
        """In a thread: play the record, then what the shown liquidation is about, then one change after the other."""
        worker, wrong = get_current_worker(), ""
        stopped = partial(getattr, worker, "is_cancelled")
        try:
            if played is None:
                played = play(self.record, stopped)
                place = self._first(played)
                self.post_message(self.Read(played, place))
            self._look(played, place, story, stopped)
        except Stopped:
            pass
        except (CannotFollow, NothingKept) as error:
            wrong = str(error)
        except Exception as error:
            wrong = log_fault(home_folder(), error, "a post-mortem")
        self.post_message(self.Ended(worker, wrong))

    def _look(self, played: Played, place: int, story: Story | None, stopped: partial[bool]) -> None:
        starts = played.liquidations
        found = story.found if story else post_mortem(played, starts[place] if place < len(starts) else None, stopped)
        changes = changes_of(played, found) if found is not None else ()
        if story is None:
            self.post_message(self.Found(place, found, len(changes)))
        for rerun in reruns(played, changes[len(story.done) if story else 0 :], stopped):
            self.post_message(self.Ran(place, rerun))

    def _first(self, played: Played) -> int:
        """The place of the liquidation that is asked for, or the last."""
        starts, at = played.liquidations, self._at
        same = [place for place, each in enumerate(starts) if at is not None and same_liquidation(each, at)]
        return same[0] if same else max(len(starts) - 1, 0)

    @on(Read)
    def _read(self, event: Read) -> None:
        self.played, self.place = event.played, event.place

    @on(Found)
    def _found(self, event: Found) -> None:
        self.stories[event.place] = None if event.found is None else Story(event.found, event.total)
        self.draw()

    @on(Ran)
    def _ran(self, event: Ran) -> None:
        story = self.stories.get(event.place)
        if story is not None:
            story.done.append(event.rerun)
            if event.place == self.place:
                self.draw_runs()

    @on(Ended)
    def _ended(self, event: Ended) -> None:
        if event.worker is not self._worker:
            return
        self._worker, self.wrong = None, event.wrong
        if not self.wrong and self.place not in self.stories:
            self.go_on()  # another was chosen meanwhile
        self.draw()
