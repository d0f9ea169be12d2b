"""The sections `[rules]` and `[tape]` of a scenario file: the words of a script, refused in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.numbers import plain
from engine.scenarios.fields import Fields
from engine.scenarios.format import (
    AnchorsSection,
    EpisodeSection,
    FilesSection,
    RulesSection,
    SyntheticSection,
    TapeSection,
)
from engine.scenarios.places import FieldPath, name_of, place_of
from engine.scenarios.scenario import Prices
from engine.script.price_lines import LineError
from engine.script.recipes import PricesRecipe, SyntheticRecipe
from engine.script.setup_lines import SetupReader
from engine.script.words import WordsError, number, parse_duration, parse_time, positive, short, symbol
from engine.setup import Setup
from engine.tapes.anchors import Anchor, AnchoredPath, AnchoredSetup, AnchorsError, anchored_tape, parse_anchors
from engine.tapes.episodes import EpisodeError, EpisodeSetup, episode_tape
from engine.tapes.inline import MOST_MARKETS

RULES_EXAMPLE = '[rules] with venue = "hyperliquid" and balance = 1000'
TAPE_EXAMPLE = 'kind = "anchors" with [tape.prices], or "synthetic", "episode", "files"'
PRICES_EXAMPLE = 'ETH = "0 2000, 30m 1950, 31m !1700"'


def read_rules(fields: Fields) -> Setup:
    """The set-up of the session. Raises ScenarioError."""
    data = fields.data.get("rules", {})
    section = fields.section(("rules",), data, RulesSection, RULES_EXAMPLE)
    reader, said = SetupReader(), dict[int, FieldPath]()

    def take(path: FieldPath, *words: str) -> None:
        fields.printable(path, " ".join(words))
        line = place_of(fields.places, path).line
        said[line] = path
        with fields.at(path):
            reader.take(line, list(words))

    take(("rules", "venue"), "venue", section.venue)
    take(("rules", "balance"), "balance", _spelled(fields, ("rules", "balance"), section.balance))
    for name in ("slippage", "fees", "funding"):
        take(("rules", name), name, "on" if getattr(section, name) else "off")
    if section.mode is not None:
        take(("rules", "mode"), "mode", section.mode)
    for place, text in enumerate(section.set):
        take(("rules", "set", place), "set", *text.split())
    try:
        reader.check_rules()
    except LineError as error:
        path = said.get(error.line, ("rules",))
        raise fields.error(path, error.message, error.would_work, error.line) from None
    return reader.setup


def read_prices(fields: Fields) -> tuple[Prices, tuple[str, ...]]:
    """Where the prices come from, and their markets. Raises ScenarioError."""
    data = fields.data["tape"]
    kinds = ("anchors", "synthetic", "episode", "files")
    if not isinstance(data, Mapping) or data.get("kind") not in kinds:
        said = data.get("kind") if isinstance(data, Mapping) else None
        reason = "it is not said what kind of prices these are"
        if said is not None:
            reason = f"“{short(str(said))}” is no kind of prices"
        raise fields.error(("tape", "kind"), reason, TAPE_EXAMPLE)
    section: TapeSection = fields.section(("tape",), data, TapeSection, TAPE_EXAMPLE)  # type: ignore[arg-type]
    if isinstance(section, AnchorsSection):
        return _anchors(fields, section)
    if isinstance(section, EpisodeSection):
        return _episode(fields, section)
    if isinstance(section, SyntheticSection):
        return _synthetic(fields, section)
    return _files(fields, section)


def _anchors(fields: Fields, section: AnchorsSection) -> tuple[Prices, tuple[str, ...]]:
    with fields.at(("tape", "step")):
        step = parse_duration(section.step)
    with fields.at(("tape", "start")):
        start = parse_time(section.start)
    wiggle = _share(fields, ("tape", "wiggle"), section.wiggle)
    paths = tuple(_path(fields, section, market) for market in section.prices)
    for part in ("marks", "premiums", "ticks"):
        for market in getattr(section, part):
            if market not in section.prices:
                reason = f"there are no prices of {market}"
                raise fields.error(("tape", part, market), reason, ", ".join(section.prices))
    setup = AnchoredSetup(paths, step, start, wiggle)
    try:
        anchored_tape(setup)
    except AnchorsError as error:
        part = {"tick": "ticks"}.get(error.part, error.part)
        path: FieldPath = ("tape", part, error.symbol) if error.symbol else ("tape", part)
        raise fields.error(path, error.message, error.would_work) from None
    return setup, tuple(path.symbol for path in paths)


def _path(fields: Fields, section: AnchorsSection, market: str) -> AnchoredPath:
    with fields.at(("tape", "prices", market)):
        if symbol(market, PRICES_EXAMPLE) != market:
            raise WordsError(f"“{market}” is a market, and these are in capitals", market.upper())
    tick = None
    if market in section.ticks:
        with fields.at(("tape", "ticks", market)):
            tick = positive(section.ticks[market], "a tick size", f'{market} = "0.01"')
    return AnchoredPath(
        market,
        _turns(fields, ("tape", "prices", market), section.prices[market]),
        _turns(fields, ("tape", "marks", market), section.marks[market]) if market in section.marks else None,
        _turns(fields, ("tape", "premiums", market), section.premiums[market], True)
        if market in section.premiums
        else None,
        tick,
    )


def _turns(fields: Fields, path: FieldPath, text: str, percent: bool = False) -> tuple[Anchor, ...]:
    fields.printable(path, text)
    with fields.at(path):
        return parse_anchors(text, percent)


def _episode(fields: Fields, section: EpisodeSection) -> tuple[Prices, tuple[str, ...]]:
    times = {}
    for name, text in (("from", section.since), ("to", section.until)):
        if text is not None:
            with fields.at(("tape", name)):
                times[name] = parse_time(text)
    setup = EpisodeSetup(
        section.episode,
        tuple(section.markets),
        times.get("from"),
        times.get("to"),
        _share(fields, ("tape", "wiggle"), section.wiggle),
    )
    try:
        tape = episode_tape(setup)
    except EpisodeError as error:
        raise fields.error(("tape", error.part), error.message, error.would_work) from None
    except AnchorsError as error:
        raise fields.error(("tape", error.part), error.message, error.would_work) from None
    return setup, tuple(tape.by_symbol)


def _synthetic(fields: Fields, section: SyntheticSection) -> tuple[Prices, tuple[str, ...]]:
    words = ["synthetic", section.regime, "seed", str(section.seed), "markets", ",".join(section.markets)]
    words += ["days", _spelled(fields, ("tape", "days"), section.days), "step", section.step]
    recipe = _as_in_a_script(fields, section, words)
    assert isinstance(recipe, SyntheticRecipe)
    return recipe, recipe.setup.markets


def _files(fields: Fields, section: FilesSection) -> tuple[Prices, tuple[str, ...]]:
    words = ["prices", *(f"{market}={file}" for market, file in section.files.items())]
    for name, text in (("from", section.since), ("to", section.until)):
        words += [name, text] if text is not None else []
    if len(section.files) > MOST_MARKETS:
        raise fields.error(("tape", "files"), "there are too many files", f"at most {MOST_MARKETS}")
    recipe = _as_in_a_script(fields, section, words)
    assert isinstance(recipe, PricesRecipe)
    return recipe, tuple(market for market, _ in recipe.files)


def _as_in_a_script(fields: Fields, section: Any, words: list[str]) -> Any:
    """The recipe that a line of a script makes of these words; refusals name the field whose word is quoted."""
    line = place_of(fields.places, ("tape",)).line
    for word in words:
        fields.printable(("tape",), word)
    reader = SetupReader()
    try:
        if (start := getattr(section, "start", None)) is not None:
            reader.take(line, ["start", start])
        reader.take(line, words)
        return reader.prices.recipe(line, line)
    except WordsError as error:
        path = _blamed(fields, error.message)
        raise fields.error(path, error.message, error.would_work) from None


def _blamed(fields: Fields, message: str) -> FieldPath:
    """The field of `[tape]` whose value or name a message speaks of."""
    section = fields.data["tape"]
    quoted = [name for name, value in section.items() if name != "kind" and f"“{value}”" in message]
    named = [name for name in section if name != "kind" and name.rstrip("s") in message]
    found = [*quoted, *named]
    return ("tape", found[0]) if found else ("tape",)


def _share(fields: Fields, path: FieldPath, text: str) -> Decimal:
    with fields.at(path):
        if not text.endswith("%"):
            raise WordsError(f"“{text[:32]}” is not a percentage", f'{path[-1]} = "0.2%"')
        return number(text[:-1], "a percentage", f'{path[-1]} = "0.2%"') / 100


def _spelled(fields: Fields, path: FieldPath, amount: Decimal) -> str:
    """A number as a script spells it; refused where it is absurd."""
    if not amount.is_finite() or (amount and not -18 <= amount.adjusted() <= 18) or len(amount.as_tuple().digits) > 40:
        raise fields.error(path, "this number is out of range", f"{name_of(path).rpartition('.')[2]} = 1000")
    return plain(amount)
