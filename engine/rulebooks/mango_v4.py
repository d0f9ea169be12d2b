"""Mango Markets v4 (Solana): coins and perpetuals in one account, cross margin, three healths.

A market whose symbol ends in `-SPOT` is a coin that is held or borrowed; every other is a perpetual, settled in USDC.
The rules are in `engine/rules/mango/`: `health.py`, `stable_price.py`, `liquidation.py`, and the class in `venue.py`;
the numbers in `parameters.py` and `data/mango_tiers.py`. Sources: blockworks-foundation/mango-v4@1303a4a (2024-09-04),
blockworks-foundation/mango-v4-settings@7ec5b8f (2024-05-27); what they leave open stands in `UNSURE`.
"""

from __future__ import annotations

from types import MappingProxyType

from engine.rulebooks.base import Card
from engine.rules.mango.parameters import OVERRIDES, VERSION_4
from engine.rules.mango.venue import Mango
from engine.rules.overrides import overridden

UNSURE = (
    "not found: what was live on the chain; BTC-PERP is of an archived script, others are the SOL-PERP template",
    "chosen: BTC, ETH and SOL are tier S, MNGO B, unlisted coins A-; ETH is weighed as BTC-PERP is",
    "from memory: USDC weighs 1 and has no liquidation fee; chosen: its borrow limit and loan fee are those of tier S",
    "chosen: others’ deposits and debts are none unless set, so that only your own scale a coin’s weight",
    "chosen: the borrow limit of a day holds for what an account owes at any time; deposit limits are left out",
    "chosen: the stable price is updated each minute; it begins at the tape’s first mark as if that had stood a day",
    "chosen: closing a perpetual settles its profit at once; of an open one only a liquidator settles it",
    "chosen: a liquidation ends within 0.1 % of its level, prices and sizes being on grids; there within 0.000001",
    "chosen: a liquidator takes as much as one instruction gives, at once, without bounds of its own",
    "chosen: a liquidation that a standing market stops begins again below maintenance, not below its end",
    "chosen: the settling fee of a liquidated perpetual is paid on what its base brings beyond a uhupnl of zero",
    "chosen: interest at one stated utilisation, in quote money each hour; the scaling of the curve doesn’t move",
    "chosen: quote money earns interest only while there is a position",
    "chosen: supplying and borrowing one coin at once is netted; funding is paid each hour, not when settled",
    "chosen: the size of the insurance fund; what depositors bear of a coin’s debt includes the liquidator’s fee",
    "left out: spot orders reserve nothing (an order is checked when placed and when it fills); loan origination fee; "
    "settle limits; collateral fees; oracle confidence; conditional swaps",
)


class MangoV4(Mango):
    """The rulebook `mango_v4`."""

    card = Card(
        name="mango_v4",
        title="Mango Markets v4: coins and perpetuals (USDC)",
        modes=(
            "cross only: coins, debts and perpetuals of an account in one pool [health/cache.rs]",
            "…-SPOT is the coin itself, held or borrowed; every other market is a perpetual",
        ),
        margin=(
            "init health ≥ 0 to open: init weights, the worse of oracle and stable price [cache.rs]",
            "coins by tier: S to AA 0.8/1.2 to open, 0.9/1.1 to stay; A 0.66/1.4; A- 0.5/1.5; B’s 0 [listingTools.ts]",
            "BTC-PERP 0.95/1.05, 0.975/1.025; others 0.8/1.2, 0.9/1.1 [mb-admin.ts, create-gov-ix.ts]",
            "open profit of a perpetual counts for 90 % (BTC, ETH) or not at all [overall asset weight]",
            "a coin of which there are too many deposits counts for less: weight × start ÷ deposits [state/bank.rs]",
            "the stable price follows by at most 0.03 % a second, less when far from a day ago [stable_price.rs]",
            "owed of one token at most: S 2,000,000, A 50,000, B 15,000 [net borrow limit]",
        ),
        costs=(
            "fees: taker 0.04 %, maker −0.01 % (paid to you) [mb-admin.ts]",
            "funding each hour: a 24th of book ÷ oracle − 1, within ±5 % [perp_market.rs]",
            "interest: 0, 1.8, 5, 50 % at 0, 50, 75, 100 % utilisation, × 4; loan fee 0.5 % and more [listingTools.ts]",
        ),
        liquidation=(
            "below maint health, until liquidation-end health (init weights, oracle price) is zero [mango_account.rs]",
            "orders go; perpetuals’ base at the oracle less 1.25 % (others 5 %), profit for 97.5 % [perp_liq_base_…]",
            "then coin for debt, 1 % + 4 % on each (tier S), 2 % + 8 % (A): liquidator + venue [token_liq_with_token]",
            "what is owed with nothing left goes to a liquidator for its value and the fee [token_liq_bankruptcy]",
        ),
        below_zero=(
            "the insurance fund, as far as it goes: 1,000,000 here [token_liq_bankruptcy]",
            "then depositors, by the deposit index; of a perpetual its open interest, by funding; no ADL",
        ),
        example=("maintenance 2%", "deposits ETH 5000"),
        unsure=UNSURE,
        sources=(
            "blockworks-foundation/mango-v4@1303a4a: programs/mango-v4/src; bin/liquidator; ts/client/scripts",
            "blockworks-foundation/mango-v4-settings@7ec5b8f: src/helpers/listingTools.ts",
        ),
        dated="2024-09-04",
        gauge="health ratio, 100 × (assets − liabilities) ÷ liabilities: falls, liquidation below 0",
    )
    variants = MappingProxyType({"mango_v3": (("preset", "v3"),)})


def rulebook(overrides: tuple[tuple[str, ...], ...]) -> MangoV4:
    """The venue with some parameters changed.

    Raises:
        SetupError: for a parameter or a value that can't be set.
    """
    return MangoV4(overridden(VERSION_4, OVERRIDES, overrides, "mango_v4"))
