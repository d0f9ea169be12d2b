"""What a ticket holds: the fields of one order, how keys change them, and the command that they spell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.account import Mode
from engine.commands import MODE_WORDS
from engine.numbers import plain
from engine.orders import Side
from engine.views import MarketView

Kind = Literal["market", "limit", "stop", "take"]
KINDS: tuple[Kind, ...] = ("market", "limit", "stop", "take")
KIND_WORDS: dict[Kind, str] = {"market": "", "limit": "at", "stop": "stop", "take": "take"}
PRESETS = ("10%", "25%", "50%", "100%")
LEVERAGES = (1, 2, 3, 4, 5, 7, 10, 15, 20, 25, 30, 40, 50, 75, 100, 125)

Field = Literal["side", "symbol", "size", "kind", "price", "leverage", "mode", "reduce", "tp", "sl"]
FIELDS: tuple[Field, ...] = ("side", "symbol", "size", "kind", "price", "leverage", "mode", "reduce", "tp", "sl")
TYPED: dict[Field, str] = {
    "size": "0123456789.,$%",
    "price": "0123456789.,",
    "leverage": "0123456789xX",
    "tp": "0123456789.,",
    "sl": "0123456789.,",
}
"""The fields that are typed, and the characters that each takes."""
LONGEST_TEXT = 20


@dataclass
class TicketForm:
    """One order being written. Numbers are kept as they were typed; `text` spells them as a command."""

    side: Side
    markets: Sequence[MarketView]
    symbol: str
    size: str = PRESETS[1]
    kind: Kind = "market"
    price: str = ""
    leverage: str = ""
    mode: Mode = "isolated"
    tp: str = ""
    sl: str = ""
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
        if not self.size:
            return f"How much? 0.5 (of {self.symbol}), $1000 or 25% would work."
        if self.kind != "market" and not self.price:
            return f"A {self.kind} order needs a price: {plain(self.market.last)} is the last one."
        return None

    @property
    def text(self) -> str:
        """The order in the command grammar."""
        return self._spelt([KIND_WORDS[self.kind], self.price] if self.kind != "market" else [])

    @property
    def text_at_market(self) -> str:
        """The same order as if it traded at once."""
        return self._spelt([])

    def _spelt(self, when: list[str]) -> str:
        words = [self.side, self.size, self.symbol, *when]
        words += [f"{self.leverage}x"] if self.leverage else []
        words += [MODE_WORDS[self.mode]]
        words += ["tp", self.tp] if self.tp else []
        words += ["sl", self.sl] if self.sl else []
        return " ".join(words + (["reduce"] if self.reduce else []))

    def value(self, field: Field) -> str:
        """A field as it is shown."""
        if field == "leverage":
            return f"{self.leverage}x" if self.leverage else ""
        if field == "reduce":
            return "yes" if self.reduce else "no"
        return str(getattr(self, field))

    def go(self, field: Field) -> None:
        """Put the cursor on a field."""
        self.field, self._fresh = field, True

    def move(self, by: int) -> None:
        """Put the cursor on the next field, or an earlier one; a price is skipped where none is needed."""
        place = FIELDS.index(self.field)
        while True:
            place = (place + by) % len(FIELDS)
            if FIELDS[place] != "price" or self.kind != "market":
                break
        self.go(FIELDS[place])

    def type(self, character: str) -> bool:
        """Type a character into the field at the cursor; the first one replaces what was there."""
        if character not in TYPED.get(self.field, "") or not character:
            return False
        if character in "xX":  # of 20x: it is always written, so it is taken and not kept
            return True
        before = "" if self._fresh else str(getattr(self, self.field))
        if len(before) >= LONGEST_TEXT:
            return False
        setattr(self, self.field, before + character)
        self._fresh = False
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
        setattr(self, self.field, getattr(self, self.field)[:-1])
        self._fresh = False
        return True

    def change(self, by: int) -> None:
        """Change the field at the cursor by one step up or down."""
        changes: dict[Field, Callable[[int], None]] = {
            "side": lambda by: self.turn(),
            "symbol": self._change_symbol,
            "size": self._change_size,
            "kind": self.change_kind,
            "leverage": self.change_leverage,
            "mode": lambda by: self.change_mode(),
            "reduce": lambda by: self.change_reduce(),
        }
        if self.field in changes:
            changes[self.field](by)
        else:
            self._change_price(by)
        self._fresh = True

    def turn(self) -> None:
        """Buy becomes sell."""
        self.side = "sell" if self.side == "buy" else "buy"

    def change_kind(self, by: int = 1) -> None:
        """Market, limit, stop, take; one with a price starts at the last one."""
        self.kind = KINDS[(KINDS.index(self.kind) + by) % len(KINDS)]
        if self.kind != "market" and not self.price:
            self.price = plain(self.market.last)

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
            self.tp = self.sl = ""

    def _change_symbol(self, by: int) -> None:
        symbols = [market.symbol for market in self.markets]
        self.symbol = symbols[(symbols.index(self.symbol) + by) % len(symbols)]
        self.price = self.tp = self.sl = ""
        self.kind = "market"
        self._take_market_settings()

    def _take_market_settings(self) -> None:
        self.leverage, self.mode = str(self.market.leverage), self.market.mode

    def _change_size(self, by: int) -> None:
        place = PRESETS.index(self.size) if self.size in PRESETS else (-1 if by > 0 else len(PRESETS))
        self.size = PRESETS[min(max(place + by, 0), len(PRESETS) - 1)]

    def _change_price(self, by: int) -> None:
        """A price moves by a tenth of a per cent, on the tick grid."""
        tick = self.market.tick_size
        try:
            price = Decimal(str(getattr(self, self.field)).replace(",", "") or self.market.last)
        except ArithmeticError:
            price = self.market.last
        step = max(tick, self.market.last / 1000 // tick * tick)
        setattr(self, self.field, plain(max(tick, (price // tick) * tick + by * step)))
