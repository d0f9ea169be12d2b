"""The runner itself: what it makes of rows that conform, differ, are out of scope, or that nobody understands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import run as runner
from tests.conformance.__main__ import main
from tests.conformance.comparison import differences
from tests.conformance.run import BadFile, Library, Row, library, load, run
from tests.conformance.shape import Adapter, Inputs, NotApplicable, adapter


@adapter("corner", "size", "price", gives=("notional", "value"), optional=("side",))
def notional(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Any]:
    product = Decimal(inputs["size"]) * Decimal(inputs["price"])
    return {"notional": product, "value": product}


@adapter("corner", "size", "price", "rate", gives=("notional",))
def with_rate(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Any]:
    return {"notional": Decimal(inputs["rate"])}


@adapter("corner", "size", "price", gives=("notional",), named="Inverse")
def inverse_notional(inputs: Inputs, expected: Mapping[str, Any]) -> dict[str, Any]:
    return {"notional": Decimal(inputs["size"]) / Decimal(inputs["price"])}


@adapter("corner", "divisor", gives=("value",))
def crashes(inputs: Inputs, expected: Mapping[str, Any]) -> Decimal:
    return Decimal(1) / Decimal(inputs["divisor"])


@adapter("corner", "stops", gives=("value",))
def stops(inputs: Inputs, expected: Mapping[str, Any]) -> Decimal:
    raise SystemExit(3)


@adapter("corner", "options", gives=("value",))
def out_of_scope(inputs: Inputs, expected: Mapping[str, Any]) -> Decimal:
    raise NotApplicable("options\nare left out")


@adapter("corner", "given", gives=("value", "other"))
def echo(inputs: Inputs, expected: Mapping[str, Any]) -> Any:
    return inputs["given"]


SHELF = Library({"corner": (notional, with_rate, inverse_notional, crashes, stops, out_of_scope, echo)}, {})


def row(inputs: dict[str, Any], expected: Any, tolerance: Any = 0, venue: str = "corner") -> dict[str, Any]:
    return {
        "venue": venue,
        "name": "a row",
        "source": "here",
        "kind": "derived",
        "inputs": inputs,
        "expected": expected,
        "tolerance": tolerance,
    }


def lines(tmp_path: Path, *rows: Any) -> list[str]:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return [result.line() for result in run(load(path), SHELF)]


@pytest.mark.parametrize(
    ("example", "line"),
    [
        (row({"size": 2, "price": 50.5}, {"notional": 101}), "conforms a row"),
        (row({"size": 2, "price": 50.5, "side": "long"}, 101), "conforms a row"),
        (row({"size": 2, "price": 50.5, "note": "ignored"}, 101), "conforms a row"),
        (row({"size": 2, "price": 1, "rate": 7}, {"notional": 7}), "conforms a row"),
        (
            row({"size": 2, "price": 50}, {"notional": 101, "value": 100}),
            "differs a row (expected notional 101, got notional 100)",
        ),
        (row({"size": 2, "price": 50}, 101), "differs a row (expected 101, got 100)"),
        (
            row({"size": "two", "price": 50}, 101),
            "differs a row (expected {value: 101}, got InvalidOperation: "
            "[<class 'decimal.ConversionSyntax'>] in notional)",
        ),
        (row({"divisor": 0}, 1), "differs a row (expected {value: 1}, got DivisionByZero: "),
        (row({"stops": 0}, 1), "differs a row (expected {value: 1}, got SystemExit: 3 in stops)"),
        (row({"given": {"value": 1}}, {"other": 1}), "differs a row (expected other 1, got other nothing)"),
        (row({"given": 1}, 1, "close"), "differs a row (expected {value: 1}, got ValueError: 'close' is no tolerance"),
        (row({"options": 1}, 1), "not applicable a row (options are left out)"),
        (row({"divisor": 2, "twist": 1}, 1), "unknown shape a row (the nearest of 7 adapters, crashes, doesn't know"),
        (row({"divisor": 2}, {"quotient": 1}), "unknown shape a row (the nearest of 7 adapters, crashes, doesn't give"),
        (row({"divisor": 2}, {}), "unknown shape a row (nothing is expected)"),
        (row({"divisor": 2}, 1, venue="moon"), "unknown shape a row (no adapters for the venue moon)"),
    ],
)
def test_a_line_a_row(tmp_path: Path, example: dict[str, Any], line: str) -> None:
    (found,) = lines(tmp_path, example)
    assert found.startswith(line)
    if line == "conforms a row":
        assert found == line


@pytest.mark.parametrize(
    ("expected", "found", "tolerance"),
    [
        (1, Decimal("1.0005"), {"abs": 0.001}),
        (1000, Decimal("1000.5"), {"rel": 0.001}),
        (0, Decimal("0.0005"), {"abs": 0.001, "rel": 0.1}),
        (Decimal("0.333"), Fraction(1, 3), None),
        (Decimal("12.5"), Decimal("12.54"), None),
        (Decimal("6.723905723905723"), Decimal("6.72390572390572390572"), None),
        (Decimal("1E+3"), Decimal("1000.4"), None),
        ("55555555555555555555", Decimal("55555555555555555555"), 0),
        ("revert", "revert", 0),
        (None, None, 0),
        (True, True, 0),
        ([], [], 0),
        ([1, [2, 3]], (Decimal(1), [Decimal("2.001"), 3]), 0.01),
        ({"a": {"b": [True, None]}}, {"a": {"b": [True, None], "more": 1}}, 0),
        ({"hf_now": 1, "paid": 1}, {"hf_now": Decimal("1.001"), "paid": Decimal("1.1")}, {"hf": 0.01, "amounts": 0.2}),
        ({"platform_fee": 1, "left": 1}, {"platform_fee": 1, "left": Decimal("1.9")}, {"positions": 1, "fees": 0.001}),
        ({"init_health": 1, "x": 1}, {"init_health": Decimal("1.09"), "x": 1}, {"init_health": 0.1, "others": 0.01}),
        ({"in": {"hf": 1}}, {"in": {"hf": Decimal("1.09")}}, {"hf": {"abs": 0.1}}),
    ],
)  # fmt: skip
def test_what_agrees(expected: Any, found: Any, tolerance: Any) -> None:
    assert list(differences(expected, found, tolerance)) == []


@pytest.mark.parametrize(
    ("expected", "found", "tolerance"),
    [
        (1, Decimal("1.0011"), {"abs": 0.001}),
        (1000, Decimal("1001.1"), {"rel": 0.001}),
        (Decimal("12.5"), Decimal("12.56"), None),
        (7, Decimal("7.6"), None),
        (1, True, 0),
        (True, 1, 0),
        (False, None, 0),
        (None, 0, 0),
        (None, "", 0),
        (1, "one", 0),
        (1, float("nan"), 10),
        (1, Decimal("Infinity"), 10),
        ("revert", None, 0),
        ("revert", 1, 0),
        ([1, 2], [1], 0),
        ([1, 2], [1, 3], 0),
        ([1], Decimal(1), 0),
        ({"a": 1}, Decimal(1), 0),
        ({"a": 1}, {"b": 1}, 0),
        ({"a": None}, {}, 0),
        ({"hf_before": 1, "repaid": 1}, {"hf_before": Decimal("1.1"), "repaid": 1}, {"hf": 0.01, "amounts": 0.2}),
        ({"x": 1}, {"x": Decimal("1.05")}, {"init_health": 0.1, "others": 0.01}),
    ],
)
def test_what_differs(expected: Any, found: Any, tolerance: Any) -> None:
    assert len(list(differences(expected, found, tolerance))) == 1


def test_a_word_of_the_name_tells_shapes_apart(tmp_path: Path) -> None:
    example = row({"size": 2, "price": 50}, {"notional": 100})
    inverse = {**example, "name": "an inverse contract", "expected": {"notional": 0.04}}
    assert lines(tmp_path, example, inverse) == ["conforms a row", "conforms an inverse contract"]


def test_what_is_nested_deeply_is_told_in_short(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    (line,) = lines(tmp_path, row({"given": {"value": 2}}, {"value": deep}))
    assert line == "differs a row (expected [[[[[[…]]]]]], got 2)"


def test_every_difference_is_told_by_its_path() -> None:
    expected, found = {"a": [{"b": 1, "c": 2}, 3]}, {"a": [{"b": 1, "c": 5}, 4]}
    assert [each.path for each in differences(expected, found, 0)] == ["a[0].c", "a[1]"]


@pytest.mark.parametrize("tolerance", [-1, "x", {"abs": -1}, {}, True, [], {"ab": {"rell": 1}}])
def test_what_is_no_tolerance(tolerance: Any) -> None:
    with pytest.raises(ValueError, match="is no tolerance"):
        list(differences({"ab": 1}, {"ab": 1}, tolerance))


def test_numbers_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"venue": "corner", "name": "n", "inputs": {"given": 0.1}, "expected": 0.10}]', encoding="utf-8")
    (only,) = load(path)
    assert str(only.inputs["given"]) == "0.1"
    assert only == Row("corner", "n", "", "", {"given": Decimal("0.1")}, {"value": Decimal("0.10")}, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "rows.json:1: no JSON: Expecting value"),
        ('[{"venue": }]', "rows.json:1: no JSON"),
        ("{}", "rows.json: holds no list of rows"),
        ("[1]", "rows.json: row 1 is no object"),
        ('[{"venue": "v", "name": "n", "inputs": {}}]', "rows.json: row 1 has no “expected”"),
        ('[{"venue": "v", "name": "n", "inputs": [], "expected": 1}]', "rows.json: row 1: “inputs” is no object"),
        ('[{"venue": "v", "name": 7, "inputs": {}, "expected": 1}]', "rows.json: row 1: “name” is no text"),
        pytest.param("[" * 100_000, "rows.json: no JSON", id="nested too deep"),
        pytest.param("\udcff", "rows.json: can't be read: it is no UTF-8 text", id="no UTF-8"),
    ],
)
def test_a_bad_file_is_said_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadFile):
        load(path)
    assert main([str(path)], SHELF) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert message in written.err
    assert written.err.count("\n") == 1


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.json")], SHELF) == 2
    assert "none.json: can't be read: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("examples", "status", "total"),
    [
        ([], 0, "total: 0 rows, 0 conforms, 0 differs, 0 not applicable, 0 unknown shape"),
        (
            [row({"given": 1}, 1), row({"options": 1}, 1), row({"x": 1}, 1)],
            0,
            "total: 3 rows, 1 conforms, 0 differs, 1 not applicable, 1 unknown shape",
        ),
        (
            [row({"given": 1}, 1), row({"given": 1}, 2), row({"divisor": 0}, 2)],
            1,
            "total: 3 rows, 1 conforms, 2 differs, 0 not applicable, 0 unknown shape",
        ),
    ],
)
def test_totals_and_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], examples: list[Any], status: int, total: str
) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(examples), encoding="utf-8")
    assert main([str(path)], SHELF) == status
    written = capsys.readouterr().out.splitlines()
    assert written[-1] == total
    assert written[: len(examples)] == [result.line() for result in run(load(path), SHELF)]
    if examples:
        assert f"kind derived: {total.removeprefix('total: ')}" in written
        assert f"venue corner: {total.removeprefix('total: ')}" in written


def test_adapters_that_cannot_be_loaded_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([row({"a": 1}, 1, venue="moon")]), encoding="utf-8")
    assert main([str(path)], Library({}, {"moon": "SyntaxError: invalid syntax"})) == 1
    written = capsys.readouterr()
    assert "adapters/moon.py can't be loaded: SyntaxError" in written.out
    assert "adapters/moon.py can't be loaded: SyntaxError" in written.err


def test_adapters_are_found_by_module() -> None:
    found = library()
    assert found.broken == {}
    assert {"hyperliquid", "binance_usdm", "bybit"} <= set(found.adapters)
    assert all(each.venue == venue for venue, own in found.adapters.items() for each in own)


def test_an_adapter_belongs_to_a_venue_that_its_module_names() -> None:
    with pytest.raises(ValueError, match="an adapter for corner"):
        runner._of_module(("moon",), (echo,), {})


def test_a_name_alone_is_no_tuple_of_names() -> None:
    with pytest.raises(TypeError, match="a comma is missing"):
        adapter("corner", "given", gives=("value"))  # type: ignore[arg-type]
    assert isinstance(echo, Adapter)
