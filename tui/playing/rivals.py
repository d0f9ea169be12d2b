"""The rivals of a session that is played: each plays the same tape under the same rules, up to where the session is.

They may be called at any time. Then they come after from the start, a little in every frame. Nothing that goes wrong
with one reaches the session: that rival is dropped, and it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.looking.views import View
from engine.rivals import Rival, Row, board_of
from engine.rulebooks.base import SetupError
from saves import Recorder
from saves.rivals import Cast

FRAME_SECONDS = 0.008
"""Of a frame, for rivals that come after: a quarter of what a frame may take."""
STILL_SECONDS = 0.02
"""The same while time stands still."""
CHUNK = 2_000
"""Vertices after which it is looked whether that is over."""


class RivalsBeside:
    """Those who play beside a session.

    Args:
        recorder: keeps the session; who its rivals are is saved with it, and they are played again.
        log: told of an internal error in a rival; answers with a sentence for the player.
        now: real seconds.
    """

    def __init__(self, recorder: Recorder, log: Callable[[Exception, str], str], now: Callable[[], float]) -> None:
        self._recorder, self._log, self._now = recorder, log, now
        self._called = False
        self._playing: list[Rival] = []
        self._news: list[str] = []

    # -- who they are

    @property
    def cast(self) -> Cast:
        """Names and strategies of all that the session has, playing or not."""
        return self._recorder.rivals

    @property
    def playing(self) -> tuple[Rival, ...]:
        """Those who play, in the order of the cast; none before they are called."""
        return tuple(self._playing)

    def call(self, cast: Cast | None = None) -> None:
        """Let them play from now on.

        Args:
            cast: who they are, which is saved; None: those whom the session has already.
        """
        if cast is not None and cast != self.cast:
            self._recorder.set_rivals(cast)
        self._playing, self._called = [], True
        session = self._recorder.session
        for name, strategy in self.cast:
            with self._guarded(name):
                try:
                    self._playing.append(Rival(name, strategy, session.setup, session.tape))
                except SetupError as error:
                    self._news.append(f"{name} can’t play here: {error}.")
                except KeyError:
                    self._news.append(f"{name} can’t play: this version knows no strategy “{strategy}”.")

    @property
    def called(self) -> bool:
        """Whether they were called."""
        return self._called

    @property
    def has_news(self) -> bool:
        """Whether something must be said."""
        return bool(self._news)

    def news(self) -> list[str]:
        """What must be said of rivals that were dropped; each is answered once."""
        news, self._news = self._news, []
        return news

    # -- playing

    @property
    def behind(self) -> bool:
        """Whether one has not come to where the session is."""
        return any(self._is_behind(each) for each in self._playing)

    @property
    def share(self) -> float:
        """How far the one who is furthest behind has come, 0 to 1."""
        steps = [each.session.step for each in self._playing if self._is_behind(each)]
        return min(steps, default=self._step) / max(self._step, 1) if steps else 1.0

    def follow(self, seconds: float = FRAME_SECONDS) -> None:
        """Come to where the session is, or nearer by what can be done in so many seconds."""
        if not self._playing:
            return
        end = self._now() + seconds
        while self._come_nearer() and self._now() < end:
            pass

    def catch_up(self) -> None:
        """Come to where the session is, however long that takes."""
        while self._come_nearer():
            pass

    def _come_nearer(self) -> bool:
        """Let the one who is furthest behind play a little; whether there is more to play."""
        late = [each for each in self._playing if self._is_behind(each)]
        if not late:
            return False
        each = min(late, key=lambda rival: rival.session.step)
        with self._guarded(each.name):
            each.advance(min(self._step, each.session.step + CHUNK))
        return True

    def _is_behind(self, rival: Rival) -> bool:
        session = rival.session
        return session.state != "ended" and (session.step < self._step or rival.decides_now)

    @property
    def _step(self) -> int:
        return self._recorder.session.step

    # -- the board

    def board(self, player: View) -> tuple[Row, ...]:
        """Everybody by worth, the player among them; empty without rivals."""
        return board_of(self._playing, self._recorder.session.setup.balance, player) if self._playing else ()

    def rank(self) -> tuple[int, int] | None:
        """The player's rank and of how many, once the rivals have come to where the session is; None without rivals."""
        self.catch_up()
        rows = self.board(self._recorder.view())
        return next(((row.rank, len(rows)) for row in rows if row.is_player), None)

    def rival(self, name: str) -> Rival | None:
        """The one of that name."""
        return next((each for each in self._playing if each.name == name), None)

    @contextmanager
    def _guarded(self, name: str) -> Iterator[None]:
        """A rival with whom the program fails is dropped."""
        try:
            yield
        except Exception as error:
            told = self._log(error, f"rival {name} of session {self._recorder.id} at step {self._step}")
            self._playing = [each for each in self._playing if each.name != name]
            self._news.append(f"The rival {name} is dropped. {told} Your session goes on.")
