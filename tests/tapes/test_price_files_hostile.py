"""Whatever bytes come, reading ends with bars or with a PriceFileError that is safe to print."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.tapes.bars import tape_from_bars
from engine.tapes.price_files import PriceFileError, read_prices, unpack
from tests.tapes.test_price_files import JSONS, T0, csv, klines, row


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped({"a.csv": csv(klines())}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def bad_row(cell: str) -> bytes:
    return csv([row(0), row(1).replace("101.25", cell), *(row(place) for place in range(2, 60))], "t,o,h,l,c,v")


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "file: the file is empty|x.csv: the file is empty"),
    "white space": (lambda: b" \n\r\n\t", "the file is empty"),
    "noise": (lambda: bytes(range(256)) * 40, "line 1: a zero byte"),
    "a zero byte": (lambda: csv([row(0), "1\0", row(2)]), "line 2: a zero byte"),
    "no UTF-8": (lambda: csv([row(0), "é"]).decode().encode("latin-1"), "line 2: this is not UTF-8 text"),
    "a long line": (lambda: b"1," * 5_000_000, "line 1: a line of 10,000,000 characters"),
    "a huge number": (lambda: bad_row("1e400"), "line 3: a price too large"),
    "a large number": (lambda: bad_row("9" * 30), "line 3: a price too large"),
    "infinity": (lambda: bad_row("inf"), "line 3"),
    "a word": (lambda: bad_row("abc"), "line 3: 'abc' in column 'h' is no number"),
    "an escape": (lambda: bad_row("\x1b[31mred"), r"line 3: '\\x1b\[31mred' in column"),
    "a line of text": (lambda: b"\x1b]0 title\x07 hello", "no table"),
    "deep JSON": (lambda: b"[" * 200_000, "JSON"),
    "JSON of nothing": (lambda: b"{}", "no rows of numbers"),
    "half a JSON": (lambda: json.dumps(JSONS["ccxt"]).encode()[:-9], "no whole JSON"),
    "JSON of wrong types": (lambda: b'[[{"a":1},[2],3,4,5],[1,2,3,4,5]]', "row 1"),
    "JSON of words": (lambda: b'[["a","b","c","d","e"],["f","g","h","i","j"]]', "row 1"),
    "JSON of rows and words": (lambda: b'[[1650000000,1,2,1,2,1],"x",[1]]', "row 2"),
    "JSON of uneven rows": (lambda: b"[[1650000000,1,2,1,2],[1650000060,1,2],[1650000120,1,2,1,2]]", "row"),
    "JSON of an endless integer": (lambda: b"[[1650000000,1,2,1," + b"9" * 5000 + b"],[1650000060,1,2,1,2]]", "."),
    "an error answer": (lambda: b'{"code":-1121,"msg":"Invalid symbol."}', "it says 'Invalid symbol.'"),
    "a broken zip": (lambda: zipped({"a.csv": csv(klines())})[:-30], "zip is damaged"),
    "an encrypted zip": (encrypted, "encrypted"),
    "two files": (lambda: zipped({"a.csv": b"1", "../../b\x1b.csv": b"2"}), "2 files"),
    "an empty zip": (lambda: zipped({}), "holds no file"),
    "a zip in a zip": (lambda: zipped({"a.zip": zipped({"b.csv": b"1"})}), "archive inside an archive"),
    "a workbook": (lambda: zipped({"xl/workbook.xml": b"1"}), "Excel"),
    "half a gzip": (lambda: gzip.compress(csv(klines()))[:-12], "gzip data are damaged"),
    "a database": (lambda: b"SQLite format 3\0" + bytes(50), "SQLite"),
    "no feather": (lambda: b"FEA1" + bytes(50), "old version 1"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_with_a_reason(what: str) -> None:
    make, reason = HOSTILE[what]
    with pytest.raises(PriceFileError, match=reason) as refused:
        read_prices("/a/folder/x.csv", make())
    assert str(refused.value).isprintable()
    assert "folder" not in str(refused.value)


def test_paths_in_a_zip_are_only_names() -> None:
    read = read_prices("x.zip", zipped({"../../../etc/ETHUSDT-1m.csv": csv(klines())}))
    assert read.report.symbol == "ETH"


def test_bombs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "LARGEST_FILE", 100_000)
    zeros = bytes(1_000_000)
    lying = bytearray(zipped({"a.csv": zeros}))
    directory = lying.index(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = (5).to_bytes(4, "little")  # the size that the zip states
    for data in (gzip.compress(zeros), zipped({"a.csv": zeros}), b"1" * 100_001, bytes(lying)):
        with pytest.raises(PriceFileError, match=r"holds more than|damaged|zero byte"):
            read_prices("x.csv", data)


def test_the_name_of_the_file_is_made_printable() -> None:
    with pytest.raises(PriceFileError) as refused:
        read_prices("C:\\me\\\x1b[2J\n.csv", b"")
    assert refused.value.file == "\\x1b[2J\\n.csv"
    assert refused.value.line is None


def outcome(data: bytes) -> None:
    """Read `data`; what comes out must be sound, and an error must be printable."""
    refusal = ""
    try:
        read = read_prices("BTCUSDT-1m.csv", data)
    except PriceFileError as error:
        refusal = str(error)
    assert refusal.isprintable()
    if refusal:
        return
    bars = read.bars
    assert (np.diff(bars.times) > 0).all()
    assert (bars.low >= 1).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert all(line.isprintable() for line in read.report.lines())
    tape_from_bars([bars], description="x", notes=read.report.notes())


ROWS = [row(place, (100.5 + place, 101.25 + place, 99.75 + place, 100.75 + place)) for place in range(12)]
DATED = [f"2022-04-1{place} 05:20:00,1.5,2.25,1,2,5" for place in range(9)]
SEEDS = [
    csv(ROWS, "time,open,high,low,close,volume"),
    csv(klines()),
    csv(DATED, "date,open,high,low,close,volume", "\r\n"),
    csv([line.replace(",", ";") for line in ROWS]),
    csv(['"Mar 01, 2022","1,420.3","1,400","1,500","1,300","5K"'] * 2, '"Date","Price","Open","High","Low","Vol."'),
    *(json.dumps(content).encode() for content in JSONS.values()),
    zipped({"a.csv": csv(klines())}),
    gzip.compress(csv(ROWS)),
]
SPLICES = [
    *(b"1e400", b"nan", b"-", b"\n", b",", b'"', b"\0", b"\x1b[31m", b"9" * 30, b"null", b"[", b"{", b"}", b"0", b"-1"),
    *(b"inf", b"\xff", b"E+12", b"true", b"2020-02-30", b";", b"\t", b"\xd9\xa3", b"1_0", b"\xe2\x80\xae", b""),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid file with a few cuts, splices and flipped bytes."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 12)))
        data[at:end] = draw(st.one_of(st.sampled_from(SPLICES), st.binary(max_size=6)))
    return bytes(data)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_mutated_files(data: bytes) -> None:
    outcome(data)


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    outcome(data)


WORDS = st.text('abc 019.-:,"\x1b\u202e', max_size=5)
CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.just(T0), st.just([1]))


@given(st.lists(st.lists(CELLS, max_size=8), max_size=6))
def test_json_of_anything(rows: list[list[object]]) -> None:
    outcome(json.dumps(rows).encode())


@given(st.recursive(CELLS, lambda inner: st.one_of(st.lists(inner), st.dictionaries(WORDS, inner)), max_leaves=20))
def test_json_of_any_shape(content: object) -> None:
    outcome(json.dumps(content).encode())
