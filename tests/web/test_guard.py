"""Who is let in: token, cookie, Host, Origin, and where a request comes from."""

from __future__ import annotations

import asyncio
import re

import aiohttp
import pytest

from tests.web.conftest import Served
from tui.web.guard import Guard

EVERYTHING = ["/", "/ws", "/static/js/textual.js", "/static/", "/page/page.js", "/download/x", "/nowhere"]
FOREIGN = ["http://127.0.0.1:1", "http://localhost:1", "https://example.com", "null", ""]


async def test_the_printed_address_gives_a_cookie_and_leads_on(stand_in: Served) -> None:
    async with stand_in.client.get(stand_in.server.address, allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/"
        cookie = answer.cookies[stand_in.server.guard.cookie]
        assert cookie.value == stand_in.server.guard.token
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert not cookie["max-age"]
        assert not cookie["expires"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", EVERYTHING)
async def test_nothing_is_given_without_the_cookie(stand_in: Served, path: str) -> None:
    async with stand_in.client.get(stand_in.url + path) as answer:
        text = await answer.text()
        assert answer.status == 403
        assert answer.content_type == "text/plain"
        assert "the address that `isocross serve` printed" in text
        assert stand_in.server.guard.token not in text
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("/", 200), ("/?fontsize=20", 200), ("/static/js/textual.js", 200), ("/page/page.css", 200)),
        *(("/download/x", 404), ("/nowhere", 404), ("/page/../server.py", 404), ("/page/%2e%2e/server.py", 404)),
    ],
)
async def test_the_cookie_opens_the_doors_there_are(stand_in: Served, path: str, status: int) -> None:
    async with stand_in.client.get(stand_in.url + path, headers=stand_in.cookies) as answer:
        assert answer.status == status
        headers = answer.headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_the_page_asks_nothing_of_the_outside(stand_in: Served) -> None:
    async with stand_in.client.get(stand_in.url, headers=stand_in.cookies) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    host = stand_in.url.removeprefix("http://")
    assert re.findall(r"[a-z]+://[^\"]*", text) == [f"ws://{host}/ws"]
    assert {word for word in policy.replace(";", "").split() if ":" in word} == {f"ws://{host}"}
    assert "unsafe" not in policy
    assert "*" not in policy
    async with stand_in.client.get(stand_in.url, headers=stand_in.cookies) as answer:
        assert answer.headers["Content-Security-Policy"] != policy  # a nonce is used once


@pytest.mark.parametrize("wrong", ["", "x", "é", "%00", "%ff%fe", "almost", "longer"])
async def test_a_wrong_token_is_refused(stand_in: Served, wrong: str) -> None:
    token = stand_in.server.guard.token
    wrong = {"almost": token[:-1], "longer": f"{token}x"}.get(wrong, wrong)
    async with stand_in.client.get(f"{stand_in.url}/?token={wrong}", allow_redirects=False) as answer:
        assert answer.status == 403
        assert "each start of `isocross serve` makes a new one" in await answer.text()
        assert "Set-Cookie" not in answer.headers
    headers = {"Cookie": f"{stand_in.server.guard.cookie}={wrong}"}
    async with stand_in.client.get(stand_in.url, headers=headers) as answer:
        assert answer.status == 403


