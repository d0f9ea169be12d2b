"""Scripts without a screen: what is printed, and what a bad one is told."""

from __future__ import annotations

import json
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.script import ScriptError, read_script
from engine.session import Session
from tests.cli.command_line import ARTICLE, BARS, Isocross, written
from tui.cli.headless import Output, Unsaved, play
from tui.cli.summary import tell_summary


def test_the_article_ends_one_position_and_not_the_wallet(isocross: Isocross, article: Path) -> None:
    result = isocross("run", article)
    assert result.status == 0
    assert result.err == ""
    lines = result.out.splitlines()
    assert lines[0] == "2024-01-01T00:00:00Z  CASH    deposited 2,000.00"
    assert lines[1] == "2024-01-01T00:00:00Z  FILL    buy 5 ETH @ 2,000.00, 1,000.00 posted"
    assert lines[2].startswith("2024-01-01T00:02:00Z  LIQ     the ETH pool is liquidated at 1,700.00")
    assert "equity 1,000.00   wallet 1,000.00" in result.out
    assert "conserved: yes" in lines[-1]


def test_json_is_one_object_a_line_and_a_summary(isocross: Isocross, article: Path) -> None:
    result = isocross("run", article, "--json")
    assert result.status == 0
    assert [row["kind"] for row in result.rows] == ["deposit", "fill", "liquidation", "takeover", "summary"]
    assert all({"step", "time", "kind", "symbol", "pool"} <= row.keys() for row in result.rows)
    fill = result.rows[1]
    assert (fill["step"], fill["time"], fill["symbol"], fill["pool"]) == (0, "2024-01-01T00:00:00Z", "ETH", "iso:ETH")
    assert (fill["size"], fill["price"], fill["fee"], fill["posted"]) == ("5", "2000", "0", "1000")
    summary = result.rows[-1]
    figures = {name: summary[name] for name in ("wallet", "equity", "fees", "funding", "positions", "orders", "funds")}
    assert figures == {
        "wallet": "1000",
        "equity": "1000",
        "fees": "0",
        "funding": "0",
        "positions": [],
        "orders": [],
        "funds": {"vault": "9999500", "fees": "0", "unpaid": "0"},
    }
    assert [pool["key"] for pool in summary["pools"]] == ["cross"]  # type: ignore[attr-defined]
    assert summary["conserved"] is True
    assert summary["modified"] == ["slippage off", "fees off"]
    assert len(str(summary["state_hash"])) == 64
    assert isocross("run", article, "--json").out == result.out


def test_open_positions_and_orders_are_in_the_summary(isocross: Isocross, tmp_path: Path) -> None:
    text = "slippage off\nfees off\npath ETH 1m 2000 2100\nbuy 1 ETH 10x cross sl 1900\n@ end"
    summary = isocross("run", written(tmp_path / "s.txt", text), "--json").rows[-1]
    assert summary["positions"][0]["size"] == "1"  # type: ignore[index]
    assert summary["positions"][0]["unrealised"] == "100"  # type: ignore[index]
    assert summary["orders"][0]["id"] == "c1.sl"  # type: ignore[index]
    plain = isocross("run", tmp_path / "s.txt").out
    assert "ETH long 1 (cross) from 2,000.00, mark 2,100.00, unrealised 100.00" in plain
    assert "order c1.sl: stop sell 1 ETH at 1900" in plain


def test_a_bad_script_says_its_file_and_line_and_plays_nothing(isocross: Isocross, tmp_path: Path) -> None:
    file = written(tmp_path / "bad.txt", ARTICLE + "fly to the moon\n")
    result = isocross("run", file, "--json")
    assert result.status == 2
    assert result.out == ""
    assert result.err.startswith(f"isocross: {file} line 13: “fly” is neither set-up nor a command; try: ")


REFUSING = "path ETH 1m 2000 2100 2200\nbuy 1 DOGE\nbuy 1 ETH 10x iso\n@ 1999-01-01\n@ +1m\n"


def test_a_refused_command_is_reported_and_the_run_goes_on(isocross: Isocross, tmp_path: Path) -> None:
    file = written(tmp_path / "plan.txt", REFUSING.replace("1999", "2023"))
    result = isocross("run", file, "--json")
    assert result.status == 0
    refused = [row for row in result.rows if row["kind"] == "refused"]
    assert [(row["line"], row["text"]) for row in refused] == [(2, "buy 1 DOGE"), (4, "@ 2023-01-01")]
    assert refused[0]["reason"]
    assert refused[0]["would_work"] == "there are ETH"
    assert result.rows[-1]["refused"] == 2
    assert result.rows[-1]["step"] == 1
    assert "refused commands: 2" in isocross("run", file).out


def test_a_strict_run_stops_at_the_first_refusal(isocross: Isocross, tmp_path: Path) -> None:
    file = written(tmp_path / "plan.txt", REFUSING)
    result = isocross("run", file, "--json", "--strict")
    assert result.status == 2
    assert [row["kind"] for row in result.rows] == ["deposit", "refused", "summary"]
    assert result.err == f"isocross: {file} line 2: there is no market DOGE on this tape; there are ETH\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("@ liquidation", "no liquidation came before the last price, of 2024-01-01T00:02:00Z"),
        ("@ +1h", "that is after the last price, of 2024-01-01T00:02:00Z"),
        ("@ +1s", "time stands still: the next price is of 2024-01-01T00:01:00Z"),
        ("end\n@ +1m", "the session has ended"),
    ],
)
def test_a_move_that_leads_elsewhere_says_so(isocross: Isocross, tmp_path: Path, line: str, said: str) -> None:
    file = written(tmp_path / "plan.txt", "path ETH 1m 2000 2100 2200\n" + line)
    remarks = [row for row in isocross("run", file, "--json").rows if row["kind"] == "remark"]
    assert [row["text"] for row in remarks] == [said]
    assert said in isocross("run", file).out


