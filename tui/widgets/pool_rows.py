"""What the pools panel writes: blocks of rows, fuller or terser as the room allows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from textual.strip import Strip

from engine.numbers import EXACT, divide
from engine.views import PoolView, PositionView, View
from tui.themes import Palette
from tui.widgets.bars import BANDS, CALM, band_of, gauge_row
from tui.widgets.figures import brief, clock, money, percent, price, signed, size
from tui.widgets.strips import Part, blank, cells_of, fitting, harmless, spread, strip_of


@dataclass(frozen=True, slots=True)
class Gone:
    """A pool that was liquidated, what it held and when (ms UTC)."""

    key: str
    symbols: tuple[str, ...]
    time: int


@dataclass(frozen=True, slots=True)
class Detail:
    """What is left out when rows are scarce: the equity of calm pools, the rows between blocks, then every equity."""

    calm: bool = True
    gaps: bool = True
    equity: bool = True


LEVELS = (Detail(), Detail(calm=False), Detail(calm=False, gaps=False), Detail(False, False, False))


def panel_rows(view: View, gone: tuple[Gone, ...], width: int, height: int, palette: Palette) -> list[Strip]:
    """The rows for `view` that say most in `height`; more than `height` where even the tersest don't fit."""
    ticks = {market.symbol: market.tick_size for market in view.markets}
    pools = [pool for pool in view.pools if pool.positions]
    first = [_state_rows(view, width, palette), *([_gone_row(each, width, palette)] for each in gone)]
    wallet = _wallet_rows(view, width, palette)
    fixed = [len(block) for block in (*first, wallet) if block]
    fits = (each for each in LEVELS if _height(fixed, pools, each) <= height)
    detail = next(fits, LEVELS[-1])
    blocks = [*first, *(_pool_rows(pool, ticks, width, palette, detail) for pool in pools), wallet]
    rows: list[Strip] = []
    for block in blocks:
        if block and rows and detail.gaps:
            rows.append(blank(width))
        rows += block
    return rows


def _height(fixed: list[int], pools: list[PoolView], detail: Detail) -> int:
    """How many rows it would take, counted without writing them."""
    heads = sum(3 if _alone(pool) else 2 + 2 * len(pool.positions) for pool in pools)
    equities = sum(_shows_equity(pool, detail) for pool in pools)
    gaps = len(fixed) + len(pools) - 1 if detail.gaps else 0
    return sum(fixed) + heads + equities + gaps


def _alone(pool: PoolView) -> bool:
    return pool.mode == "isolated" and len(pool.positions) == 1


