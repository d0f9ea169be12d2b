"""docs/add-a-venue.md: its blocks are a rulebook, and what it says comes out, comes out."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from engine import rulebooks
from engine.commands.command import Command
from engine.events import LiquidationStarted, TakenOver
from engine.rulebooks.base import Overrides, Refusal, Rulebook
from engine.script import MoveTime, read_script, target_step
from engine.sentences import price
from engine.session import Session
from engine.setup import Setup
from tests.conftest import ROOT
from tests.engine.test_every_venue import advance, give, walk
from tui.prices.source import make_tape

PAGE = ROOT / "docs" / "add-a-venue.md"


def blocks(language: str) -> list[str]:
    """The page's blocks of that language, in order; without one for what has none."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return [text for named, text in fenced if named == language]


def source() -> str:
    """The file that the page writes."""
    text = ""
    for block in blocks("python"):  # two lines before what begins at the margin, one before what goes on in a class
        text += ("\n" if block.startswith(" ") else "\n\n" if text else "") + block.rstrip() + "\n"
    return text


@pytest.fixture
def _bitmex(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("engine.rulebooks.bitmex")
    module.__file__ = "bitmex.py"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(source(), "bitmex.py", "exec", dont_inherit=True), module.__dict__)

    def load(overrides: Overrides) -> Rulebook:
        rulebook: Rulebook = module.rulebook(overrides)
        return rulebook

    monkeypatch.setattr(rulebooks, "VENUES", {**rulebooks.VENUES, "bitmex": load})


@pytest.mark.usefixtures("_bitmex")
def test_its_example_comes_out() -> None:
    text, said = blocks("")
    script = read_script("bitmex", text)
    session = Session(script.setup, make_tape(script.recipe, Path()))
    events = []
    for line in script.lines:
        if isinstance(line.action, MoveTime):
            events += session.advance(target_step(line.action, session.time, session.tape).step)
        else:
            assert isinstance(line.action, Command)
            answer = session.do(line.action)
            assert not isinstance(answer, Refusal), str(answer)
            (position,) = session.view().positions
            assert position.liquidation_price is not None
            liquidation = price(position.liquidation_price, Decimal("0.01"))
            assert position.bankruptcy_price is not None
            bankrupt = price(position.bankruptcy_price, Decimal("0.01"))
    assert f"liquidation at {liquidation}, bankrupt at {bankrupt}" in said
    assert f"equity {session.view().equity:.2f}" in said
    (taken,) = (event for event in events if isinstance(event, TakenOver))
    assert taken.price == 99
    assert any(isinstance(event, LiquidationStarted) for event in events)


@pytest.mark.usefixtures("_bitmex")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("mode", ["isolated", "cross"])
def test_it_holds_what_every_venue_holds(seed: int, mode: str) -> None:
    tape = walk(seed, 200, 60_000, 0.003, 0.0)
    setup = Setup("bitmex", mode, Decimal(30_000))  # type: ignore[arg-type]
    leaping, stepping = Session(setup, tape), Session(setup, tape)
    for until, text in ((0, "buy 60% BTC 20x"), (20, "sell 90% ETH 50x"), (90, "buy 50% BTC 10x")):
        advance(leaping, stepping, until)
        give(leaping, stepping, text)
    advance(leaping, stepping, len(tape))


@pytest.mark.usefixtures("_bitmex")
def test_its_parameters_can_be_set() -> None:
    tape = walk(1, 3, 60_000, 0.001, 0.0)
    session = Session(Setup("bitmex", overrides=(("maintenance", "2%"),)), tape)
    assert session.view().modified == ("maintenance 2%",)


def test_it_is_kept_as_tidily_as_the_others(tmp_path: Path) -> None:
    file = tmp_path / "bitmex.py"
    file.write_text(source())
    for words in (["check"], ["format", "--check"]):
        settings = ["--config", str(ROOT / "pyproject.toml"), str(file)]
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, *settings], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
