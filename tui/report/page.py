"""A report as one page that needs nothing else: its style and its pictures are in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import escape

import numpy as np

from engine.events import iso
from engine.numbers import plain
from engine.report import Report
from engine.report.report import Alarm, Fill, Flow
from tui.report import curves
from tui.report.rows import LEFT as WORDS
from tui.report.rows import SPLIT_LABELS, TRADE_TITLES, Section, sections, trade_cells
from tui.report.style import STYLE
from tui.report.svg import Line, Pane, Sign, bars, chart
from tui.widgets.figures import date_and_time, money, percent, price, price_places, signed, size

MOST_MARKETS, MOST_SIGNS = 6, 2_000
SIGNS = (
    '<i class="buy">▲</i> bought <i class="sell">▼</i> sold <i class="call">▲</i> margin call '
    '<i class="liquidation">✕</i> liquidated'
)
MARKS = (
    '<i class="call">┆</i> margin call <i class="liquidation">│</i> liquidated <i class="flow">│</i> put in, taken out'
)
"""What the signs of charts mean."""


def page(name: str, report: Report) -> str:
    """The whole page, as text."""
    body = "\n".join(_body(name, report))
    title = escape(f"{name}: isocross report")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(name: str, report: Report) -> Iterator[str]:
    record, setup = report.record, report.record.setup
    yield f"<header><h1>{escape(name)}</h1>"
    modes = " and ".join(report.modes)
    yield f"<p>{escape(f'{setup.venue}, {modes}')} · {_time(report.start)} to {_time(report.end)} UTC · "
    yield f"{escape(record.tape.origin.description)}</p></header>"
    yield _tiles(report)
    yield _figure("Equity", _equity(report), MARKS)
    yield from (_figure(f"{symbol}: price and trades", _price(report, symbol), SIGNS) for symbol in _traded(report))
    yield _figure("Effective leverage", _leverage(report))
    yield _figure("Where the result came from", _split(report))
    yield '<section class="tables">'
    yield from (_table(section) for section in sections(report))
    yield "</section>"
    yield _trades(report)
    yield _alarms(report)
    yield _about(report)


def _time(time: int) -> str:
    return escape(date_and_time(time))


def _tiles(report: Report) -> str:
    figures = (
        ("net profit", signed(report.net), report.net),
        ("return", percent(report.curve.total, 2, sign=True), report.curve.total),
        ("maximum drawdown", percent(-Decimal(repr(report.drawdown.share)), 2), None),
        ("trades won", f"{report.figures.won} of {report.figures.closed}", None),
        ("liquidations", str(report.liquidations), -Decimal(report.liquidations)),
    )
    tiles = (
        f'<div class="tile"><span>{escape(label)}</span><b class="{_tone(amount)}">{escape(value)}</b></div>'
        for label, value, amount in figures
    )
    return f'<section class="tiles">{"".join(tiles)}</section>'


def _tone(amount: Decimal | None) -> str:
    return "" if not amount else "good" if amount > 0 else "bad"


def _figure(title: str, drawing: str, legend: str = "") -> str:
    told = f" <span>{legend}</span>" if legend else ""
    return f"<figure><figcaption>{escape(title)}{told}</figcaption>\n{drawing}\n</figure>"


# -- charts


def _equity(report: Report) -> str:
    samples = report.curve.samples
    times = np.array([sample.time for sample in samples], dtype=np.int64)
    equity = np.array([float(sample.equity) for sample in samples])
    below = np.array(curves.below_best(report), dtype=np.float64)
    signs = [Sign(flow.time, "flow", _flow_text(flow)) for flow in report.flows[1:][-MOST_SIGNS:]]
    signs += [_upright(alarm) for alarm in report.alarms[-MOST_SIGNS:]]
    panes = [
        Pane(f"equity, {report.quote}", [Line(times, equity, "line")], 220, _amount, signs),
        Pane("below its best", [Line(times, below, "fall", base=0.0)], 90, _share),
    ]
    return chart("Equity through time, and how far it was below its best", panes, report.start, report.end)


def _flow_text(flow: Flow) -> str:
    return f"{date_and_time(flow.time)}  {'put in' if flow.amount > 0 else 'taken out'} {money(abs(flow.amount))}"


def _upright(alarm: Alarm) -> Sign:
    return Sign(alarm.time, "liquidation" if alarm.level is None else "call", _alarm_text(alarm))


def _alarm_text(alarm: Alarm) -> str:
    what = "liquidated" if alarm.level is None else f"margin call at {percent(alarm.level, 0)}"
    return f"{date_and_time(alarm.time)}  {what}: {alarm.pool}"


def _traded(report: Report) -> list[str]:
    """The markets that were traded most."""
    counts: dict[str, int] = {}
    for trade in report.trades:
        counts[trade.symbol] = counts.get(trade.symbol, 0) + 1
    return sorted(counts, key=lambda symbol: -counts[symbol])[:MOST_MARKETS]


def _price(report: Report, symbol: str) -> str:
    tape, last = report.record.tape, report.until + 1
    tick = tape.by_symbol[symbol].tick_size
    prices = tape.columns[symbol, "last"][:last].astype(np.float64) * float(tick)
    signs = [_alarm_sign(alarm) for alarm in report.alarms if alarm.symbol == symbol and alarm.price is not None]
    signs += [_fill_sign(fill, tick) for fill in report.fills if fill.symbol == symbol]
    places = price_places(tick)

    def written(value: float) -> str:
        return money(Decimal(repr(value)), 0 if value >= 1000 else places)

    pane = Pane(f"{symbol}, last price", [Line(tape.times[:last], prices, "price")], 240, written, signs[-MOST_SIGNS:])
    return chart(f"The price of {symbol} with every trade", [pane], report.start, report.end)


def _fill_sign(fill: Fill, tick: Decimal) -> Sign:
    forced = fill.reason == "liquidation"
    amount = size(fill.size).lstrip("+")
    text = f"{date_and_time(fill.time)}  {fill.side} {amount} at {price(fill.price, tick)} ({fill.reason})"
    return Sign(fill.time, "liquidation" if forced else fill.side, text, float(fill.price))


def _alarm_sign(alarm: Alarm) -> Sign:
    shape = "liquidation" if alarm.level is None else "call"
    return Sign(alarm.time, shape, _alarm_text(alarm), float(alarm.price or 0))


def _leverage(report: Report) -> str:
    samples = report.curve.samples
    times = np.array([sample.time for sample in samples], dtype=np.int64)
    values = np.array([np.nan if s.leverage is None else s.leverage for s in samples], dtype=np.float64)
    pane = Pane("value of all positions ÷ equity", [Line(times, values, "line", base=0.0)], 130, _times)
    return chart("Effective leverage through time", [pane], report.start, report.end)


def _split(report: Report) -> str:
    parts = [(SPLIT_LABELS[name], amount) for name, amount in report.split.parts().items() if amount]
    rows = [(name, float(amount), _exactly(amount)) for name, amount in [*parts, ("net profit", report.net)]]
    return bars("The parts of the net profit", rows)


def _exactly(amount: Decimal) -> str:
    return signed(amount) if not amount or abs(amount) >= Decimal("0.005") else signed(amount, 6)


def _amount(value: float) -> str:
    return money(Decimal(repr(value)), 0 if abs(value) >= 1000 else 2)


def _share(value: float) -> str:
    return percent(Decimal(repr(value)), 1)


def _times(value: float) -> str:
    return f"{value:,.1f}x"


# -- tables


def _table(section: Section) -> str:
    rows = "".join(
        f'<tr class="{"sum" if row.sum else ""}"><th scope="row">{escape(row.label)}</th>'
        f'<td class="{row.tone}">{escape(row.value)}</td></tr>'
        for row in section.rows
    )
    return f"<div><table><caption>{escape(section.title)}</caption><tbody>{rows}</tbody></table></div>"


def _trades(report: Report) -> str:
    if not report.trades:
        return "<p>No trade was made.</p>"
    css = ["words" if title in WORDS else "" for title in TRADE_TITLES]
    titles = _cells("th", TRADE_TITLES, css)
    rows = (_cells("td", trade_cells(report, number), css) for number in range(len(report.trades)))
    return _wide("Trades", titles, rows)


def _alarms(report: Report) -> str:
    if not report.alarms:
        return ""
    css = ["words", "words", "words", ""]
    rows = (
        _cells(
            "td",
            (
                date_and_time(alarm.time),
                "liquidation ✗" if alarm.level is None else f"margin call at {percent(alarm.level, 0)} ⚠",
                alarm.pool,
                "" if alarm.price is None else plain(alarm.price),
            ),
            css,
        )
        for alarm in report.alarms
    )
    return _wide("Margin calls and liquidations", _cells("th", ("time", "what", "pool", "mark"), css), rows)


def _cells(tag: str, cells: Sequence[str], css: Sequence[str]) -> str:
    return "".join(f'<{tag} class="{each}">{escape(cell)}</{tag}>' for cell, each in zip(cells, css, strict=True))


def _wide(title: str, titles: str, rows: Iterable[str]) -> str:
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<section class="wide"><table><caption>{escape(title)}</caption>'
        f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></section>"
    )


def _about(report: Report) -> str:
    setup, tape = report.record.setup, report.record.tape
    switches = ", ".join(f"{name} {'on' if on else 'off'}" for name, on in _switches(report))
    rows = (
        ("venue", setup.venue),
        ("margin mode", f"{' and '.join(report.modes)}, {setup.mode} where an order says none"),
        ("changed from the venue", ", ".join(" ".join(each) for each in setup.overrides) or "nothing"),
        ("first deposit", f"{money(setup.balance)} {report.quote}"),
        ("costs", switches),
        ("commands", f"{len(report.record.commands):,}"),
        ("prices", f"{tape.origin.description} ({tape.origin.kind}), {len(tape):,} vertices"),
        ("notes on the prices", " ".join(tape.origin.notes) or "none"),
        ("from, to", f"{iso(report.start)} to {iso(report.end)}, vertex {report.until:,}"),
        ("tape", tape.digest),
        ("state at the end", f"{report.state}, {report.hash}"),
    )
    cells = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows)
    note = "Made by isocross, a simulator: no real money, and nothing here is advice. Times are UTC."
    return (
        f'<section class="wide about"><table><caption>The session</caption><tbody>{cells}</tbody></table></section>'
        f"<footer>{note}</footer>"
    )


def _switches(report: Report) -> tuple[tuple[str, bool], ...]:
    setup = report.record.setup
    return ("fees", setup.fees), ("funding", setup.funding), ("slippage", setup.slippage)
