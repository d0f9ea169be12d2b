"""What the pools panel writes: blocks of rows, fuller or terser as the room allows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from textual.strip import Strip

from engine.looking.views import PoolView, PositionView, View
from engine.numbers import EXACT, divide
from engine.sentences import apart
from tui.themes import Palette
from tui.widgets.bars import BANDS, CALM, band_of, gauge_row
from tui.widgets.figure_spots import Figure, opening
from tui.widgets.figures import (
    FARTHEST,
    brief,
    clock,
    date_and_time,
    moment,
    money,
    percent,
    price,
    reachable,
    signed,
    size,
)
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
    wallet, state = _wallet_rows(view, width, palette), _state_rows(view, width, palette)
    while True:
        first = [state, *([_gone_row(each, view.time, width, palette)] for each in gone)]
        fixed = [len(block) for block in (*first, wallet) if block]
        detail = next((each for each in LEVELS if _height(fixed, pools, each) <= height), None)
        if detail is not None or not gone:
            break
        gone = gone[1:]  # what is gone must not push away what is there
    detail = detail or LEVELS[-1]
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
    equities = sum(_shows_equity(pool, detail) + _shows_own_gauge(pool, detail) for pool in pools)
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


def _gone_row(gone: Gone, now: int, width: int, palette: Palette) -> Strip:
    name = harmless("CROSS" if gone.key == "cross" else "ISO", 12)
    what = harmless(" ".join(gone.symbols), 30)
    left = [(f"{name} {what} ", palette.dim), ("✕ LIQUIDATED", palette.bold("danger"))]
    same_day = moment(gone.time).date() == moment(now).date()
    when = [clock(gone.time)] if same_day else [date_and_time(gone.time), f"{moment(gone.time):%m-%d %H:%M}"]
    right = next((each for each in when if cells_of(left) + len(each) < width), when[-1])
    return spread(left, [(right, palette.dim)], width)


def _pool_rows(pool: PoolView, ticks: dict[str, Decimal], width: int, palette: Palette, detail: Detail) -> list[Strip]:
    if _alone(pool):
        return _isolated_rows(pool, ticks, width, palette, detail)
    return _shared_rows(pool, ticks, width, palette, detail)


def _isolated_rows(
    pool: PoolView, ticks: dict[str, Decimal], width: int, palette: Palette, detail: Detail
) -> list[Strip]:
    position = pool.positions[0]
    rows = [_position_row("ISO ", pool, position, ticks, width, palette), _bar_row(pool, width, palette)]
    rows += _own_gauge_rows(pool, width, palette, detail)
    if _shows_equity(pool, detail):
        rows.append(_equity_row(pool, width, palette))
    rows.append(_liquidation_row(pool, position, ticks, width, palette, alone=True))
    return rows


def _shared_rows(
    pool: PoolView, ticks: dict[str, Decimal], width: int, palette: Palette, detail: Detail
) -> list[Strip]:
    profit = sum((position.unrealised for position in pool.positions), Decimal(0))
    name = "CROSS" if pool.mode == "cross" else harmless(pool.key, 16)
    equity = (f"equity {brief(pool.equity)}", opening(palette.text, Figure(pool.key, "equity")))
    head = [(f"{name} ", palette.bold("accent")), equity]
    figure = Figure(pool.key, "unrealised")
    rows = [spread(head, _profit(figure, profit, None, palette), width), _bar_row(pool, width, palette)]
    rows += _own_gauge_rows(pool, width, palette, detail)
    if _shows_equity(pool, detail):
        required = (f"requirement {brief(pool.requirement)}", opening(palette.dim, Figure(pool.key, "requirement")))
        rows.append(strip_of([required, ("  ", palette.dim), _to_go(pool, palette)], width))
    for position in pool.positions:
        rows.append(_position_row("", pool, position, ticks, width, palette))
        rows.append(_liquidation_row(pool, position, ticks, width, palette, alone=False))
    return rows


def _position_row(
    lead: str, pool: PoolView, position: PositionView, ticks: dict[str, Decimal], width: int, palette: Palette
) -> Strip:
    symbol, held = harmless(position.symbol, 24), size(position.size)
    entry = price(position.entry_price, ticks[position.symbol])
    name = [(lead, palette.bold("accent")), (symbol, palette.strong)]
    figure = Figure(pool.key, "unrealised", None if _alone(pool) else position.key)
    full = _profit(figure, position.unrealised, _return(position), palette)
    short = _profit(figure, position.unrealised, None, palette)
    bought = f" {held} @ {entry}"
    choices = [(f"{bought}  {position.leverage}x", full), (f"{bought} {position.leverage}x", full), (bought, full)]
    choices += [(bought, short), (f" {held}", full), (f" {held}", short)]
    for terms, figures in choices:
        left = [*name, (terms, palette.text)]
        if cells_of(left) + cells_of(figures) < width:
            return spread(left, figures, width)
    return spread(name, short, width)


def _profit(figure: Figure, amount: Decimal, ratio: Decimal | None, palette: Palette) -> list[Part]:
    style = palette.up if amount > 0 else palette.down if amount < 0 else palette.dim
    style = opening(style, figure)
    text = signed(amount) if abs(amount) < 1_000_000 else ("+" if amount > 0 else "") + brief(amount)
    return [(text, style)] + ([(f" {percent(ratio, sign=True)}", style)] if ratio is not None else [])


def _return(position: PositionView) -> Decimal | None:
    """The profit as a share of what the position cost, not of its margin: it compares with the price's own move."""
    cost = EXACT.multiply(abs(position.size), position.entry_price)
    return divide(position.unrealised, cost) if cost else None


