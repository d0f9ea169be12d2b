"""What would work, where a scenario file holds something else: an example of every field, and TOML that is none."""

from __future__ import annotations

import re
from collections.abc import Mapping

SYNTAX_EXAMPLE = 'key = "text", key = 5, [table], or """a text of several lines"""'

FIELD_EXAMPLES: Mapping[str, str] = {
    "id": 'id = "my-lesson"',
    "title": 'title = "A few words"',
    "teaches": 'teaches = "One sentence."',
    "needs": 'needs = ["isolated-margin"]',
    "solution": 'solution = """commands, a line each"""',
    "book": 'book = """commands, a line each"""',
    "venue": 'venue = "hyperliquid"',
    "mode": 'mode = "isolated"',
    "balance": "balance = 1000",
    "slippage": "slippage = false",
    "fees": "fees = false",
    "funding": "funding = false",
    "set": 'set = ["maintenance ETH 1%"]',
    "prices": 'ETH = "0 2000, 30m 1950"',
    "marks": 'ETH = "0 2000, 30m 1950"',
    "premiums": 'ETH = "0 0.5%"',
    "ticks": 'ETH = "0.01"',
    "step": 'step = "1m"',
    "start": 'start = "2024-01-01"',
    "wiggle": 'wiggle = "0.2%"',
    "regime": 'regime = "crash"',
    "seed": "seed = 7",
    "days": "days = 2",
    "markets": 'markets = ["BTC", "ETH"]',
    "episode": 'episode = "luna"',
    "from": 'from = "2022-05-08"',
    "to": 'to = "2022-05-09T12:00Z"',
    "files": 'ETH = "my-eth.csv"',
    "keys": 'keys = "buy $1000 ETH 2x", or """commands, a line each"""',
    "script": 'script = """commands, a line each"""',
    "par": "par = 1000",
    "forced_close": 'forced_close = ["ETH"]',
    "also": 'also = "no liquidation"',
    "ghost": 'ghost = "cross"',
    "minimum_days": "minimum_days = 3",
    "target": 'target = "10%"',
    "daily_loss": 'daily_loss = "5%"',
    "trailing_drawdown": 'trailing_drawdown = "6%"',
}
"""What would work in a field that holds something of another type."""

_NO_VALUE = re.compile(r"=\s*(\w+)\s*(?:#.*)?$")
_TRUTHS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


def syntax_error(reason: str, row: str) -> tuple[str, str]:
    """What is wrong with a line that TOML can’t be, in an author’s words, and what would work."""
    key = row.partition("=")[0].strip()
    if any(mark in row.partition("=")[2].lstrip()[:1] for mark in "“”„‘’"):
        return "typographic quotes hold no text together", f'{key} = "…", with straight quotes'
    if (word := _NO_VALUE.search(row)) and word[1].lower() in _TRUTHS:
        return f"“{word[1]}” is no value", f"{key} = {_TRUTHS[word[1].lower()]}"
    if re.search(r"=\s*[0-9]+,[0-9]", row):
        return "a number has no commas", f"{key} = {row.partition('=')[2].strip().replace(',', '')}"
    if reason == "Invalid value":
        return "this is no value: a text stands between quotes", f'{key} = "…"'
    if reason == "Cannot overwrite a value" and row.lstrip().startswith("["):
        return f"{row.strip()} is there already, and not as this", "[[steps]] above every step, [section] once"
    if reason == "Cannot overwrite a value":
        return f"“{key}” is there twice", "one of them"
    if reason.startswith("Cannot declare"):
        return f"{row.strip()} is there twice", "one of them"
    if "after a key" in reason:
        return "this is no “key = value”", 'key = "text"; a text that a """ above began may not have been closed'
    return f"this is no TOML: {reason[:1].lower() + reason[1:]}", SYNTAX_EXAMPLE