async def test_the_cookie_of_another_port_opens_nothing(stand_in: Served) -> None:
    headers = {"Cookie": f"isocross_1={stand_in.server.guard.token}"}
    async with stand_in.client.get(stand_in.url, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{}", "127.0.0.1", "localhost:1", "127.0.0.1:{}x", ""])
@pytest.mark.parametrize("path", ["/", "/?token={}"])
async def test_a_strange_host_is_refused(stand_in: Served, host: str, path: str) -> None:
    guard = stand_in.server.guard
    headers = {"Host": host.format(guard.port), **stand_in.cookies}
    address = stand_in.url + path.format(guard.token)
    async with stand_in.client.get(address, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403
        assert "that is not a name of this server" in await answer.text()
        assert "Set-Cookie" not in answer.headers


async def test_both_names_of_the_server_are_known(stand_in: Served) -> None:
    for name in ("localhost", "LOCALHOST", "127.0.0.1"):
        headers = {"Host": f"{name}:{stand_in.server.guard.port}", **stand_in.cookies}
        async with stand_in.client.get(stand_in.url, headers=headers) as answer:
            assert answer.status == 200
            assert f"ws://{name}:{stand_in.server.guard.port}/ws" in await answer.text()


@pytest.mark.parametrize(
    "lines",
    [
        ["Host: 127.0.0.1:{port}", "Host: evil.example"],
        ["Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:{port}", "Origin: http://evil.example"],
        ["X: y"],
    ],
)
async def test_a_header_that_is_there_twice_or_not_at_all_is_refused(
    stand_in: Served, lines: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    port = stand_in.server.guard.port
    head = ["GET / HTTP/1.1", "Connection: close", *lines, f"Cookie: {stand_in.cookies['Cookie']}", "", ""]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join(head).format(port=port).encode())
    answer = await reader.read()
    writer.close()
    assert re.match(rb"HTTP/1\.[01] 40[03] ", answer)
    assert stand_in.told == []
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_a_foreign_origin_is_refused(stand_in: Served, method: str, origin: str) -> None:
    headers = {**stand_in.cookies, "Origin": origin}
    async with stand_in.client.request(method, stand_in.url, headers=headers) as answer:
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_change_needs_an_origin(stand_in: Served) -> None:
    async with stand_in.client.post(stand_in.url, headers=stand_in.cookies) as answer:
        assert answer.status == 403
    async with stand_in.client.post(stand_in.url, headers=stand_in.headers) as answer:
        assert answer.status == 405  # let through, to where there is nothing


async def refused(stand_in: Served, headers: dict[str, str]) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await stand_in.client.ws_connect(f"{stand_in.url}/ws", headers=headers)
    assert refusal.value.status == 403


async def test_a_websocket_needs_cookie_and_origin(stand_in: Served) -> None:
    await refused(stand_in, {})
    await refused(stand_in, {"Origin": stand_in.url})
    await refused(stand_in, stand_in.cookies)
    port = stand_in.server.guard.port
    for origin in (*FOREIGN, f"http://localhost:{port}", f"https://127.0.0.1:{port}", f"http://127.0.0.1:{port}0"):
        await refused(stand_in, {**stand_in.cookies, "Origin": origin})
    await refused(stand_in, {**stand_in.headers, "Host": f"evil.example:{port}"})
    await refused(stand_in, {**stand_in.headers, "Sec-Fetch-Site": "same-site"})
    async with stand_in.tab() as tab:
        assert await tab.receive_bytes(timeout=20) == b"here"


@pytest.mark.parametrize(
    ("site", "mode", "destination", "status"),
    [
        ("same-origin", "cors", "empty", 200),
        ("none", "navigate", "document", 200),
        ("same-site", "navigate", "document", 200),  # a link to the page, followed by the user
        ("cross-site", "no-cors", "image", 403),
        ("same-site", "no-cors", "script", 403),
        ("same-site", "navigate", "iframe", 403),
        ("nonsense", "cors", "empty", 403),
    ],
)
async def test_the_browsers_word_on_where_a_request_comes_from(
    stand_in: Served, site: str, mode: str, destination: str, status: int
) -> None:
    fetch = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}
    async with stand_in.client.get(stand_in.url, headers={**stand_in.cookies, **fetch}) as answer:
        assert answer.status == status


def test_the_port_that_browsers_leave_out() -> None:
    assert Guard("t", ("127.0.0.1", "localhost"), 80).hosts >= {"127.0.0.1", "localhost:80"}
    assert Guard("t", ("[::1]", "localhost"), 8000).hosts == {"[::1]:8000", "localhost:8000"}