def test_time_stops_at_the_event_that_is_waited_for(isocross: Isocross, tmp_path: Path) -> None:
    text = (
        "slippage off\nfees off\nfunding off\npath ETH 1m 2000 1990 1980 1970\nbuy 1 ETH at 1985 5x\n@ fill\nnote here"
    )
    rows = isocross("run", written(tmp_path / "s.txt", text), "--json").rows
    assert [(row["kind"], row["step"]) for row in rows[2:4]] == [("fill", 2), ("note", 2)]


def test_price_files_are_looked_for_beside_the_script(
    isocross: Isocross, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    written(folder / "my bars.csv", BARS)
    file = written(folder / "plan.txt", 'prices BTC="my bars.csv"\nbuy 1 BTC 2x\n@ end')
    monkeypatch.chdir(tmp_path)
    summary = isocross("run", file, "--json").rows[-1]
    assert summary["tape"]["kind"] == "real bars"  # type: ignore[index]
    assert summary["tape"]["description"] == "BTC from my bars.csv"  # type: ignore[index]
    assert summary["step"] == 11


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ("prices BTC=gone.csv", "line 2: {folder}/gone.csv: there is no such file"),
        ("prices BTC=.", "line 2: {folder} is a folder"),
        ("prices BTC=/dev/zero", "line 2: /dev/zero is a device or a pipe, not a file"),
        ("prices BTC=junk.csv", "line 2: junk.csv line 1"),
        ("prices BTC=bars.csv from 2030-01-01", "line 2: bars.csv"),
        ("prices BTC=bars.csv to 2022-11-08", "line 2: no bar lies wholly in the time asked for"),
    ],
)
def test_prices_that_cannot_be_had_are_refused_by_their_line(
    isocross: Isocross, tmp_path: Path, prices: str, said: str
) -> None:
    written(tmp_path / "bars.csv", BARS)
    (tmp_path / "junk.csv").write_bytes(bytes(range(256)) * 40)
    file = written(tmp_path / "plan.txt", f"balance 5000\n{prices}\nbuy 1 BTC")
    result = isocross("run", file)
    assert result.status == 2
    assert result.out == ""
    assert f"plan.txt {said.format(folder=tmp_path)}" in result.err


def test_a_script_with_a_digest_refuses_other_prices(isocross: Isocross, tmp_path: Path, article: Path) -> None:
    digest = str(isocross("run", article, "--json").rows[-1]["tape"]["digest"])  # type: ignore[index]
    assert isocross("run", written(tmp_path / "same.txt", f"digest {digest[:16]}\n{ARTICLE}")).status == 0
    other = written(
        tmp_path / "other.txt", f"{ARTICLE.replace('1950', '1951')}".replace("fees off", f"fees off\ndigest {digest}")
    )
    result = isocross("run", other)
    assert result.status == 2
    assert "other.txt line 6: these are other prices" in result.err


def test_a_script_comes_from_the_standard_input(isocross: Isocross, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(ARTICLE.encode())))
    assert isocross("run", "-").status == 0
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"path\n\xff")))
    assert "standard input line 2: this is not text in UTF-8" in isocross("run", "-").err


def test_a_run_that_is_not_saved_touches_no_disk(isocross: Isocross, article: Path, isocross_home: Path) -> None:
    assert isocross("run", article).status == 0
    assert list(isocross_home.iterdir()) == []


# -- anything at all

COMMANDS = [
    *("buy 1 ETH 10x iso", "sell $5000 ETH 20x cross", "buy 50% SOL 5x iso tp 120 sl 90", "sell 10 SOL at 104 3x"),
    *("buy 2 ETH stop 2010", "close ETH", "close SOL 50%", "flatten", "cancel all", "cancel c1", "reverse ETH"),
    *("margin ETH +50", "margin ETH -20", "leverage SOL 3x", "mode ETH cross", "deposit 100", "cash out 50", "note hm"),
    *("@ +1m", "@ +3m", "@ any", "@ fill", "@ liquidation", "@ 00:02", "@ 2024-01-01", "@ end", "end"),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(1500, 2500), min_size=2, max_size=9),
    st.lists(st.sampled_from(COMMANDS), max_size=12),
    st.booleans(),
)
def test_any_plan_is_played_to_its_end(prices: list[int], lines: list[str], fees: bool) -> None:
    path = " ".join(("!" if place and price % 7 == 0 else "") + str(price) for place, price in enumerate(prices))
    text = f"fees {'on' if fees else 'off'}\npath ETH 1m {path}\npath SOL 1m 100 95 105\n" + "\n".join(lines)
    try:
        script = read_script("plan", text)
    except ScriptError:
        assert "reverse ETH" in lines
        return
    told = StringIO()
    output = Output(told, as_json=True)
    player = Unsaved(Session(script.setup, script.recipe.tape()))  # type: ignore[union-attr]
    refused = play(script, player, output)
    assert tell_summary(script, player.session, refused, None, output)
    rows = [json.loads(line) for line in told.getvalue().splitlines()]
    assert rows[-1]["kind"] == "summary"
    steps = [row["step"] for row in rows]
    assert steps == sorted(steps)
