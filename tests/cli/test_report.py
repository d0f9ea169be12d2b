"""`isocross report`: what a session came to, as text, a page, tables and JSON; refused without harm."""

from __future__ import annotations

import csv
import json
import math
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.report import report_of
from saves import Library
from tests.cli.command_line import ARTICLE, Isocross, written
from tests.engine.report.test_ratios import check_against_empyrical
from tui.cli.report import scripted
from tui.report.data import CURVE_COLUMNS, TRADE_COLUMNS

AUGUST = """\
buy $20000 ETH 12x
sell $10000 BTC 5x sl 8%
@ +3d
buy $8000 ETH 4x tp 12% sl 8%
@ +3d
close BTC
@ end
"""
EMPTY = "venue hyperliquid\nbalance 10000\npath ETH 1m 2000 2100\n"


@pytest.fixture
def saved(isocross: Isocross, article: Path) -> str:
    """The article's session in the library."""
    assert isocross("run", article, "--save", "The article").status == 0
    return "The article"


def test_text(isocross: Isocross, saved: str) -> None:
    told = isocross("report", saved)
    assert (told.status, told.err) == (0, "")
    with Library.open() as library:
        session = library.record(library.find(saved).id)
    assert f"prices {session.tape.digest}" in told.out
    for words in ("Net profit", "price", "slippage", "maximum drawdown", "win rate", "liquidations", "prices"):
        assert words in told.out


def test_a_script_is_reported_like_its_session(isocross: Isocross, saved: str, article: Path) -> None:
    one, other = isocross("report", saved), isocross("report", "--script", article)
    assert one.out.splitlines()[1:] == other.out.splitlines()[1:]


def test_two_beside_each_other(isocross: Isocross, saved: str, tmp_path: Path) -> None:
    cross = written(tmp_path / "cross.txt", re.sub(r"\biso\b", "cross", ARTICLE.replace("isolated", "cross")))
    assert isocross("run", cross, "--save", "In cross").status == 0
    told = isocross("report", saved, "In cross")
    assert told.status == 0
    (names,) = [line for line in told.out.splitlines() if line.split() == ["The", "article", "In", "cross"]]
    net = next(line for line in told.out.splitlines() if line.strip().startswith("net profit"))
    one, other = (json.loads(isocross("report", name, "--json", "-").out)["net"] for name in (saved, "In cross"))
    figures = [each.replace("−", "-").replace("+", "").replace(",", "") for each in net.split()[2:]]
    assert [Decimal(each) for each in figures] == [round(Decimal(each), 2) for each in (one, other)]
    assert len(names) == len(net)


def test_json_has_everything_exact(isocross: Isocross, saved: str) -> None:
    told = isocross("report", saved, "--json", "-")
    report = json.loads(told.out)
    assert sum(map(Decimal, report["split"].values())) == Decimal(report["net"])
    assert Decimal(report["equity"]) + Decimal(report["taken_out"]) - Decimal(report["put_in"]) == Decimal(
        report["net"]
    )
    trades = [sum(map(Decimal, trade["split"].values())) for trade in report["each_trade"]]
    assert trades == [Decimal(trade["result"]) for trade in report["each_trade"]]
    rest = sum(map(Decimal, report["split_of_no_trade"].values()))
    assert sum(trades, rest) == Decimal(report["net"])
    assert report["state_hash"] in isocross("report", saved).out
    assert [row["equity"] for row in report["curve"]][-1] == report["equity"]


def test_what_is_undefined_is_null_and_blank(isocross: Isocross, tmp_path: Path) -> None:
    script = written(tmp_path / "empty.txt", EMPTY)
    report = json.loads(isocross("report", "--script", script, "--json", "-").out)
    assert (report["return"], report["ratios"]["sharpe"], report["trades"]["win_rate"]) == (None, None, None)
    text = isocross("report", "--script", script).out
    assert re.search(r"Sharpe +–", text)
    assert re.search(r"win rate +–", text)
    page = tmp_path / "empty.html"
    assert isocross("report", "--script", script, "--html", page).status == 0
    assert "No trade was made." in page.read_text(encoding="utf-8")


