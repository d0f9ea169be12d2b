"""The command line. Nothing but the standard library is imported before it is known what is wanted."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from tui.cli.answers import (
    CANNOT,
    DIFFERS,
    DONE,
    INTERRUPTED,
    UNHEARD,
    UNWRITTEN,
    failed,
    prepare_streams,
    refuse,
    say,
    say_now,
    says_yes,
    stop_writing,
    warn,
)

if TYPE_CHECKING:
    from argparse import Namespace

    from saves import Library
    from tui.start import BeginScenario, Coming, NewSession, SeenAgain

    Start = NewSession | Coming | SeenAgain | BeginScenario | str | None

HOME = ""
"""The command of a command line without words."""

LONGEST_COMMAND = 40


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Do what the command line asks, and leave the program with its exit status."""
    # NumPy's library for matrices, of which there are none here, would start a thread a core: a tenth of a second.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    words = list(sys.argv[1:] if argv is None else argv)
    sys.exit(_status(words))


def _status(words: list[str]) -> int:
    """Do what is asked; whatever goes wrong becomes a message and an exit status."""
    prepare_streams()
    try:
        status = _dispatch(words)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        stop_writing()
        return UNHEARD
    except OSError as error:
        if error.filename is not None:  # a file of the program's own; others are refused in words where they are opened
            return failed(error, words)
        stop_writing()
        refuse(f"what it has to say can’t be written: {error.strerror or error}")
        return UNWRITTEN
    except Exception as error:  # the last line of defence: nobody is shown a traceback
        return failed(error, words)


def _dispatch(words: list[str]) -> int:
    command, *rest = words or [HOME]
    if command in ("-h", "--help", "help"):
        return _help(rest[0] if rest else None)
    if command in ("-V", "--version"):
        return _version()
    if command not in COMMANDS or (words and command == HOME):
        return refuse(*_unknown(command))
    if any(word in ("-h", "--help") for word in rest):
        return _help(command)
    from tui.cli.options import UsageError

    try:
        return COMMANDS[command](rest)
    except UsageError as error:
        return refuse(error.reason, error.would_work)


def _help(command: str | None) -> int:
    from tui.cli.help import MAIN, TEXTS

    if command is not None and command not in TEXTS:
        return refuse(*_unknown(command))
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
        return refuse(error.reason, error.would_work)
    except (ScriptError, SaveError) as error:
        return refuse(str(error))
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
        return refuse(f"{error.file}: {error.reason}", error.would_work)


def _home(words: list[str]) -> int:
    return _begun(lambda library: None)


def _begun(start: Callable[[Library], Start]) -> int:
    """The game on the screen, from what `start` says."""
    from saves import Library, SaveError

    _check_terminal()
    try:
        with Library.attempt() as library:
            return _app(library, start(library))
    except SaveError as error:
        return refuse(str(error))


def _check_terminal() -> None:
    from tui.cli.options import UsageError

    if os.environ.get("TEXTUAL_DRIVER"):  # `serve` runs the game for a browser
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the game needs a terminal to draw on, and this is none", "isocross run SCRIPT")


def _app(library: Library, start: Start) -> int:
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
        say(inspect(Path(options.file), options.symbol, since))
    except WordsError as error:
        return refuse(f"--from: {error.message}", error.would_work)
    except SourceError as error:
        return refuse(error.reason, error.would_work)
    return DONE


def _venues(words: list[str]) -> int:
    from tui.cli.options import venues_options
    from tui.cli.venues import venue_lines

    say(venue_lines(venues_options(words).name))
    return DONE


def _scenarios(command: str, words: list[str]) -> int:
    """Play one of the lessons, challenges or dailies, or print what is told of them."""
    from engine.scenarios.errors import ScenarioError
    from tui.prices.source import SourceError

    try:
        if words[:1] == ["play"]:
            from tui.cli.scenario_play import asked_for, attempt_at

            wanted = asked_for(command, words[1:])
            return _begun(lambda library: attempt_at(library, wanted))
        from tui.cli.challenges import TELLERS

        told = TELLERS[command](words)
    except (ScenarioError, SourceError) as error:
        return refuse(str(error))
    say_now(told.lines)
    for note in told.notes:
        warn(note)
    for wrong in told.wrong:
        refuse(str(wrong))
    return CANNOT if told.wrong else DONE


def _saves(words: list[str]) -> int:
    from tui.cli.options import saves_options
    from tui.cli.saves import act

    options = saves_options(words)
    return _from_library(lambda library: act(library, options, says_yes))


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
            say(lines(library))
    except SaveError as error:
        return refuse(str(error))
    return DONE


def _serve(words: list[str]) -> int:
    from tui.cli.options import serve_options
    from tui.cli.serve import serve

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
    return _done_or_refused(lambda: say(report_lines_of(options)))


def _settings(words: list[str]) -> int:
    from saves.home import home_folder
    from tui.cli.options import settings_options
    from tui.cli.settings import settings_lines
    from tui.settings.reading import read_settings

    options = settings_options(words)
    read = read_settings(home_folder())
    say(settings_lines(home_folder(), read, as_json=options.json))
    for problem in read.problems:
        warn(str(problem))
    return CANNOT if read.problems else DONE


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    HOME: _home,
    "play": _play,
    "replay": _replay,
    "run": _run,
    "compare": _compare,
    "report": _report,
    "post-mortem": _post_mortem,
    "prices": _prices,
    **{name: partial(_scenarios, name) for name in ("lessons", "challenges", "daily")},
    "venues": _venues,
    "saves": _saves,
    "verify": _verify,
    "settings": _settings,
    "serve": _serve,
}
"""What each command does with the words after it, by name."""
