"""What a ticket holds: the fields of one order, how keys change them, and the command that they spell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.account import Mode
from engine.commands.command import MODE_WORDS
from engine.looking.views import MarketView
from engine.numbers import plain
from engine.orders.order import Side

Kind = Literal["market", "limit", "stop", "stop limit", "take", "trail"]
KINDS: tuple[Kind, ...] = ("market", "limit", "stop", "stop limit", "take", "trail")
WAITS_FOR: dict[Kind, str] = {
    "market": "", "limit": "limit", "stop": "stop", "stop limit": "stop", "take": "take", "trail": "trail",
}  # fmt: skip
"""What the price of each kind means."""
Force = Literal["", "post", "ioc", "fok"]
FORCES: tuple[Force, ...] = ("", "post", "ioc", "fok")
"""How long an order is in force: until it is cancelled, only if it rests, at once or not, all at once or not."""
PRESETS = ("5%", "10%", "25%", "50%", "100%")
FIRST_SIZE = "25%"
FIRST_RISK, FIRST_TRAIL = "1", "1%"
LEVERAGES = (1, 2, 3, 4, 5, 7, 10, 15, 20, 25, 30, 40, 50, 75, 100, 125)

Field = Literal[
    "side", "symbol", "size", "risk", "kind", "price", "limit", "leverage", "mode", "tp", "sl", "force", "reduce"
]
FIELDS: tuple[Field, ...] = (
    "side", "symbol", "size", "risk", "kind", "price", "limit", "force", "reduce", "leverage", "mode", "tp", "sl",
)  # fmt: skip
TYPED: dict[Field, str] = {
    "size": "0123456789.,$%",
    "risk": "0123456789.%",
    "price": "0123456789.,%",
    "limit": "0123456789.,",
    "leverage": "0123456789xX",
    "tp": "0123456789.,%",
    "sl": "0123456789.,%",
}
"""The fields that are typed, and the characters that each takes."""
LONGEST_TEXT = 20


@dataclass
class TicketForm:
    """One order being written. Numbers are kept as they were typed; `text` spells them as a command.

    `limit` is that of a stop limit order; while it is empty, it is the trigger.
    `risk` is the share of equity, in per cent, that the stop may cost; while there is one, `size` follows from it.
    """

    side: Side
    markets: Sequence[MarketView]
    symbol: str
    size: str = FIRST_SIZE
    risk: str = ""
    kind: Kind = "market"
    price: str = ""
    limit: str = ""
    leverage: str = ""
    mode: Mode = "isolated"
    tp: str = ""
    sl: str = ""
    force: Force = ""
    reduce: bool = False
    field: Field = "size"
    _fresh: bool = True

    def __post_init__(self) -> None:
        self._take_market_settings()

    @property
    def market(self) -> MarketView:
        """The market that the order is for."""
        return next(market for market in self.markets if market.symbol == self.symbol)

    @property
    def problem(self) -> str | None:
        """What is missing before this is a command, in plain words."""
        if self.risk and not self.sl:
            return "A risk needs a stop loss. Where is it? x or Enter writes one."
        if not self.size:
            return f"How much? 0.5 (of {self.symbol}), $1000 or 25% would work."
        if self.kind == "trail" and not self.price:
            return "A trailing stop needs a distance: 2% would work."
        if self.kind != "market" and not self.price:
            return f"A {self.kind} order needs a price: {plain(self.market.last)} is the last one."
        return None

    @property
    def risk_share(self) -> Decimal | None:
        """The share of equity that the stop may cost, as a fraction; None where none is asked, or it is no number."""
        try:
            share = Decimal(self.risk.rstrip("%")) / 100
        except ArithmeticError:
            return None
        return share if 0 < share <= 1 else None

    # -- as a command

    @property
    def text(self) -> str:
        """The order in the command grammar."""
        return self.spelt(self.size)

    def spelt(self, size: str, *, at_market: bool = False) -> str:
        """The order with another size, or as if it traded at once."""
        words = [self.side, size, self.symbol, *([] if at_market else self._when())]
        words += [f"{self.leverage}x"] if self.leverage else []
        words += [MODE_WORDS[self.mode]]
        if not self.reduce:
            words += ["tp", self.tp] if self.tp else []
            words += ["sl", self.sl] if self.sl else []
        words += ["reduce"] if self.reduce else []
        return " ".join(words + ([self.force] if self.force and not at_market else []))

    def _when(self) -> list[str]:
        match self.kind:
            case "market":
                return []
            case "limit":
                return ["at", self.price]
            case "stop limit":
                return ["stop", self.price, "limit", self.limit or self.price]
            case "trail":
                return ["trail", self.price if self.price.endswith("%") else f"{self.price}%"]
            case kind:
                return [kind, self.price]

    # -- fields

    def value(self, field: Field) -> str:
        """A field as it is shown."""
        match field:
            case "leverage":
                return f"{self.leverage}x" if self.leverage else ""
            case "risk":
                return f"{self.risk.rstrip('%')} %" if self.risk else ""
            case "limit":
                return self.limit or self.price
            case "reduce":
                return "yes" if self.reduce else "no"
            case "force":
                return {"": "till cancel", "post": "post only"}.get(self.force, self.force)
        return str(getattr(self, field))

    def applies(self, field: Field) -> bool:
        """Whether a field means anything for the order as it is."""
        match field:
            case "price":
                return self.kind != "market"
            case "limit":
                return self.kind == "stop limit"
            case "tp" | "sl" | "risk":
                return not self.reduce
            case "force":
                return self.kind == "limit"
        return True

    def go(self, field: Field) -> None:
        """Put the cursor on a field."""
        self.field, self._fresh = field, True

    def move(self, by: int, order: Sequence[Field] = FIELDS) -> None:
        """Put the cursor on the next field of `order` that means anything, or an earlier one."""
        place = order.index(self.field) + by
        while not self.applies(order[place % len(order)]):
            place += by
        self.go(order[place % len(order)])

    def type(self, character: str) -> bool:
        """Type a character into the field at the cursor; the first one replaces what was there."""
        if not character or character not in TYPED.get(self.field, "") or not self.applies(self.field):
            return False
        if character in "xX":  # of 20x: it is always written, so it is taken and not kept
            return True
        before = "" if self._fresh else str(getattr(self, self.field))
        if len(before) >= LONGEST_TEXT:
            return False
        self._write(before + character)
        return True

    def paste(self, text: str) -> bool:
        """Take a text into the field at the cursor, all of it or nothing."""
        text = text.strip()
        if not text or set(text) - set(TYPED.get(self.field, "")):
            return False
        before = "" if self._fresh else str(getattr(self, self.field))
        return len(before + text) <= LONGEST_TEXT and all(self.type(each) for each in text)

    def erase(self) -> bool:
        """Take back the last character."""
        if self.field not in TYPED or not getattr(self, self.field):
            return False
        self._write(getattr(self, self.field)[:-1])
        return True

    def clear(self) -> bool:
        """Empty the field at the cursor."""
        if self.field not in TYPED or not getattr(self, self.field):
            return False
        self._write("")
        return True

    def _write(self, text: str) -> None:
        setattr(self, self.field, text)
        self._fresh = False
        if self.field == "size":
            self.risk = ""

    # -- what single keys set

    def take_size(self, size: str) -> None:
        """Set a size; no risk decides it any more."""
        self.size, self.risk = size, ""
        self.go("size")

    def take_risk(self) -> None:
        """Let the stop's cost decide the size: first how much that is, once more for the stop."""
        again = self.field == "risk" and self.risk
        self.reduce, self.risk = False, self.risk or FIRST_RISK
        self.go("sl" if again and not self.sl else "risk")

    def ask_for_stop(self) -> None:
        """Put the cursor where a risk still needs its stop."""
        if self.risk and not self.sl:
            self.go("sl")

    def take_kind(self, kind: Kind) -> None:
        """Make it an order of that kind, and put the cursor on its price. A price that meant something else, such as a
        limit that would be a trigger now, begins again at the last one."""
        before, self.kind = self.kind, kind
        if WAITS_FOR[before] != WAITS_FOR[kind]:
            self.price = {"market": "", "trail": FIRST_TRAIL}.get(kind, plain(self.market.last))
        if kind != before:
            self.limit = ""
        if kind != "limit":
            self.force = ""
        self.go("kind" if kind == "market" else "price")

    def take_force(self, force: Force) -> None:
        """Set how long it is in force; once more takes that back. Only a limit order has a choice."""
        if self.kind != "limit":
            self.take_kind("limit")
        self.force = "" if self.force == force else force

    def take_leg(self, leg: Literal["tp", "sl"]) -> None:
        """Put the cursor on a leg. An order that only reduces has none, so it no longer does."""
        self.reduce = False
        self.go(leg)

    # -- one step up or down

    def change(self, by: int) -> None:
        """Change the field at the cursor by one step up or down."""
        changes: dict[Field, Callable[[int], None]] = {
            "side": lambda by: self.turn(),
            "symbol": self._change_symbol,
            "size": self._change_size,
            "risk": self._change_risk,
            "kind": self._change_kind,
            "leverage": self.change_leverage,
            "mode": lambda by: self.change_mode(),
            "force": self._change_force,
            "reduce": lambda by: self.change_reduce(),
        }
        written = str(getattr(self, self.field))
        if self.field in changes:
            changes[self.field](by)
        elif written.endswith("%") or (self.field == "price" and self.kind == "trail"):
            setattr(self, self.field, f"{plain(_stepped(written.rstrip('%'), by))}%")
        else:
            self._change_price(by)
        self._fresh = True

    def turn(self, side: Side | None = None) -> None:
        """Buy becomes sell; the legs' prices are on the wrong side then."""
        turned: Side = side or ("sell" if self.side == "buy" else "buy")
        if turned != self.side:
            self.side, self.tp, self.sl = turned, "", ""

    def change_leverage(self, by: int) -> None:
        """The next leverage of a short list, within what the market allows."""
        now = int(self.leverage or 1)
        most = self.market.largest_leverage
        allowed = [each for each in LEVERAGES if each < most] + [most]
        above, below = [each for each in allowed if each > now], [each for each in allowed if each < now]
        self.leverage = str((above or [most])[0] if by > 0 else (below or [1])[-1])

    def change_mode(self) -> None:
        """Isolated becomes cross."""
        self.mode = "cross" if self.mode == "isolated" else "isolated"

    def change_reduce(self) -> None:
        """Only reduce, or not; an order that only reduces carries no legs."""
        self.reduce = not self.reduce
        if self.reduce:
            self.tp = self.sl = self.risk = ""
            self.size = self.size or FIRST_SIZE

    def _change_kind(self, by: int) -> None:
        self.take_kind(KINDS[(KINDS.index(self.kind) + by) % len(KINDS)])
        self.go("kind")

    def _change_force(self, by: int) -> None:
        if self.kind == "limit":
            self.force = FORCES[(FORCES.index(self.force) + by) % len(FORCES)]

    def _change_symbol(self, by: int) -> None:
        symbols = [market.symbol for market in self.markets]
        self.symbol = symbols[(symbols.index(self.symbol) + by) % len(symbols)]
        self.price = self.limit = self.tp = self.sl = self.risk = ""
        self.kind, self.force = "market", ""
        self._take_market_settings()

    def _take_market_settings(self) -> None:
        self.leverage, self.mode = str(self.market.leverage), self.market.mode

    def _change_size(self, by: int) -> None:
        place = PRESETS.index(self.size) if self.size in PRESETS else (-1 if by > 0 else len(PRESETS))
        self.take_size(PRESETS[min(max(place + by, 0), len(PRESETS) - 1)])

    def _change_risk(self, by: int) -> None:
        self.risk = plain(_stepped(self.risk.rstrip("%") or "0.9", by))

    def _change_price(self, by: int) -> None:
        """A price moves by a tenth of a per cent, on the tick grid. A leg begins a per cent or two from the last."""
        tick, last = self.market.tick_size, self.market.last
        try:
            price = Decimal(str(getattr(self, self.field)).replace(",", ""))
            price += by * max(tick, last / 1000 // tick * tick)
        except ArithmeticError:
            away = {"tp": Decimal("0.02"), "sl": Decimal("-0.01")}.get(self.field, Decimal(0))
            price = last * (1 + (away if self.side == "buy" else -away))
        setattr(self, self.field, plain(max(tick, price // tick * tick)))


def _stepped(text: str, by: int) -> Decimal:
    """A percentage a tenth up or down, from 0.1 to 99.9; 1 where it is none."""
    try:
        return min(max(Decimal(text) + by * Decimal("0.1"), Decimal("0.1")), Decimal("99.9"))
    except ArithmeticError:
        return Decimal(1)