def test_tables(isocross: Isocross, saved: str, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    told = isocross("report", saved, "--csv", folder)
    assert told.out.splitlines() == [f"wrote {folder / 'curve.csv'}", f"wrote {folder / 'trades.csv'}"]
    report = json.loads(isocross("report", saved, "--json", "-").out)
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == CURVE_COLUMNS
    assert [row["equity"] for row in rows] == [row["equity"] for row in report["curve"]]
    with (folder / "trades.csv").open(encoding="utf-8") as file:
        trades = list(csv.DictReader(file))
    assert tuple(trades[0])[: len(TRADE_COLUMNS)] == TRADE_COLUMNS
    assert [row["result"] for row in trades] == [row["result"] for row in report["each_trade"]]


def test_tables_beside_a_file_that_is_named(isocross: Isocross, saved: str, tmp_path: Path) -> None:
    assert isocross("report", saved, "--csv", tmp_path / "mine.csv").status == 0
    assert sorted(each.name for each in tmp_path.glob("*.csv")) == ["mine-trades.csv", "mine.csv"]


class _Page(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [str(value) for name, value in attrs if name in ("src", "href", "xlink:href", "srcset", "data")]
        self.fetched += [tag] if tag in ("script", "link", "iframe", "object", "img", "base", "form") else []


def page_of(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    page.close()
    return page


def test_a_page_needs_nothing_else(isocross: Isocross, saved: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert isocross("report", saved, "--html", file).out == f"wrote {file}\n"
    text = file.read_text(encoding="utf-8")
    page = page_of(text)
    assert page.fetched == []
    assert not re.search(r"https?:|url\(|@import|javascript:", text)
    assert page.tags.count("svg") >= 4
    assert "prefers-color-scheme: dark" in text
    report = json.loads(isocross("report", saved, "--json", "-").out)
    assert report["state_hash"] in text
    assert report["tape"]["digest"] in text
    for number in re.findall(r' (?:x|y|x1|x2|y1|y2|width|height)="([^"]+)"', text):
        assert math.isfinite(float(number))


def test_names_are_text_and_nothing_else(isocross: Isocross, article: Path, tmp_path: Path) -> None:
    name = "<script>alert('1')</script>&"
    assert isocross("run", article, "--save", name).status == 0
    file = tmp_path / "report.html"
    assert isocross("report", name, "--html", file).status == 0
    text = file.read_text(encoding="utf-8")
    assert page_of(text).fetched == []
    assert "&lt;script&gt;alert" in text


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["isolated", "cross"])
def test_a_session_on_real_prices(shared_folder: Path, tmp_path: Path, mode: str) -> None:
    """Eleven days of August 2024, with the crash of the fifth: its figures are empyrical's."""
    real = shared_folder / "prices" / "real"
    files = " ".join(f"{coin}={real / f'{coin}_USDT-1m.feather'}" for coin in ("BTC", "ETH"))
    script = f"mode {mode}\nprices {files} from 2024-08-01 to 2024-08-12\n{AUGUST}"
    _, record = scripted(str(written(tmp_path / "august.txt", script)))
    report = report_of(record)
    assert report.liquidations == (mode == "isolated")
    assert (report.curve.period, len(report.curve.returns)) == (3_600_000, 264)
    check_against_empyrical(report)


# -- refused


def test_nothing_is_overwritten(isocross: Isocross, saved: str, tmp_path: Path) -> None:
    there = written(tmp_path / "there.html", "mine")
    for option in ("--html", "--json"):
        told = isocross("report", saved, option, there)
        assert (told.status, told.out) == (2, "")
        assert "is there already, and is not overwritten" in told.err
    written(tmp_path / "trades.csv", "mine")
    assert isocross("report", saved, "--csv", tmp_path).status == 2
    assert there.read_text() == (tmp_path / "trades.csv").read_text() == "mine"
    assert not (tmp_path / "curve.csv").exists()


def test_where_nothing_can_be_written(isocross: Isocross, saved: str, tmp_path: Path) -> None:
    told = isocross("report", saved, "--html", tmp_path / "no" / "folder" / "report.html")
    assert told.status == 2
    assert "can’t be written" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "a saved session or a script"),
        (("one", "--script", "two"), "a saved session or a script"),
        (("one", "two", "--html", "x.html"), "files are of one session"),
        (("nosuch",), "nosuch"),
        (("--script", "nosuch.txt"), "no such file"),
        (("one", "two", "three"), "three"),
    ],
)
def test_refusals_say_why(isocross: Isocross, words: tuple[str, ...], reason: str) -> None:
    told = isocross("report", *words)
    assert (told.status, told.out) == (2, "")
    assert reason in told.err
    assert len(told.err.splitlines()) == 1


def test_its_help(isocross: Isocross) -> None:
    told = isocross("report", "--help")
    assert told.status == 0
    assert "--html" in told.out


def test_its_head_says_the_modes_that_were_traded_in(isocross: Isocross, tmp_path: Path) -> None:
    start = f"{EMPTY}mode isolated\n"
    for commands, modes in (
        ("", "hyperliquid, isolated"),
        ("buy $100 ETH", "hyperliquid, isolated"),
        ("buy $100 ETH cross", "hyperliquid, cross"),
        ("buy $100 ETH cross\nclose ETH\nbuy $100 ETH iso", "hyperliquid, isolated and cross"),
    ):
        script, page = (
            written(tmp_path / "modes.txt", f"{start}{commands}\n@ end\n"),
            tmp_path / f"{len(commands)}.html",
        )
        assert f"\n{modes}" in isocross("report", "--script", script).out
        assert isocross("report", "--script", script, "--html", page).status == 0
        assert f"<p>{modes} ·" in page.read_text(encoding="utf-8")
