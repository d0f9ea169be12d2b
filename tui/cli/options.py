"""The options of the command line, read into plain values."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn


class UsageError(ValueError):
    """The command line can't be followed.

    Attributes:
        reason: why.
        would_work: what would.
    """

    def __init__(self, reason: str, would_work: str = "") -> None:
        self.reason, self.would_work = reason, would_work
        super().__init__(f"{reason}; try: {would_work}" if would_work else reason)


class _Parser(argparse.ArgumentParser):
    """argparse without its own help and without leaving the program."""

    def __init__(self, command: str, would_work: str) -> None:
        super().__init__(prog=command, add_help=False, allow_abbrev=False)
        self.would_work = would_work

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}", self.would_work)


def run_options(words: Sequence[str]) -> argparse.Namespace:
    """SCRIPT, --json, --strict, --save. Raises UsageError."""
    parser = _Parser("run", "isocross run SCRIPT --json")
    parser.add_argument("script", metavar="SCRIPT")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--save", metavar="NAME")
    return parser.parse_args(words)


def prices_options(words: Sequence[str]) -> argparse.Namespace:
    """inspect FILE, --symbol, --from. Raises UsageError."""
    parser = _Parser("prices", "isocross prices inspect FILE")
    parser.add_argument("action", metavar="ACTION", choices=["inspect"])
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--symbol", metavar="NAME")
    parser.add_argument("--from", dest="since", metavar="TIME")
    return parser.parse_args(words)


def venues_options(words: Sequence[str]) -> argparse.Namespace:
    """`show NAME`, only a NAME, or nothing. Raises UsageError."""
    parser = _Parser("venues", "isocross venues show hyperliquid")
    parser.add_argument("words", metavar="NAME", nargs="*")
    options = parser.parse_args(words)
    named = options.words[1:] if options.words[:1] == ["show"] else options.words
    if len(named) > 1 or options.words == ["show"]:
        parser.error("one venue at a time" if named else "it is not said which venue to show")
    options.name = named[0] if named else None
    return options


LESSONS_ACTIONS = ("list", "play", "show", "test")


def lessons_options(words: Sequence[str]) -> argparse.Namespace:
    """An action, lessons by number, id or file, --json. Raises UsageError."""
    action, *rest = words or ["list"]
    if action not in LESSONS_ACTIONS:
        raise UsageError(f"lessons: “{action}” is no action", f"isocross lessons {'|'.join(LESSONS_ACTIONS)}")
    if action == "play":
        options = scenario_play_options("lessons", rest)
        options.action = action
        return options
    parser = _Parser(f"lessons {action}", f"isocross lessons {action}" + (" 1" if action == "show" else ""))
    if action != "list":
        parser.add_argument("names", metavar="LESSON", nargs="+" if action == "show" else "*")
    parser.add_argument("--hints" if action == "show" else "--json", action="store_true")
    options = parser.parse_args(rest)
    if action == "show" and len(options.names) > 1:
        parser.error("one lesson at a time")
    options.action = action
    return options


def challenges_options(words: Sequence[str]) -> argparse.Namespace:
    """An action, challenges by number, id or file, --json. Raises UsageError."""
    action, *rest = words or ["list"]
    if action not in LESSONS_ACTIONS:
        raise UsageError(f"challenges: “{action}” is no action", f"isocross challenges {'|'.join(LESSONS_ACTIONS)}")
    if action == "play":
        options = scenario_play_options("challenges", rest)
        options.action = action
        return options
    parser = _Parser(f"challenges {action}", f"isocross challenges {action}" + (" 1" if action == "show" else ""))
    if action != "list":
        parser.add_argument("names", metavar="CHALLENGE", nargs="+" if action == "show" else "*")
    if action != "show":
        parser.add_argument("--json", action="store_true")
    options = parser.parse_args(rest)
    if action == "show" and len(options.names) > 1:
        parser.error("one challenge at a time")
    options.action = action
    return options


def scenario_play_options(command: str, words: Sequence[str]) -> argparse.Namespace:
    """What follows `play`: a LESSON or CHALLENGE, of the daily --date; --anew. Raises UsageError.

    Args:
        command: `lessons`, `challenges` or `daily`.
        words: what follows.
    """
    parser = _Parser(f"{command} play", f"isocross {command} play" + ("" if command == "daily" else " 1"))
    if command == "daily":
        parser.add_argument("--date", metavar="DATE")
    else:
        parser.add_argument("name", metavar=command.removesuffix("s").upper())
    parser.add_argument("--anew", action="store_true")
    return parser.parse_args(words)


def daily_options(words: Sequence[str]) -> argparse.Namespace:
    """--date, --script, or --share, perhaps of a SAVE, with --ascii and --score; or as `scenario_play_options` after
    `play`. Raises UsageError."""
    if words[:1] == ["play"]:
        return scenario_play_options("daily", words[1:])
    if words[:1] and not words[0].startswith("-"):
        raise UsageError(f"daily: “{words[0]}” is no action", "isocross daily play")
    parser = _Parser("daily", "isocross daily --share")
    parser.add_argument("--date", metavar="DATE")
    parser.add_argument("--script", action="store_true")
    parser.add_argument("--share", metavar="SAVE", nargs="?", const="")
    parser.add_argument("--ascii", action="store_true")
    parser.add_argument("--score", action="store_true")
    options = parser.parse_args(words)
    if options.share is None and (options.ascii or options.score):
        parser.error("--ascii and --score are for the share line")
    return options


def compare_options(words: Sequence[str]) -> argparse.Namespace:
    """SCRIPT, --venues, --modes, --json. Raises UsageError."""
    parser = _Parser("compare", "isocross compare SCRIPT --venues all --modes all")
    parser.add_argument("script", metavar="SCRIPT")
    parser.add_argument("--venues", metavar="NAMES", default="all")
    parser.add_argument("--modes", metavar="NAMES", default="all")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def replay_options(words: Sequence[str]) -> argparse.Namespace:
    """SAVE, --at. Raises UsageError."""
    parser = _Parser("replay", "isocross replay NAME --at liquidation")
    parser.add_argument("save", metavar="SAVE", nargs="?", default="")
    parser.add_argument("--at", metavar="MOMENT")
    return parser.parse_args(words)


def verify_options(words: Sequence[str]) -> argparse.Namespace:
    """SAVE, --json. Raises UsageError."""
    parser = _Parser("verify", "isocross verify NAME")
    parser.add_argument("save", metavar="SAVE")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def post_mortem_options(words: Sequence[str]) -> argparse.Namespace:
    """SAVE, --liquidation, --every-venue, --json. Raises UsageError."""
    parser = _Parser("post-mortem", "isocross post-mortem SAVE")
    parser.add_argument("save", metavar="SAVE")
    parser.add_argument("--liquidation", metavar="NUMBER")
    parser.add_argument("--every-venue", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def report_options(words: Sequence[str]) -> argparse.Namespace:
    """SAVE, perhaps OTHER, or --script; --html, --csv, --json. Raises UsageError."""
    parser = _Parser("report", "isocross report SAVE")
    parser.add_argument("save", metavar="SAVE", nargs="?")
    parser.add_argument("other", metavar="OTHER", nargs="?")
    parser.add_argument("--script", metavar="SCRIPT")
    parser.add_argument("--html", metavar="FILE")
    parser.add_argument("--csv", metavar="FOLDER")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args(words)
    if bool(options.save) == bool(options.script):
        parser.error("a saved session or a script, one of the two")
    if options.other and (options.html or options.csv or options.json):
        raise UsageError("report: files are of one session", "isocross report SAVE --html report.html")
    return options


def serve_options(words: Sequence[str]) -> argparse.Namespace:
    """--host, --port. Raises UsageError."""
    parser = _Parser("serve", "isocross serve --port 8000")
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1")
    parser.add_argument("--port", metavar="NUMBER", type=int, default=0)
    return parser.parse_args(words)


def settings_options(words: Sequence[str]) -> argparse.Namespace:
    """--json. Raises UsageError."""
    parser = _Parser("settings", "isocross settings --json")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


SAVES_ACTIONS = {
    "list": (),
    "show": ("name",),
    "rename": ("name", "new"),
    "delete": ("name",),
    "export": ("name", "file"),
    "import": ("file",),
    "fork": ("name",),
    "script": ("name",),
}
"""What each action is told, in order."""


def saves_options(words: Sequence[str]) -> argparse.Namespace:
    """An action, its arguments, --json, --yes, or where and how to fork. Raises UsageError."""
    if not words or words[0] not in SAVES_ACTIONS:
        what = f"“{words[0]}” is no action" if words else "an action is missing"
        raise UsageError(f"saves: {what}", f"isocross saves {'|'.join(SAVES_ACTIONS)}")
    action = words[0]
    arguments = " ".join(name.upper() for name in SAVES_ACTIONS[action])
    parser = _Parser(f"saves {action}", f"isocross saves {action} {arguments}".strip())
    for name in SAVES_ACTIONS[action]:
        parser.add_argument(name, metavar=name.upper())
    if action in ("list", "show"):
        parser.add_argument("--json", action="store_true")
    if action == "delete":
        parser.add_argument("--yes", action="store_true")
    if action == "script":
        parser.add_argument("file", metavar="FILE", nargs="?")
    if action == "fork":
        parser.add_argument("--at", metavar="MOMENT")
        changed = parser.add_mutually_exclusive_group()
        changed.add_argument("--leave-out", metavar="cN")
        changed.add_argument("--change", nargs=2, metavar=("cN", "TEXT"))
        parser.add_argument("--name", dest="name_of_fork", metavar="NEW")
    options = parser.parse_args(words[1:])
    options.action = action
    return options


SINGLE = ("venue", "mode", "balance", "slippage", "fees", "funding", "start")
"""Options of `play` that are a set-up line of the same name."""


def play_options(words: Sequence[str]) -> argparse.Namespace:
    """The set-up as options, --name, --continue. Raises UsageError."""
    parser = _Parser("play", "isocross play --help")
    for name in SINGLE:
        parser.add_argument(f"--{name}", metavar="WORD")
    parser.add_argument("--set", action="append", default=[], metavar="'NAME VALUE'")
    parser.add_argument("--synthetic", metavar="'REGIME ...'")
    parser.add_argument("--prices", nargs="+", action="extend", default=[], metavar="SYMBOL=FILE")
    parser.add_argument("--from", dest="start_time", metavar="TIME")
    parser.add_argument("--to", dest="end_time", metavar="TIME")
    parser.add_argument("--name", metavar="NAME")
    parser.add_argument("--continue", dest="saved", nargs="?", const="", metavar="NAME")
    options = parser.parse_args(words)
    _check_play(options)
    return options


def _check_play(options: argparse.Namespace) -> None:
    if (options.start_time or options.end_time) and not options.prices:
        raise UsageError("--from and --to choose from the prices of files", "--prices BTC=FILE --from 2022-11-08")
    if options.saved is not None and asked(options) != {"saved"}:
        raise UsageError(
            "a saved session keeps the rules and prices that it was begun with", "isocross play --continue [NAME]"
        )


def asked(options: argparse.Namespace) -> set[str]:
    """The options that something was said about."""
    return {name for name, value in vars(options).items() if value not in (None, [])}


def setup_lines(options: argparse.Namespace, seed: int) -> list[tuple[str, list[str]]]:
    """The options of `play` as set-up lines, each with the option that it came from.

    Args:
        options: as `play_options` gives them.
        seed: for synthetic prices whose seed is left open.
    """
    lines = [(f"--{name}", [name, value]) for name in SINGLE if (value := getattr(options, name)) is not None]
    lines += [("--set", ["set", *text.split()]) for text in options.set]
    if options.synthetic is not None:
        words = options.synthetic.split()
        seeded = [] if "seed" in map(str.lower, words) or not words else ["seed", str(seed)]
        lines.append(("--synthetic", ["synthetic", *words, *seeded]))
    if options.prices:
        times = [*(["from", options.start_time] if options.start_time else [])]
        times += ["to", options.end_time] if options.end_time else []
        lines.append(("--prices", ["prices", *options.prices, *times]))
    return lines
