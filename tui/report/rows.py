"""What a report says, as rows of a label and a figure: the same in the terminal, on the screen and on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.report import Report
from engine.report.trades import Trade
from tui.widgets.figures import MINUS, NONE, date_and_time, money, percent, price, signed, size

SPLIT_LABELS = {
    "price": "price",
    "slippage": "slippage",
    "fees": "fees",
    "funding": "funding",
    "interest": "interest and borrow fees",
    "clearance": "liquidation: clearance fees",
    "penalties": "liquidation: penalties",
    "liquidators": "liquidation: liquidators’ gain",
    "taken_over": "liquidation: taken over",
    "deleveraging": "liquidation: deleveraging",
    "paid_by_others": "paid by others",
    "rounding": "rounding",
}
"""The parts of a net profit, as they are called. `docs/report.md` says what each is."""
ALWAYS = ("price", "slippage", "fees", "funding")
SECONDS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its name; `tone` is a palette name, where it is good or bad news. `sum` closes a section's rows."""

    label: str
    value: str
    tone: str = "text"
    sum: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a title."""

    title: str
    rows: tuple[Row, ...]


def sections(report: Report) -> tuple[Section, ...]:
    """Every figure of a report."""
    return (
        Section("Result", _result(report)),
        Section("Net profit", _split(report)),
        Section("Trades", _trades(report)),
        Section("Risk and return", _risk(report)),
        Section("Margin", _margin(report)),
    )


def _result(report: Report) -> tuple[Row, ...]:
    return (
        Row("put in", money(report.put_in)),
        Row("taken out", money(report.taken_out)),
        Row("equity at the end", money(report.equity)),
        Row("net profit", signed(report.net), _tone(report.net)),
        Row("return, time-weighted", percent(report.curve.total, 2, sign=True), _tone(report.curve.total)),
    )


def _split(report: Report) -> tuple[Row, ...]:
    parts = {name: amount for name, amount in report.split.parts().items() if amount or name in ALWAYS}
    rows = [Row(SPLIT_LABELS[name], _part(amount), _tone(amount)) for name, amount in parts.items()]
    return (*rows, Row("net", signed(report.net), _tone(report.net), sum=True))


def _part(amount: Decimal) -> str:
    """To the cent; what is less than that, in full."""
    places = 2 if not amount or abs(amount) >= Decimal("0.005") else 6
    return signed(amount, places)


def _trades(report: Report) -> tuple[Row, ...]:
    figures = report.figures
    still = sum(trade.open for trade in report.trades)
    adverse, favourable = _means(report, lambda trade: trade.adverse), _means(report, lambda trade: trade.favourable)
    risky = f"expectancy in R, of {figures.with_risk}" if figures.with_risk else "expectancy in R"
    return (
        Row("closed", f"{figures.closed}" + (f", {still} open" if still else "")),
        Row("won / lost", f"{figures.won} / {figures.lost}"),
        Row("win rate", percent(figures.win_rate)),
        Row("profit factor", money(figures.profit_factor)),
        Row("mean win", signed(figures.mean_win), "up"),
        Row("mean loss", signed(figures.mean_loss), "down"),
        Row("best / worst", f"{signed(figures.best)} / {signed(figures.worst)}"),
        Row("expectancy", signed(figures.expectancy), _tone(figures.expectancy)),
        Row(risky, _multiple(figures.expectancy_r), _tone(figures.expectancy_r)),
        Row("mean MAE / MFE", f"{signed(adverse)} / {signed(favourable)}"),
    )


def _means(report: Report, figure: Callable[[Trade], Decimal]) -> Decimal | None:
    closed = [figure(trade) for trade in report.trades if not trade.open]
    return sum(closed, Decimal(0)) / len(closed) if closed else None


def _risk(report: Report) -> tuple[Row, ...]:
    drawdown, ratios, curve = report.drawdown, report.ratios, report.curve
    fell = f"{percent(-_decimal(drawdown.share), 2)}" if drawdown.fall else percent(Decimal(0), 2)
    return (
        Row("maximum drawdown", fell, "down" if drawdown.fall else "text"),
        Row("maximum drawdown, money", money(-drawdown.money)),
        Row("under water, in all", duration(drawdown.under_water) + ("" if drawdown.recovered else ", still")),
        Row("longest stretch of it", duration(drawdown.longest)),
        Row("volatility a year", _percent(ratios.volatility)),
        Row("Sharpe", _ratio(ratios.sharpe)),
        Row("Sortino", _ratio(ratios.sortino)),
        Row("Calmar", _ratio(ratios.calmar)),
        Row("from returns of", f"{duration(curve.period)}, {len(curve.returns):,} of them"),
    )


def _margin(report: Report) -> tuple[Row, ...]:
    exposure = report.exposure
    return (
        Row("effective leverage, mean", _times(exposure.mean_leverage)),
        Row("effective leverage, most", _times(exposure.largest_leverage)),
        Row("in the market", _share(exposure.in_market, exposure.length)),
        Row("at 80 % of margin or more", _share(exposure.near_liquidation, exposure.length)),
        Row("margin calls", f"{report.calls}"),
        Row("liquidations", f"{report.liquidations}", "danger" if report.liquidations else "text"),
    )


def _share(part: int, whole: int) -> str:
    return f"{duration(part)}, {percent(_decimal(part / whole))}" if part and whole else duration(part)


def duration(milliseconds: int) -> str:
    """The two largest units of a length of time: `3 d 4 h`, `25 min`, `0 s`."""
    seconds, parts = milliseconds // 1000, list[str]()
    for unit, name in SECONDS:
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{count} {name}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(float(value)))


def _percent(value: float | None) -> str:
    return percent(_decimal(value))


def _ratio(value: float | None) -> str:
    return NONE if value is None else f"{value:,.2f}".replace("-", MINUS) if abs(value) < 1e6 else ">999,999"


def _times(value: float | None) -> str:
    return NONE if value is None else f"{value:,.2f}x"


def _multiple(value: Decimal | None) -> str:
    return NONE if value is None else f"{signed(value)} R"


def _tone(amount: Decimal | None) -> str:
    return "text" if not amount else "up" if amount > 0 else "down"


TRADE_TITLES = ("#", "position", "opened", "lasted", "size", "entry", "exit", "result", "R", "MAE", "MFE", "ended by")
LEFT = frozenset(("position", "ended by"))
"""Columns of words."""


def trade_cells(report: Report, number: int) -> tuple[str, ...]:
    """The cells of a trade, counted from 0, under `TRADE_TITLES`."""
    trade = report.trades[number]
    tick = report.record.tape.by_symbol[trade.symbol].tick_size
    ended = trade.closed if trade.closed is not None else report.end
    how = trade.end or "open"
    return (
        str(number + 1),
        f"{trade.symbol} {trade.side} {'iso' if trade.mode == 'isolated' else 'cross'}",
        date_and_time(trade.opened),
        duration(ended - trade.opened),
        size(trade.size).lstrip("+"),
        price(trade.entry_price, tick),
        price(trade.exit_price, tick),
        signed(trade.result),
        NONE if trade.multiple is None else signed(trade.multiple),
        signed(trade.adverse),
        signed(trade.favourable),
        f"{how} ✗" if trade.liquidated else how,
    )


def counted(count: int, what: str) -> str:
    """`1 command`, `2 commands`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def heading(report: Report) -> tuple[str, str]:
    """What was played, in two lines."""
    record, origin = report.record, report.record.tape.origin
    setup = record.setup
    modified = f", changed: {', '.join(setup.modified)}" if setup.modified else ""
    played = f"{setup.venue}, {' and '.join(report.modes)}{modified}"
    times = f"{date_and_time(report.start)} to {date_and_time(report.end)}"
    return f"{played} · {times} · {report.state}", f"{origin.description} · {counted(len(record.commands), 'command')}"
