"""What stands in a scenario file, section by section, as msgspec checks it. docs/write-a-scenario.md explains each."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field


class RulesSection(Struct, forbid_unknown_fields=True):
    """`[rules]`: the set-up of the session."""

    venue: str = "hyperliquid"
    mode: str | None = None
    balance: Decimal = Decimal(10_000)
    slippage: bool = True
    fees: bool = True
    funding: bool = True
    set: list[str] = field(default_factory=list)


class AnchorsSection(Struct, forbid_unknown_fields=True, tag_field="kind", tag="anchors"):
    """`[tape]` of turning points; `prices`, `marks`, `premiums` and `ticks` by market."""

    prices: dict[str, str]
    step: str = "1m"
    start: str = "2024-01-01"
    wiggle: str = "0%"
    marks: dict[str, str] = field(default_factory=dict)
    premiums: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, str] = field(default_factory=dict)


class SyntheticSection(Struct, forbid_unknown_fields=True, tag_field="kind", tag="synthetic"):
    """`[tape]` from the synthetic market."""

    regime: str
    seed: int
    markets: list[str] = field(default_factory=lambda: ["BTC", "ETH", "SOL"])
    days: Decimal = Decimal(2)
    step: str = "1m"
    start: str = "2024-01-01"


class EpisodeSection(
    Struct, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}, tag_field="kind", tag="episode"
):
    """`[tape]` rebuilt from the turning points of a famous crash."""

    episode: str
    markets: list[str] = field(default_factory=list)
    since: str | None = None
    until: str | None = None
    wiggle: str = "0%"


class FilesSection(
    Struct, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}, tag_field="kind", tag="files"
):
    """`[tape]` of the player's own price files, by market."""

    files: dict[str, str]
    since: str | None = None
    until: str | None = None


TapeSection = AnchorsSection | SyntheticSection | EpisodeSection | FilesSection


class StepSection(Struct, forbid_unknown_fields=True):
    """`[[steps]]`: what is told, what to do, when it is done, and three hints."""

    text: str
    do: str
    goal: str
    nudge: str
    formula: str
    keys: str


class NaiveSection(Struct, forbid_unknown_fields=True):
    """`[naive]`: what somebody does who has not learnt it yet, and what they think."""

    thought: str
    script: str


class StarsSection(Struct, forbid_unknown_fields=True):
    """`[stars]`: what the third star asks for besides the goals."""

    par: Decimal
    forced_close: list[str] = field(default_factory=list)
    also: str | None = None


class ClosingSection(Struct, forbid_unknown_fields=True):
    """`[closing]`: the other kind of account, what to look at, and the sentence to take along."""

    ghost: str
    look_at: str
    sentence: str


class PropDeskSection(Struct, forbid_unknown_fields=True):
    """`[prop_desk]`: the rules of a desk that lends its money, shares as percentages of the balance."""

    target: str
    daily_loss: str
    trailing_drawdown: str
    minimum_days: int


class HeadSection(Struct, forbid_unknown_fields=True):
    """What stands above the sections."""

    id: str
    title: str
    teaches: str
    needs: list[str] = field(default_factory=list)
    solution: str | None = None
    book: str | None = None
