"""The command line. Nothing but the standard library is imported before it is known what is wanted."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from argparse import Namespace

    from saves import Library
    from tui.start import Coming, NewSession, SeenAgain

DONE, DIFFERS, CANNOT, FAILED, UNWRITTEN, INTERRUPTED, UNHEARD = 0, 1, 2, 70, 74, 130, 141
"""Exit statuses; the last is what a shell shows for a program that nobody listens to any more."""

HOME = ""
"""The command of a command line without words."""

LONGEST_MESSAGE = 2_000
LONGEST_COMMAND = 40


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Do what the command line asks, and leave the program with its exit status."""
    # NumPy's library for matrices, of which there are none here, would start a thread a core: a tenth of a second.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    words = list(sys.argv[1:] if argv is None else argv)
    sys.exit(_status(words))


def _status(words: list[str]) -> int:
    """Do what is asked; whatever goes wrong becomes a message and an exit status."""
    _prepare_streams()
    try:
        status = _dispatch(words)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _stop_writing()
        return UNHEARD
    except OSError as error:
        if error.filename is not None:  # a file of the program's own; others are refused in words where they are opened
            return _failed(error, words)
        _stop_writing()
        _refuse(f"what it has to say can’t be written: {error.strerror or error}")
        return UNWRITTEN
    except Exception as error:  # the last line of defence: nobody is shown a traceback
        return _failed(error, words)


