"""What `?` says of each panel and screen: what it shows, and its words. The keys stand where they are declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.dom import DOMNode


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the help.

    Attributes:
        title: what it is about.
        panels: the widgets and screens that it explains, by the names of their classes.
        text: what they show.
        places: the places of the key map whose keys it lists (`tui.keys.map`).
        words: words that are met there, explained.
    """

    title: str
    panels: tuple[str, ...]
    text: str
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


WORDS = {
    "isolated": "A position has margin of its own. A loss stops there; the wallet is not touched.",
    "cross": "All positions stand on the wallet. Winners carry losers, and one loser can take everything.",
    "pool": "One set of margin and the positions it backs. It is liquidated when its bar reaches 100 %.",
    "used": "Maintenance requirement ÷ equity of the pool. Calls come at 50, 80 and 95 %; 100 % is liquidation.",
    "initial margin": "What opening takes: notional ÷ leverage.",
    "maintenance": "What staying open takes. Below it the venue closes the position for you.",
    "to liquidation $": "How much the pool can still lose before that.",
    "bankruptcy": "The price at which a pool’s equity is zero. Below it, others pay.",
    "mark": "The price that margin is judged by; trades happen at the last price.",
    "funding": "What longs pay shorts, or get from them, every hour on this venue.",
    "reduce": "An order that may only make a position smaller.",
    "R": "What a trade risks: from its entry to its stop, in money.",
    "rescue": "A deposit after a wipe-out. It is counted.",
}
"""The game’s words."""

