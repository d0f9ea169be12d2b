"""The report of a session, or of two beside each other: figures, curves and trades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, OptionList
from textual.worker import Worker, get_current_worker

from engine.record import Record
from engine.report import NotPlayed, Report, Stopped, report_of
from saves import Library, SavedSession
from saves.home import home_folder
from tui.dialogs.name import NameDialog
from tui.faults import log_fault
from tui.report import curves
from tui.report.content import beside_content, sections_content
from tui.report.page import page
from tui.report.rows import TRADE_TITLES, heading, trade_cells
from tui.report.text import fitting, laid, written_money, written_share, written_times
from tui.widgets.key_bar import Key, KeyBar, keys_from
from tui.widgets.report_chart import ReportChart
from tui.words.plain import harmless
from tui.words.progress import progress_text

NARROW = 120
PANES = ("figures", "curves", "trades")
FOCUSED = {"figures": "#report-figures", "curves": "#report-equity", "trades": "#report-list"}
READING = "The session is played again …"
NO_TRADE = "No trade was made."


class ReportScreen(Screen[None]):
    """A session, or two, reported on in a thread.

    Args:
        named: each session's name and record; curves and trades are those of the first, or of the one that is chosen.
    """

    CSS_PATH = "report.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "pane(1)", "next panel: figures, curves, trades", id="report.pane"),
        Binding("shift+tab", "pane(-1)", "panel before", id="report.pane_back"),
        Binding("o", "other", "curves and trades of the other session", id="report.other"),
        Binding("s", "save", "save it as a page with pictures", id="report.save"),
        Binding("question_mark,f1", "app.show_help('report')", "help", id="report.help"),
        Binding("escape,q,h", "leave", "back", id="report.leave"),
    ]

    @dataclass
    class Told(Message):
        """Which part of the work is done."""

        done: float

    @dataclass
    class Ended(Message):
        """The reports are there; `wrong` says why not, where something went wrong."""

        worker: Worker[None]
        reports: Sequence[Report]
        wrong: str = ""

    def __init__(self, named: Sequence[tuple[str, Record]]) -> None:
        super().__init__()
        self._named = list(named)
        self.reports: Sequence[Report] = ()
        self.chosen = 0
        self.pane = PANES[0]
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Label("", id="report-title")
        yield Label("", id="report-what")
        yield Label("", id="report-panes")
        with Horizontal(id="report-top"):
            with Vertical(id="report-curves"):
                yield Label("equity")
                yield ReportChart(written_money, "accent", id="report-equity")
                yield Label("below its best, at the samples")
                yield ReportChart(written_share, "down", hanging=True, id="report-fall")
                yield Label("effective leverage")
                yield ReportChart(written_times, "text", id="report-leverage")
            with VerticalScroll(id="report-figures"):
                yield Label("", id="report-table")
        with Vertical(id="report-trades"):
            yield Label("", id="report-heading")
            yield OptionList(id="report-list", compact=True)
        yield KeyBar(_keys(len(self._named) > 1))

    def on_mount(self) -> None:
        for pane in PANES:
            self.query_one(f"#report-{pane}").border_title = pane.capitalize()
        self._say_title(f"Report: {READING}")
        self._choose(self.pane)
        # The app's worker: this screen may go before its thread has quite ended.
        self._worker = self.app.run_worker(self._work, thread=True)

    def on_unmount(self) -> None:
        self._cancel()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._draw)

    # -- the work

    @property
    def running(self) -> bool:
        """Whether the reports are being made."""
        return self._worker is not None

    def _cancel(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def _work(self) -> None:
        """In a thread: play each session again."""
        worker, wrong, reports = get_current_worker(), "", list[Report]()
        stopped = partial(getattr, worker, "is_cancelled")
        count, told = len(self._named), -1
        try:
            for place, (_, record) in enumerate(self._named):

                def tell(done: float, place: int = place) -> None:
                    nonlocal told
                    share = (place + done) / count
                    if int(share * 100) > told:
                        told = int(share * 100)
                        self.post_message(self.Told(share))

                reports.append(report_of(record, tell, stopped))
        except Stopped:
            return
        except NotPlayed as error:
            wrong = str(error)
        except Exception as error:
            wrong = log_fault(home_folder(), error, "reporting on a session")
        self.post_message(self.Ended(worker, reports, wrong))

    @on(Told)
    def _told(self, event: Told) -> None:
        if self.running:
            self._say_title(f"Report: {progress_text(event.done)}")

    @on(Ended)
    def _ended(self, event: Ended) -> None:
        if event.worker is not self._worker:
            return
        self._worker = None
        if event.wrong:
            self._say_title(f"✗ {event.wrong}")
            return
        self.reports = event.reports
        self._draw()

    # -- showing

    @property
    def report(self) -> Report | None:
        """The one whose curves and trades are shown."""
        return self.reports[self.chosen] if self.reports else None

    def _say_title(self, text: str) -> None:
        self.query_one("#report-title", Label).update(Content(harmless(text)))

    def _draw(self) -> None:
        report = self.report
        if report is None:
            return
        names = [name for name, _ in self._named]
        others = f" ({self.chosen + 1} of {len(names)})" if len(names) > 1 else ""
        self._say_title(f"Report: {names[self.chosen]}{others}")
        self.query_one("#report-what", Label).update(Content(harmless(" · ".join(heading(report)))))
        self._draw_figures(names)
        self.query_one("#report-equity", ReportChart).show(curves.equity(report), curves.marks(report))
        self.query_one("#report-fall", ReportChart).show(curves.below_best(report))
        self.query_one("#report-leverage", ReportChart).show(curves.leverage(report))
        self._draw_trades(report)

    def _draw_figures(self, names: Sequence[str]) -> None:
        width = self.query_one("#report-figures").scrollable_content_region.width
        if width > 0:
            several = len(self.reports) > 1
            table = beside_content(names, self.reports, width) if several else sections_content(self.reports[0], width)
            self.query_one("#report-table", Label).update(table)

    def _draw_trades(self, report: Report) -> None:
        listed = self.query_one(OptionList)
        width = listed.scrollable_content_region.width
        if width <= 0:
            return
        rows = [TRADE_TITLES, *(trade_cells(report, number) for number in range(len(report.trades)))]
        lines = list(laid(rows, fitting(rows, width - 1)))
        self.query_one("#report-heading", Label).update(Content(lines[0] if report.trades else NO_TRADE))
        before = listed.highlighted
        listed.set_options([Content(harmless(line)) for line in lines[1:]])
        if report.trades:
            listed.highlighted = min(before or 0, len(report.trades) - 1)

    # -- keys

    def action_pane(self, by: int) -> None:
        self._choose(PANES[(PANES.index(self.pane) + by) % len(PANES)])

    def _choose(self, pane: str) -> None:
        self.pane = pane
        for each in PANES:
            self.set_class(each == pane, f"-{each}")
        names = [(f" {each} ", "reverse" if each == pane else "$iso-dim") for each in PANES]
        self.query_one("#report-panes", Label).update(Content.assemble(*names))
        self.set_focus(self.query_one(FOCUSED[pane]) if pane != "curves" else None)
        self.call_after_refresh(self._draw)

    def action_other(self) -> None:
        if len(self.reports) > 1:
            self.chosen = (self.chosen + 1) % len(self.reports)
            self._draw()

    def action_save(self) -> None:
        report = self.report
        if report is not None:
            name = self._named[self.chosen][0]
            suggested = str(Path.cwd() / f"{_file_name(name)}.html")
            self.app.push_screen(NameDialog("Save the report as", suggested, partial(self._write, name, report)))

    def _write(self, name: str, report: Report, place: str) -> str | None:
        """Write the page; answers why it can't be."""
        try:
            with Path(place.strip()).expanduser().open("x", encoding="utf-8") as written:
                written.write(page(name, report))
        except FileExistsError:
            return "There is such a file already; it is not overwritten."
        except (OSError, ValueError) as error:
            return f"It can’t be written there: {getattr(error, 'strerror', None) or error}."
        self._say_title(f"Saved as {place}")
        return None

    def action_leave(self) -> None:
        self._cancel()
        self.dismiss()


def records_of(library: Library, saved: SavedSession) -> list[tuple[str, Record]]:
    """A saved session by name, and where it is a fork its parent, as long as that is there. Raises SaveError."""
    parents = [each for each in library.sessions() if each.id == saved.parent]
    return [(each.name, library.record(each.id)) for each in (saved, *parents)]


def _file_name(name: str) -> str:
    """A session's name as that of a file."""
    letters = "".join(each if each.isalnum() else "-" for each in name.lower())
    return "-".join(filter(None, letters.split("-")))[:40] or "report"


def _keys(several: bool) -> tuple[Key, ...]:
    """The key bar's entries."""
    key = keys_from(ReportScreen.BINDINGS)
    return (
        key("panel", "report.pane"),
        key("save as a page", "report.save"),
        *((key("other session", "report.other"),) if several else ()),
        key("back", "report.leave"),
        key("help", "report.help"),
    )
