"""What a player can ask for: one frozen value a command. `str` spells it; `engine.commands.grammar` reads it back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.account import Mode
from engine.numbers import EXACT, plain
from engine.orders.order import OrderKind, PositionSide, Side

Unit = Literal["base", "quote", "percent"]
LendingAction = Literal["supply", "withdraw", "borrow", "repay"]
TimeInForce = Literal["gtc", "post", "ioc", "fok"]
"""What becomes of a limit order that the market meets at once, or doesn't: `gtc` (good till cancelled) takes what it
can get and rests with what is left, `post` only ever rests, `ioc` (immediate or cancel) never does, `fok` (fill or
kill) trades all of it now or nothing."""


class CommandError(ValueError):
    """A text that is no command. The message says what is wrong, `would_work` an example that isn't."""

    def __init__(self, message: str, would_work: str) -> None:
        super().__init__(f"{message}; try: {would_work}")
        self.message, self.would_work = message, would_work


@dataclass(frozen=True, slots=True)
class Size:
    """How much: `0.5` base units, `$10000` of notional, or `25%` of what could be opened (or is open, to close)."""

    amount: Decimal
    unit: Unit

    def __str__(self) -> str:
        number = plain(self.amount)
        return {"base": number, "quote": f"${number}", "percent": f"{number}%"}[self.unit]


@dataclass(frozen=True, slots=True)
class Place:
    """Buy or sell.

    Attributes:
        price: limit or trigger price; None at the market, and for a trailing stop.
        limit: of a stop or take, the price of the limit order that it turns into.
        trail: how far a trailing stop stays behind the best mark, a fraction of it.
        take_profit, stop_loss: prices of the legs that come with the fill; or instead
        take_profit_share, stop_loss_share: how far from the fill price they lie, a fraction of it.
    """

    side: Side
    size: Size
    symbol: str
    kind: OrderKind = "market"
    price: Decimal | None = None
    leverage: int | None = None
    mode: Mode | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    reduce_only: bool = False
    limit: Decimal | None = None
    trail: Decimal | None = None
    take_profit_share: Decimal | None = None
    stop_loss_share: Decimal | None = None
    time_in_force: TimeInForce = "gtc"

    def __str__(self) -> str:
        words = [self.side, str(self.size), self.symbol]
        if self.price is not None:
            words += [{"limit": "at", "stop": "stop", "take": "take"}[self.kind], plain(self.price)]
        words += ["limit", plain(self.limit)] if self.limit is not None else []
        words += ["trail", percentage(self.trail)] if self.trail is not None else []
        words += [f"{self.leverage}x"] if self.leverage else []
        words += selector(self.mode)
        words += _leg("tp", self.take_profit, self.take_profit_share)
        words += _leg("sl", self.stop_loss, self.stop_loss_share)
        words += ["reduce"] if self.reduce_only else []
        return " ".join(words + ([self.time_in_force] if self.time_in_force != "gtc" else []))


@dataclass(frozen=True, slots=True)
class Close:
    """Close a position, wholly or in part, at the market."""

    symbol: str
    size: Size | None = None
    mode: Mode | None = None
    position_side: PositionSide | None = None

    def __str__(self) -> str:
        size = [str(self.size)] if self.size else []
        return " ".join(["close", self.symbol, *size, *selector(self.mode, self.position_side)])


@dataclass(frozen=True, slots=True)
class Reverse:
    """Close a position and open the same size the other way, in one trade."""

    symbol: str
    mode: Mode | None = None
    position_side: PositionSide | None = None

    def __str__(self) -> str:
        return " ".join(["reverse", self.symbol, *selector(self.mode, self.position_side)])


@dataclass(frozen=True, slots=True)
class Protect:
    """Put a take profit, a stop or a trailing stop on an open position; each replaces the one of its kind.

    They close the whole position, whatever its size by then. Attributes as of `Place`; shares count from the entry.
    """

    symbol: str
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit_share: Decimal | None = None
    stop_loss_share: Decimal | None = None
    trail: Decimal | None = None
    mode: Mode | None = None
    position_side: PositionSide | None = None

    def __str__(self) -> str:
        words = ["protect", self.symbol]
        words += _leg("tp", self.take_profit, self.take_profit_share)
        words += _leg("sl", self.stop_loss, self.stop_loss_share)
        words += ["trail", percentage(self.trail)] if self.trail is not None else []
        return " ".join(words + selector(self.mode, self.position_side))