PAGES = (
    Page(
        "The desk",
        ("DeskScreen",),
        "One session. The chart with your lines, the pools that fill towards liquidation, positions and orders, and "
        "what happened. Time stands still until you let it run, and whenever something needs your thought.",
        ("desk",),
    ),
    Page(
        "Scenarios",
        ("ScenariosScreen", "ScenarioList"),
        "The ladder of lessons, the challenges, the daily and your own scenarios, each with the best stars that you "
        "earned: ★ solvent, ★★ every goal met, ★★★ that within the margin par and without a forced close. “after 4” "
        "says what is better played first; nothing is locked. An attempt that is under way goes on where it was. The "
        "daily is one tape a UTC day, the same for everybody: the first attempt on the day itself is ranked, all "
        "others are practice; its share line tells how it went, and nothing of the prices. Your own are TOML files in "
        "the folder “scenarios” beside your saves; of one that can’t be read, the line, the field and what would work "
        "are listed.",
        ("scenarios",),
    ),
    Page(
        "Lessons",
        ("ScenarioDesk", "ScenarioPanel"),
        "Lessons teach margin from the beginning. What counts is what the account does: a goal is looked at after "
        "every command and every step of the tape, and time stops when a step is done. Three stars: solvent, every "
        "goal met, and that within the margin par and without a forced close. Nothing is locked.",
        ("scenario",),
    ),
    Page(
        "The chart",
        ("CandleChart",),
        "Candles up to now and not one further: a rising one is hollow, a falling one solid. Lines are your entry, "
        "take profit, stop, liquidation and bankruptcy prices; marks are fills (▲ ▼), calls (!), liquidations (✕), "
        "what liquidators took (◆) and losses that others bear (Σ). "
        "Bars below are the volume.",
        ("chart",),
        ("mark", "bankruptcy"),
    ),
    Page(
        "Pools",
        ("PoolsPanel",),
        "Every set of margin as a bar that fills towards its liquidation, with the positions it backs. “$ to go” is "
        "what it can still lose. At 50 % (!), 80 % (⚠) and 95 % (⚠⚠) the venue calls.",
        ("pools", "panel"),
        ("pool", "used", "isolated", "cross", "maintenance", "to liquidation $"),
    ),
    Page(
        "Positions and orders",
        ("PositionsPanel",),
        "What is open, then what waits. A chosen row brings its market to the chart. “away” is how far the last "
        "price is from an order’s.",
        ("positions", "panel"),
        ("initial margin", "mark", "funding", "reduce"),
    ),
    Page(
        "Events",
        ("EventsLog",),
        "What happened, the newest first: fills, calls, funding, and every step of a liquidation with its figures.",
        ("events", "panel"),
        ("funding", "rescue"),
    ),
    Page(
        "Watch list",
        ("WatchList",),
        "Every market of the session with its price and its change. The chosen one is on the chart.",
        ("watch",),
        ("mark",),
    ),
    Page(
        "Depth",
        ("DepthLadder", "Ladder"),
        "The book around the last price as the session’s market model has it, with your own orders, average, "
        "liquidation and bankruptcy in their rows.",
        ("ladder",),
        ("bankruptcy",),
    ),
    Page(
        "Equity",
        ("EquityLine",),
        "What everything is worth, through time; with ghosts, theirs below it, each with its difference to yours.",
    ),
    Page(
        "Rivals",
        ("RivalsBoard",),
        "Others who play the same prices under the same rules, each in an account of their own, by what they are "
        "worth: you are ●. They see their own account and the prices of the moment, and are never ahead of you. Enter "
        "says what one does, and their trades so far.",
        ("rivals", "rival"),
    ),
    Page(
        "The ticket",
        ("Ticket",),
        "One order, and what it would do now, in isolated and in cross. The first Enter checks it, the second sends "
        "it; the confirm level of the settings says when one is enough. While it is open time stands still and every "
        "key is its own.",
        ("ticket",),
        ("initial margin", "to liquidation $", "reduce", "R"),
    ),
    Page(
        "The command line",
        ("CommandInput", "CommandLine"),
        "Any command as text, with what it would do beside it. A line that begins with @ moves time.",
        ("command",),
    ),
    Page(
        "Compare",
        ("CompareScreen",),
        "The commands of this session, given again at the same prices to an account of every venue and margin mode: "
        "where each would be liquidated once the last position was open, whether and when it was, and what it kept. "
        "Words that say a margin mode give way to the account’s, and leverage above the venue’s to its largest. "
        "▸ is your account; ▲ kept most and ▼ least of those that played every command.",
        ("compare",),
        ("isolated", "cross", "initial margin", "funding"),
    ),
    Page(
        "Post-mortem",
        ("PostMortemScreen", "TermsChange", "LossParts"),
        "Why a pool was liquidated, or how the one nearest to it stands. Term by term: what counted and what was "
        "required at the last safe step and at the end. Where it went: the way of the price, and what price, fees, "
        "funding or interest and slippage took, to the last millionth. What would have been: the session played again "
        "with one thing changed, on the same prices, as far as you have seen them; “kept” is equity at the end, less "
        "what the change paid in. What could not be played says why; nothing is estimated.",
        ("post_mortem", "rerun"),
        ("isolated", "cross", "maintenance", "funding"),
    ),
    Page(
        "Report",
        ("ReportScreen", "ReportChart"),
        "What the session came to, up to the moment that is shown: the net profit taken apart, to the last millionth; "
        "return, drawdown and time under water; Sharpe, Sortino and Calmar, annualised on 365 days; every trade, which "
        "is a position from flat to flat, with the most that it was behind (MAE) and ahead (MFE); effective leverage "
        "and the time near liquidation. “–” stands where a figure is undefined. Of two sessions every figure stands "
        "side by side. docs/report.md says how each is computed.",
        ("report",),
        ("isolated", "cross", "R", "funding"),
    ),
    Page(
        "Ghosts",
        ("GhostsScreen",),
        "Your own commands, given at the same moments to other accounts: in another margin mode, at another venue, at "
        "another leverage. A ghost trades the sizes that your orders came to and overrides only what it is a ghost of; "
        "leverage above the venue’s is lowered to its largest. What it could not follow is listed with the reason, and "
        "nothing is made up. ✗ marks a first liquidation. The ghosts follow on while you play, and are saved with the "
        "session. In a scenario your best run so far (★) follows among them, with its own commands.",
        ("ghosts", "ghost_kind"),
        ("isolated", "cross"),
    ),
    Page(
        "The replay",
        ("ReplayScreen", "Timeline"),
        "A session as it was at any moment: charts, pools, positions, orders and events, and nothing that came later. "
        "The timeline marks commands (:), fills (•), calls (!) and liquidations (✕) of the whole session; a click or a "
        "drag on it seeks. Where the desk’s keys go through time here (Home, End, , and l), others do what they did: "
        "Ctrl+Home and Ctrl+End for the chart, e for the next market, W for the watch list. A panel in focus, and the "
        "crosshair, keep the arrows for themselves. A fork begins a new session at the moment shown, or plays "
        "the rest with one command changed; in the list of saves it stands under its parent.",
        ("replay",),
        ("mark",),
    ),
    Page(
        "A venue’s card",
        ("VenueCardScreen",),
        "Whose rules these are: its margin modes, what opening and staying open takes, what it costs, who liquidates "
        "and in what steps, who pays for what falls below zero, its own gauge and which way it goes, what can be "
        "changed with “set”, what the sources leave open, and where each fact is from.",
        ("card",),
    ),
    Page(
        "Home",
        ("HomeScreen", "SessionList"),
        "Your saved sessions, the last played on top, and how to begin another.",
        ("home",),
    ),
    Page(
        "A new session",
        ("NewScreen",),
        "Prices, rules and a name. ← and → change a choice; the rest is typed.",
        ("new", "choice"),
        ("isolated", "cross"),
    ),
    Page(
        "Settings and keys",
        ("SettingsScreen", "KeyMapScreen"),
        "Every change counts at once and is kept in settings.toml, which you may also write by hand: what is wrong "
        "in it is told with its line, and the rest counts. The key map gives any key to anything; a key that something "
        "else has there is refused.",
        ("settings", "keys", "choice"),
    ),
)
"""Every page, in the order of the help. `page_of` finds the one for a panel."""

DESK = PAGES[0]


def page_of(nodes: Iterable[DOMNode]) -> Page | None:
    """The page for the innermost of `nodes` (a widget and what it stands in) that has one."""
    for node in nodes:
        names = [each.__name__ for each in type(node).__mro__]
        page = next((each for each in PAGES if any(name in each.panels for name in names)), None)
        if page is not None:
            return page
    return None


def page_titled(topic: str) -> Page:
    """The page whose keys are those of the place `topic`; the desk’s where there is none."""
    return next((each for each in PAGES if topic in each.places[:1]), DESK)
