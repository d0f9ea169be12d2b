"""What `isocross serve` refuses, and what it says then."""

from __future__ import annotations

import socket
import sys
from argparse import Namespace

import pytest

from tests.cli.command_line import Isocross
from tui.cli.help import SERVE
from tui.cli.options import UsageError, serve_options
from tui.web.loopback import loopback_socket, url_names


def refusal(isocross: Isocross, *words: object) -> str:
    result = isocross("serve", *words)
    assert result.status == 2
    assert result.out == ""
    assert result.err.count("\n") == 1
    return result.err.removeprefix("isocross: ")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.2", ""])
def test_no_address_is_served_that_can_be_reached_from_elsewhere(isocross: Isocross, host: str) -> None:
    said = refusal(isocross, "--host", host)
    assert said.startswith(f"--host: “{host}” ")
    assert "try: --host 127.0.0.1" in said


@pytest.mark.parametrize("port", ["-1", "65536", "x", "1.5"])
def test_a_port_that_is_none_is_refused(isocross: Isocross, port: str) -> None:
    assert "; try: " in refusal(isocross, "--port", port)


def test_a_port_that_somebody_has_is_refused(isocross: Isocross) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refusal(isocross, "--port", port) == (
            f"--port: another program listens on port {port}; "
            "try: another number, or leave it out: a free one is taken\n"
        )


def test_without_the_extra_it_says_how_to_get_it(isocross: Isocross, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    said = refusal(isocross)
    assert said.startswith("the browser needs the extra “web”, and textual_serve.server is not installed")
    assert "pip install 'isocross[web]'" in said
    assert "make serve" in said


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_listens_on_the_loopback_and_nowhere_else(host: str) -> None:
    with loopback_socket(host, 0) as listening:
        address, port = listening.getsockname()
        assert address == "127.0.0.1"
        assert port > 0


def test_it_listens_on_the_loopback_of_ipv6() -> None:
    try:
        listening = loopback_socket("::1", 0)
    except UsageError as refused:
        pytest.skip(f"no IPv6 here: {refused.reason}")
    with listening:
        assert listening.getsockname()[0] == "::1"
        assert url_names("::1")[0] == "[::1]"


def test_the_examples_of_the_help_are_understood() -> None:
    lines = SERVE.partition("\nExamples\n")[2].splitlines()
    assert [serve_options(line.split()[2:]) for line in lines] == [
        Namespace(host="127.0.0.1", port=0),
        Namespace(host="127.0.0.1", port=8000),
    ]