def _bar_row(pool: PoolView, width: int, palette: Palette) -> Strip:
    *bars, (said, style) = gauge_row(pool.gauge, width, palette)
    label, figure = said.strip(), Figure(pool.key, "gauge")
    lead = said[: len(said) - len(said.lstrip())]
    return strip_of([*bars, (lead, style), (label, opening(style, figure))], width)


def _own_gauge_rows(pool: PoolView, width: int, palette: Palette, detail: Detail) -> list[Strip]:
    """How the venue itself says it, and which way that goes: `health factor 1.08  falls to 1`."""
    own = pool.own_gauge
    if own is None or not _shows_own_gauge(pool, detail):
        return []
    value = apart(own.value, own.liquidation)[0]
    style = opening(palette.text if _urgent(pool) else palette.dim, Figure(pool.key, "own_gauge"))
    way = f"  {'rises' if own.rises else 'falls'} to {money(own.liquidation).removesuffix('.00')}"
    said, name = (f"{own.name} {value}", style), (value, style)
    return [strip_of(fitting([[said, (way, palette.dim)], [said], [name]], width), width)]


def _shows_own_gauge(pool: PoolView, detail: Detail) -> bool:
    return detail.equity and pool.own_gauge is not None


def _equity_row(pool: PoolView, width: int, palette: Palette) -> Strip:
    position = pool.positions[0]
    rate = percent(divide(position.maintenance_margin, position.notional), 2) if position.notional else ""
    held = (f"equity {brief(pool.equity)}", opening(palette.dim, Figure(pool.key, "equity")))
    required, figure = brief(pool.requirement), Figure(pool.key, "requirement")
    style = opening(palette.dim, figure)
    needs = [f"requirement {required}  (maintenance {rate})"] if rate else []
    needs += [f"requirement {required}", f"needs {required}"]
    choices = [[held, ("   " if len(text) > 16 else "  ", palette.dim), (text, style)] for text in needs]
    return strip_of(fitting([*choices, [held]], width), width)


def _liquidation_row(
    pool: PoolView, position: PositionView, ticks: dict[str, Decimal], width: int, palette: Palette, *, alone: bool
) -> Strip:
    """Where a position is liquidated; `alone` in its pool, what is left until then is said beside it."""
    style = palette.text if _urgent(pool) else palette.dim
    figure = opening(style, Figure(pool.key, "liquidation_price", position.key))
    lead, left = ("  ", style), [("  ", style), _to_go(pool, palette)]
    at = reachable(position.liquidation_price, position.mark)
    if at is None and position.liquidation_price is not None:
        said = [f"liq none within {FARTHEST} times the mark", f"liq none within {FARTHEST}x", "liq none"]
    elif at is None:
        way = "fall" if position.size > 0 else "rise"  # where a market has a long and a short, the other way may
        said = [f"no {way} of {harmless(position.symbol, 24)} liquidates", "liq none"]
    else:
        away = percent(divide(at - position.mark, position.mark), sign=True) if position.mark else ""
        shown = price(at, ticks[position.symbol])
        said = [f"liq {shown}  {away}", f"liq {shown} {away}", f"liq {shown}"]
    if not alone:
        return strip_of(fitting([[lead, (text, figure)] for text in said], width), width)
    return strip_of(fitting([[(said[0], figure), *left], *([(text, figure)] for text in said)], width), width)


def _to_go(pool: PoolView, palette: Palette) -> Part:
    style = palette.text if _urgent(pool) else palette.dim
    return f"{dollars(pool.cushion)} to go", opening(style, Figure(pool.key, "cushion"))


def _wallet_rows(view: View, width: int, palette: Palette) -> list[Strip]:
    funding = signed(view.funding)
    free = (f"{brief(view.free)} free", opening(palette.dim, Figure("cross", "free")))
    costs = f"fees {money(view.fees)}   funding {funding}"
    whole = [("WALLET  ", palette.dim), free, ("   ", palette.dim), (costs, palette.dim)]
    tight = [("WALLET ", palette.dim), free, ("  ", palette.dim), (costs.replace("   ", "  "), palette.dim)]
    rows: list[list[Part]] = [row for row in (whole, tight) if cells_of(row) <= width][:1]
    rows = rows or [[("WALLET  ", palette.dim), free], [(costs.replace("   ", "  "), palette.dim)]]
    if view.liquidations or view.rescues:
        rows.append([(f"liquidations {view.liquidations}  rescues {view.rescues}", palette.dim)])
    return [strip_of(row, width) for row in rows]


def dollars(amount: Decimal) -> str:
    """`$20.09`, `−$20.09`, `$1.20 M`."""
    text = brief(amount)
    return f"−${text[1:]}" if text.startswith("−") else f"${text}"


def _urgent(pool: PoolView) -> bool:
    return band_of(pool.gauge) in BANDS


def _shows_equity(pool: PoolView, detail: Detail) -> bool:
    return detail.equity and (detail.calm or band_of(pool.gauge) is not CALM)