@dataclass(frozen=True, slots=True)
class Flatten:
    """Close every position and cancel every order."""

    def __str__(self) -> str:
        return "flatten"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel one order by its id, a market's by its symbol, or `all`."""

    target: str

    def __str__(self) -> str:
        return f"cancel {self.target}"


@dataclass(frozen=True, slots=True)
class Margin:
    """Move margin from the wallet into an isolated position's pool, or back (negative)."""

    symbol: str
    amount: Decimal
    mode: Mode | None = None
    position_side: PositionSide | None = None

    def __str__(self) -> str:
        amount = f"{'+' if self.amount > 0 else ''}{plain(self.amount)}"
        return " ".join(["margin", self.symbol, amount, *selector(self.mode, self.position_side)])


@dataclass(frozen=True, slots=True)
class Leverage:
    """Choose the leverage that a market's initial margin is judged by."""

    symbol: str
    leverage: int

    def __str__(self) -> str:
        return f"leverage {self.symbol} {self.leverage}x"


@dataclass(frozen=True, slots=True)
class SetMode:
    """Choose the margin mode of a market's next orders."""

    symbol: str
    mode: Mode

    def __str__(self) -> str:
        return f"mode {self.symbol} {MODE_WORDS[self.mode]}"


@dataclass(frozen=True, slots=True)
class Hedge:
    """Choose whether a market's long and short are two positions (hedge mode) or one (one-way)."""

    on: bool

    def __str__(self) -> str:
        return f"hedge {'on' if self.on else 'off'}"


@dataclass(frozen=True, slots=True)
class Deposit:
    """Put money into the wallet: the quote asset, unless one is named."""

    amount: Decimal
    asset: str | None = None

    def __str__(self) -> str:
        return f"deposit {plain(self.amount)}" + (f" {self.asset}" if self.asset else "")


@dataclass(frozen=True, slots=True)
class Lend:
    """On a venue that lends: bring an asset in (`supply`), take it out again (`withdraw`), take out what isn't yours
    against it (`borrow`), or bring that back (`repay`). `amount` in the asset's own units."""

    action: LendingAction
    amount: Decimal
    asset: str

    def __str__(self) -> str:
        return f"{self.action} {plain(self.amount)} {self.asset}"


@dataclass(frozen=True, slots=True)
class CashOut:
    """Take money out of the wallet."""

    amount: Decimal

    def __str__(self) -> str:
        return f"cash out {plain(self.amount)}"


@dataclass(frozen=True, slots=True)
class Note:
    """Write something down."""

    text: str

    def __str__(self) -> str:
        return f"note {self.text}"


@dataclass(frozen=True, slots=True)
class End:
    """End the session; open positions stay as they are, marked."""

    def __str__(self) -> str:
        return "end"


Command = (
    Place
    | Close
    | Reverse
    | Protect
    | Flatten
    | Cancel
    | Margin
    | Leverage
    | SetMode
    | Hedge
    | Deposit
    | Lend
    | CashOut
    | Note
    | End
)

MODE_WORDS: dict[Mode, str] = {"isolated": "iso", "cross": "cross"}


def selector(mode: Mode | None, position_side: PositionSide | None = None) -> list[str]:
    """The words that say which of a market's positions is meant; none where nothing is said."""
    return ([MODE_WORDS[mode]] if mode else []) + ([position_side] if position_side else [])


def percentage(share: Decimal) -> str:
    """A fraction as the grammar spells it: `0.025` → `2.5%`."""
    return f"{plain(EXACT.multiply(share, Decimal(100)))}%"


def _leg(word: str, price: Decimal | None, share: Decimal | None) -> list[str]:
    if price is not None:
        return [word, plain(price)]
    return [word, percentage(share)] if share is not None else []