def _prepare_streams() -> None:
    """Let no message fail: not where nobody listens (`>&-`), nor for a letter that the encoding does not have."""
    sys.stdout = sys.stdout or io.StringIO()
    sys.stderr = sys.stderr or io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _stop_writing() -> None:
    """Give Python nothing more to flush into a pipe that is closed."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return


def _dispatch(words: list[str]) -> int:
    command, *rest = words or [HOME]
    if command in ("-h", "--help", "help"):
        return _help(rest[0] if rest else None)
    if command in ("-V", "--version"):
        return _version()
    if command not in COMMANDS or (words and command == HOME):
        return _refuse(*_unknown(command))
    if any(word in ("-h", "--help") for word in rest):
        return _help(command)
    from tui.cli.options import UsageError

    try:
        return COMMANDS[command](rest)
    except UsageError as error:
        return _refuse(error.reason, error.would_work)


def _help(command: str | None) -> int:
    from tui.cli.help import MAIN, TEXTS

    if command is not None and command not in TEXTS:
        return _refuse(*_unknown(command))
    text = MAIN if command is None else TEXTS[command]
    print(text, end="")
    return DONE


def _version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"isocross {version('isocross')}")
    except PackageNotFoundError:
        print("isocross, not installed: run from its source")
    return DONE


def _unknown(command: str) -> tuple[str, str]:
    from difflib import get_close_matches

    close = get_close_matches(command[:LONGEST_COMMAND], COMMANDS, n=1)
    return f"“{command}” is no command of isocross", f"isocross {close[0]}" if close else "isocross --help"


def _refuse(reason: str, would_work: str = "") -> int:
    """Say why not, and what would work."""
    from tui.words.plain import harmless

    text = f"isocross: {reason}" + (f"; try: {would_work}" if would_work else "")
    print(harmless(text, LONGEST_MESSAGE), file=sys.stderr)
    return CANNOT


def _failed(error: Exception, words: list[str]) -> int:
    """Log an internal error; one line about it."""
    from saves.home import home_folder
    from tui.faults import LOG_FILE, log_fault
    from tui.words.plain import harmless

    home = home_folder()
    log_fault(home, error, f"isocross {' '.join(words)}")
    log = home / "logs" / LOG_FILE
    where = f"the details are in {log}" if log.exists() else "no log could be written"
    print(harmless(f"isocross: the program failed inside ({type(error).__name__}); {where}"), file=sys.stderr)
    return FAILED


def _say(lines: Iterable[str]) -> None:
    from tui.words.plain import harmless

    for line in lines:
        print(harmless(line))


def _run(words: list[str]) -> int:
    from tui.cli.options import run_options
    from tui.cli.run import run_script

    options = run_options(words)
    return _done_or_refused(lambda: run_script(options))


def _compare(words: list[str]) -> int:
    from tui.cli.compare import compare_script
    from tui.cli.options import compare_options

    options = compare_options(words)
    return _done_or_refused(lambda: compare_script(options))


def _done_or_refused(work: Callable[[], object]) -> int:
    """Do what plays a script or a saved session; what is wrong with it is said."""
    from engine.script import ScriptError
    from saves import SaveError
    from tui.prices.source import SourceError

    try:
        work()
    except SourceError as error:
        return _refuse(error.reason, error.would_work)
    except (ScriptError, SaveError) as error:
        return _refuse(str(error))
    return DONE


def _play(words: list[str]) -> int:
    from tui.cli.options import asked, play_options

    options = play_options(words)
    return _play_new(options) if asked(options) - {"saved"} else _play_at_once(options.saved)


def _replay(words: list[str]) -> int:
    """See a saved session again."""
    from tui.cli.at_once import seen_again
    from tui.cli.options import replay_options

    options = replay_options(words)
    return _begun(lambda library: seen_again(library, options.save, options.at))


def _play_at_once(saved: str | None) -> int:
    """Play what needs no set-up: a saved session, or a quick one."""
    from tui.cli.at_once import coming_quick, coming_saved

    return _begun(lambda library: coming_quick() if saved is None else coming_saved(library, saved))


def _play_new(options: Namespace) -> int:
    """Play a session of the set-up and the prices that the options say."""
    from engine.script import ScriptError
    from tui.cli.play import new_session, script_of

    try:
        script = script_of(options)
        return _begun(lambda library: new_session(library, script, options.name))
    except ScriptError as error:  # its file is the name of an option
        return _refuse(f"{error.file}: {error.reason}", error.would_work)


def _home(words: list[str]) -> int:
    return _begun(lambda library: None)


def _begun(start: Callable[[Library], NewSession | Coming | SeenAgain | str | None]) -> int:
    """The game on the screen, from what `start` says."""
    from saves import Library, SaveError

    _check_terminal()
    try:
        with Library.attempt() as library:
            return _app(library, start(library))
    except SaveError as error:
        return _refuse(str(error))


def _check_terminal() -> None:
    from tui.cli.options import UsageError

    if os.environ.get("TEXTUAL_DRIVER"):  # `serve` runs the game for a browser
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the game needs a terminal to draw on, and this is none", "isocross run SCRIPT")


def _app(library: Library, start: NewSession | Coming | SeenAgain | str | None) -> int:
    # What is there before something is painted stays: collecting garbage would only look at it again and again.
    gc.disable()
    from tui.app import IsocrossApp
    from tui.ascii_glyphs import terminal_is_ascii
    from tui.hangup import hangup_of

    gone = hangup_of(sys.stdin.fileno()) if sys.stdin.isatty() else None
    app = IsocrossApp(library, start, ascii_terminal=terminal_is_ascii(), gone=gone)
    app.run()
    if app.unsaved is not None:
        print(f"isocross: not everything was saved: {app.unsaved}", file=sys.stderr)
    return app.return_code or DONE


def _prices(words: list[str]) -> int:
    from pathlib import Path

    from engine.script import WordsError, parse_time
    from tui.cli.options import prices_options
    from tui.prices.source import SourceError, inspect

    options = prices_options(words)
    try:
        since = None if options.since is None else parse_time(options.since)
        _say(inspect(Path(options.file), options.symbol, since))
    except WordsError as error:
        return _refuse(f"--from: {error.message}", error.would_work)
    except SourceError as error:
        return _refuse(error.reason, error.would_work)
    return DONE


def _venues(words: list[str]) -> int:
    from tui.cli.options import venues_options
    from tui.cli.venues import venue_lines

    _say(venue_lines(venues_options(words).name))
    return DONE


def _told(command: str, words: list[str]) -> int:
    """Print what is told of lessons, challenges or the daily."""
    from engine.scenarios.errors import ScenarioError
    from tui.cli.challenges import TELLERS
    from tui.prices.source import SourceError

    try:
        told = TELLERS[command](words)
    except (ScenarioError, SourceError) as error:
        return _refuse(str(error))
    _say(told.lines)
    sys.stdout.flush()
    for wrong in told.wrong:
        _refuse(str(wrong))
    return CANNOT if told.wrong else DONE


def _saves(words: list[str]) -> int:
    from tui.cli.options import saves_options
    from tui.cli.saves import act

    options = saves_options(words)
    return _from_library(lambda library: act(library, options, _asked))


def _verify(words: list[str]) -> int:
    from tui.cli.options import verify_options
    from tui.cli.verify import Verification

    verification = Verification(verify_options(words))
    status = _from_library(verification.lines)
    return status if status != DONE or verification.identical else DIFFERS


def _from_library(lines: Callable[[Library], Iterable[str]]) -> int:
    """Print what the library has to say."""
    from saves import Library, SaveError

    try:
        with Library.open() as library:
            _say(lines(library))
    except SaveError as error:
        return _refuse(str(error))
    return DONE


def _serve(words: list[str]) -> int:
    from tui.cli.options import serve_options
    from tui.cli.serve import serve

    def say_now(lines: Iterable[str]) -> None:
        _say(lines)
        sys.stdout.flush()

    serve(serve_options(words), say_now)
    return DONE


def _post_mortem(words: list[str]) -> int:
    from tui.cli.options import post_mortem_options
    from tui.cli.post_mortem import post_mortem_lines

    options = post_mortem_options(words)
    return _from_library(lambda library: post_mortem_lines(library, options))


def _report(words: list[str]) -> int:
    from tui.cli.options import report_options
    from tui.cli.report import report_lines_of

    options = report_options(words)
    return _done_or_refused(lambda: _say(report_lines_of(options)))


def _settings(words: list[str]) -> int:
    from saves.home import home_folder
    from tui.cli.options import settings_options
    from tui.cli.settings import settings_lines
    from tui.settings.reading import read_settings
    from tui.words.plain import harmless

    options = settings_options(words)
    read = read_settings(home_folder())
    _say(settings_lines(home_folder(), read, as_json=options.json))
    for problem in read.problems:
        print(harmless(f"isocross: {problem}", LONGEST_MESSAGE), file=sys.stderr)
    return CANNOT if read.problems else DONE


def _asked(question: str) -> bool:
    """Whether the player says yes. Raises UsageError where nobody can be asked."""
    from tui.cli.options import UsageError
    from tui.words.plain import harmless

    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask whether it is meant", "the same with --yes")
    print(harmless(question), end=" [y/N] ", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    HOME: _home,
    "play": _play,
    "replay": _replay,
    "run": _run,
    "compare": _compare,
    "report": _report,
    "post-mortem": _post_mortem,
    "prices": _prices,
    **{name: partial(_told, name) for name in ("lessons", "challenges", "daily")},
    "venues": _venues,
    "saves": _saves,
    "verify": _verify,
    "settings": _settings,
    "serve": _serve,
}
"""What each command does with the words after it, by name."""
