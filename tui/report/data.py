"""A report as data: one JSON object, or tables of comma-separated values. Exact numbers are written as strings."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal

from engine.events import iso
from engine.numbers import plain
from engine.report import Report
from engine.report.trades import Trade
from tui.report.curves import below_best

CURVE_COLUMNS = ("time", "step", "equity", "profit", "growth", "below_best", "effective_leverage")
TRADE_COLUMNS = (
    *("number", "symbol", "position", "side", "mode", "opened", "closed", "size", "value", "entry_price", "exit_price"),
    *("ended_by", "liquidated", "result", "adverse", "favourable", "stop", "risk", "multiple"),
)


def json_text(name: str, report: Report) -> str:
    """All of it; times are ISO 8601 UTC, lengths of time milliseconds, ratios plain numbers, what is undefined null."""
    return json.dumps(_figures(name, report), indent=1, ensure_ascii=False) + "\n"


def _figures(name: str, report: Report) -> dict[str, object]:
    record, origin = report.record, report.record.tape.origin
    return {
        "name": name,
        "setup": _setup(report),
        "tape": {"digest": record.tape.digest, "kind": origin.kind, "description": origin.description},
        "commands": len(record.commands),
        "start": iso(report.start),
        "end": iso(report.end),
        "step": report.until,
        "state": report.state,
        "state_hash": report.hash,
        "asset": report.quote,
        "put_in": plain(report.put_in),
        "taken_out": plain(report.taken_out),
        "equity": plain(report.equity),
        "net": plain(report.net),
        "return": _exact(report.curve.total),
        "split": _split(report.split.parts()),
        "split_of_no_trade": _split(report.rest.parts()),
        "ratios": {**asdict(report.ratios), "period": report.curve.period, "returns": len(report.curve.returns)},
        "drawdown": _drawdown(report),
        "exposure": asdict(report.exposure),
        "calls": report.calls,
        "liquidations": report.liquidations,
        "trades": {key: _jsonable(value) for key, value in asdict(report.figures).items()},
        "each_trade": [_trade(number, trade) for number, trade in enumerate(report.trades, 1)],
        "flows": [_happened(asdict(flow)) for flow in report.flows],
        "alarms": [_happened(asdict(alarm)) for alarm in report.alarms],
        "fills": [_happened(asdict(fill)) for fill in report.fills],
        "curve": [dict(zip(CURVE_COLUMNS, row, strict=True)) for row in _samples(report)],
    }


def _setup(report: Report) -> dict[str, object]:
    setup = report.record.setup
    return {key: _jsonable(value) for key, value in asdict(setup).items()} | {"modified": list(setup.modified)}


def _split(parts: dict[str, Decimal]) -> dict[str, str]:
    return {name: plain(amount) for name, amount in parts.items()}


def _drawdown(report: Report) -> dict[str, object]:
    figures = report.drawdown
    return {
        "share": figures.share,
        "from": None if figures.fall is None else iso(figures.fall.peak),
        "to": None if figures.fall is None else iso(figures.fall.trough),
        "money": plain(figures.money),
        "money_from": None if figures.money_fall is None else iso(figures.money_fall.peak),
        "money_to": None if figures.money_fall is None else iso(figures.money_fall.trough),
        "under_water": figures.under_water,
        "longest_under_water": figures.longest,
        "recovered": figures.recovered,
    }


def _trade(number: int, trade: Trade) -> dict[str, object]:
    row: dict[str, object] = dict(zip(TRADE_COLUMNS, _trade_row(number, trade), strict=True))
    return row | {"split": _split(trade.split.parts())}


def _trade_row(number: int, trade: Trade) -> Sequence[object]:
    closed = None if trade.closed is None else iso(trade.closed)
    amounts = (trade.result, trade.adverse, trade.favourable, trade.stop, trade.risk, trade.multiple)
    prices = (trade.size, trade.value, trade.entry_price, trade.exit_price)
    what = (number, trade.symbol, trade.name, trade.side, trade.mode, iso(trade.opened), closed)
    return (*what, *map(_exact, prices), trade.end or None, trade.liquidated, *map(_exact, amounts))


def _samples(report: Report) -> Iterable[Sequence[object]]:
    for sample, below in zip(report.curve.samples, below_best(report), strict=True):
        money = plain(sample.equity), plain(sample.profit)
        yield iso(sample.time), sample.step, *money, sample.growth, below, sample.leverage


def _happened(row: dict[str, object]) -> dict[str, object]:
    return {
        key: iso(value) if key == "time" and isinstance(value, int) else _jsonable(value) for key, value in row.items()
    }


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _jsonable(value: object) -> object:
    return plain(value) if isinstance(value, Decimal) else value


def curve_csv(report: Report) -> str:
    """The equity curve, a row a sample."""
    return _csv(CURVE_COLUMNS, _samples(report))


def trades_csv(report: Report) -> str:
    """The trades, a row each, their results taken apart."""
    parts = tuple(report.split.parts())
    rows = (
        [*_trade_row(number, trade), *map(plain, trade.split.parts().values())]
        for number, trade in enumerate(report.trades, 1)
    )
    return _csv((*TRADE_COLUMNS, *parts), rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return written.getvalue()
