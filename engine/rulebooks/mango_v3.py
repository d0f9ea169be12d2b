"""Mango Markets v3 (Solana), as the oracle attack of 11 October 2022 found it.

The rules are those of `mango_v4`, in `engine/rules/mango/`, with other numbers: no stable price, nothing scaled by
deposits, open profit counted in full and borrowed against without a limit. Sources:
blockworks-foundation/mango-v3@c4d52dc (2022-10-21) program/src; soliduslabs.com/post/mango-hack and CertiK's analysis
for the attack.
"""

from __future__ import annotations

from engine.rulebooks.base import Card
from engine.rules.mango.parameters import OVERRIDES, VERSION_3
from engine.rules.mango.venue import Mango
from engine.rules.overrides import overridden

UNSURE = (
    "not found: the leverages to open and to stay; chosen: BTC, ETH, SOL 10x and 20x, other perpetuals and coins 5x "
    "and 10x; the attack’s short, 483 million MNGO at $0.0382 on $5 million, took 3.7x",
    "from a devnet example: MNGO as a coin 1.25x and 2.5x, liquidation fee 20 %",
    "from memory: interest 6 % at 70 % utilisation, 150 % at 100 %; the fees are those of v4",
    "chosen: its liquidations go by v4’s procedure without v4’s fees for the venue and for settling",
    "chosen: liquidation fees, half the maintenance margin; the size of the insurance fund",
    "chosen: closing a perpetual settles its profit at once; interest and funding are paid each hour",
    "chosen: the oracle is the tape’s mark; the median of three exchanges that was pushed up is not rebuilt",
    "left out: spot orders reserve nothing; loan origination fee; liquidity incentives",
)


class MangoV3(Mango):
    """The rulebook `mango_v3`."""

    card = Card(
        name="mango_v3",
        title="Mango Markets v3, October 2022: coins and perpetuals (USDC)",
        modes=(
            "cross only: coins, debts and perpetuals of an account in one pool [state.rs]",
            "…-SPOT is the coin itself, held or borrowed; every other market is a perpetual",
        ),
        margin=(
            "init health ≥ 0 to open, at the oracle’s price: what is pushed up can be borrowed against [state.rs]",
            "weights by leverage L: (L − 1) ÷ L of what is held, (L + 1) ÷ L of what is owed [processor.rs]",
            "open profit of a perpetual counts in full [state.rs get_health]",
        ),
        costs=(
            "fees: taker 0.04 %, maker −0.01 % (paid to you)",
            "funding each hour: a 24th of book ÷ oracle − 1, within ±5 % [state.rs update_funding]",
            "interest: 6 % at 70 % utilisation, 150 % at 100 %",
        ),
        liquidation=(
            "below maint health, until init health is zero [processor.rs]",
            "perpetuals’ base at the oracle less the fee [liquidate_perp_market]; then coin for debt",
        ),
        below_zero=(
            "the insurance fund, as far as it goes: 1,000,000 here [resolve_token_bankruptcy]",
            "then depositors, or a perpetual’s open interest [socialize_loss]",
        ),
        example=("maintenance 2%", "utilisation 80%"),
        unsure=UNSURE,
        sources=(
            "blockworks-foundation/mango-v3@c4d52dc: program/src/state.rs, processor.rs",
            "blockworks-foundation/mango-client-v3@fb92f9c: src/cli",
            "soliduslabs.com/post/mango-hack; CertiK; cointelegraph",
        ),
        dated="2022-10-11",
        gauge="health ratio, 100 × (assets − liabilities) ÷ liabilities: falls, liquidation below 0",
    )


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> MangoV3:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return MangoV3(overridden(VERSION_3, OVERRIDES, overrides, "mango_v3"))