def _state_rows(view: View, width: int, palette: Palette) -> list[Strip]:
    if view.state == "wiped out":
        said, advice = "WIPED OUT", "nothing is left to trade with: `deposit AMOUNT` goes on, `end` stops"
        tone = "danger"
    elif view.state == "ended":
        said, advice, tone = "ENDED", "open positions are marked, not closed", "key"
    else:
        return []
    first = strip_of([(f" {said} ", palette.badge(tone)), (f"  equity {brief(view.equity)}", palette.text)], width)
    return [first, *(strip_of([(line, palette.dim)], width) for line in wrapped(advice, width))]


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` letters, broken between words."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _gone_row(gone: Gone, width: int, palette: Palette) -> Strip:
    name = harmless("CROSS" if gone.key == "cross" else "ISO", 12)
    what = harmless(" ".join(gone.symbols), 30)
    left = [(f"{name} {what} ", palette.dim), ("✕ LIQUIDATED", palette.bold("danger"))]
    return spread(left, [(clock(gone.time), palette.dim)], width)


def _pool_rows(pool: PoolView, ticks: dict[str, Decimal], width: int, palette: Palette, detail: Detail) -> list[Strip]:
    if _alone(pool):
        return _isolated_rows(pool, ticks, width, palette, detail)
    return _shared_rows(pool, ticks, width, palette, detail)


def _isolated_rows(
    pool: PoolView, ticks: dict[str, Decimal], width: int, palette: Palette, detail: Detail
) -> list[Strip]:
    position = pool.positions[0]
    rows = [_position_row("ISO ", position, ticks, width, palette), _bar_row(pool, width, palette)]
    if _shows_equity(pool, detail):
        rows.append(_equity_row(pool, width, palette))
    rows.append(_liquidation_row(position, pool.cushion, ticks, width, palette, urgent=_urgent(pool)))
    return rows


def _shared_rows(
    pool: PoolView, ticks: dict[str, Decimal], width: int, palette: Palette, detail: Detail
) -> list[Strip]:
    profit = sum((position.unrealised for position in pool.positions), Decimal(0))
    name = "CROSS" if pool.mode == "cross" else harmless(pool.key, 16)
    head = [(f"{name} ", palette.bold("up")), (f"equity {brief(pool.equity)}", palette.text)]
    rows = [spread(head, _profit(profit, None, palette), width), _bar_row(pool, width, palette)]
    to_go = (f"{dollars(pool.cushion)} to go", palette.text if _urgent(pool) else palette.dim)
    if _shows_equity(pool, detail):
        rows.append(strip_of([(f"requirement {brief(pool.requirement)}  ", palette.dim), to_go], width))
    for position in pool.positions:
        rows.append(_position_row("", position, ticks, width, palette))
        rows.append(_liquidation_row(position, None, ticks, width, palette, urgent=_urgent(pool)))
    return rows


def _position_row(lead: str, position: PositionView, ticks: dict[str, Decimal], width: int, palette: Palette) -> Strip:
    symbol, held = harmless(position.symbol, 24), size(position.size)
    entry = price(position.entry_price, ticks[position.symbol])
    name = [(lead, palette.bold("up")), (symbol, palette.strong)]
    full = _profit(position.unrealised, _return(position), palette)
    short = _profit(position.unrealised, None, palette)
    bought = f" {held} @ {entry}"
    choices = [(f"{bought}  {position.leverage}x", full), (f"{bought} {position.leverage}x", full), (bought, full)]
    choices += [(bought, short), (f" {held}", full), (f" {held}", short)]
    for terms, figures in choices:
        left = [*name, (terms, palette.text)]
        if cells_of(left) + cells_of(figures) < width:
            return spread(left, figures, width)
    return spread(name, short, width)


def _profit(amount: Decimal, ratio: Decimal | None, palette: Palette) -> list[Part]:
    style = palette.up if amount > 0 else palette.down if amount < 0 else palette.dim
    text = signed(amount) if abs(amount) < 1_000_000 else ("+" if amount > 0 else "") + brief(amount)
    return [(text, style)] + ([(f" {percent(ratio, sign=True)}", style)] if ratio is not None else [])


def _return(position: PositionView) -> Decimal | None:
    """The profit as a share of what the position cost, not of its margin: it compares with the price's own move."""
    cost = EXACT.multiply(abs(position.size), position.entry_price)
    return divide(position.unrealised, cost) if cost else None


def _bar_row(pool: PoolView, width: int, palette: Palette) -> Strip:
    return strip_of(gauge_row(pool.gauge, width, palette), width)


def _equity_row(pool: PoolView, width: int, palette: Palette) -> Strip:
    position = pool.positions[0]
    rate = percent(divide(position.maintenance_margin, position.notional)) if position.notional else ""
    equity, required = brief(pool.equity), brief(pool.requirement)
    choices = [
        f"equity {equity}   requirement {required}  (maintenance {rate})" if rate else "",
        f"equity {equity}   requirement {required}",
        f"equity {equity}  needs {required}",
        f"equity {equity}",
    ]
    return strip_of(fitting([[(text, palette.dim)] for text in choices if text], width), width)


def _liquidation_row(
    position: PositionView,
    cushion: Decimal | None,
    ticks: dict[str, Decimal],
    width: int,
    palette: Palette,
    *,
    urgent: bool,
) -> Strip:
    style = palette.text if urgent else palette.dim
    left = "" if cushion is None else f"  {dollars(cushion)} to go"
    lead = "" if cushion is not None else "  "
    at = position.liquidation_price
    if at is None:
        choices = [f"{lead}no price of {harmless(position.symbol, 24)} liquidates{left}", f"{lead}liq none{left}", left]
    else:
        away = percent(divide(at - position.mark, position.mark), sign=True) if position.mark else ""
        shown = price(at, ticks[position.symbol])
        choices = [f"{lead}liq {shown}  {away}{left}", f"{lead}liq {shown} {away}", f"{lead}liq {shown}"]
    return strip_of(fitting([[(text, style)] for text in choices], width), width)


def _wallet_rows(view: View, width: int, palette: Palette) -> list[Strip]:
    funding = signed(view.funding)
    free, fees = brief(view.free), money(view.fees)
    choices = [
        f"WALLET  {free} free   fees {fees}   funding {funding}",
        f"WALLET {free} free  fees {fees}  funding {funding}",
    ]
    rows = [text for text in choices if len(text) <= width][:1]
    rows = rows or [f"WALLET  {free} free", f"fees {fees}  funding {funding}"]
    if view.liquidations or view.rescues:
        rows.append(f"liquidations {view.liquidations}  rescues {view.rescues}")
    return [strip_of([(text, palette.dim)], width) for text in rows]


def dollars(amount: Decimal) -> str:
    """`$20.09`, `−$20.09`, `$1.20 M`."""
    text = brief(amount)
    return f"−${text[1:]}" if text.startswith("−") else f"${text}"


def _urgent(pool: PoolView) -> bool:
    return band_of(pool.gauge) in BANDS


def _shows_equity(pool: PoolView, detail: Detail) -> bool:
    return detail.equity and (detail.calm or band_of(pool.gauge) is not CALM)
