"""Aevo on one screen, and what its sources leave open."""

from __future__ import annotations

from engine.rulebooks.base import Card

UNSURE = (
    "from memory: BTC and SOL as ETH; chosen: other markets 10 % and 6 %, in tier 2",
    "chosen: each order of a liquidation is for an equal part of what is there, on every position, the largest "
    "maintenance first, at the insurance fund’s price or better and never below what the account can pay",
    "chosen: the orders pay the taker fee besides; they end when maintenance is 90 % of the balance: at 100 %, every "
    "further tick would be another liquidation",
    "the page says this of short positions only; here it is done for longs as well",
    "not found: the insurance fund’s markup (1 % here) and its size (10,000,000 here)",
    "chosen: the fund takes the whole account where nothing would be left after markup and fee",
    "not found: who pays what is still missing after deleveraging at the mark: nobody here",
    "not found: floor margin (1 % of the perpetuals’ notional here) and maintenance in portfolio margin (with 60 % of "
    "the moves and of the floor here, as in standard margin)",
    "not found: whether underlyings offset each other in the scenarios: only where `underlyings together` is set; "
    "coins count in the scenarios of what they stand for; 20 % for all, stated for ETH only",
    "chosen: open orders reserve nothing (there their value counts against the balance); they are cancelled first",
    "chosen: coins are converted once a liquidation begins; there as soon as USDC is 1 below zero. Until then an order "
    "that leaves USDC missing beside coins is refused",
    "chosen: coins are markets that end in -SPOT, and BTC-SPOT stands for WBTC",
    "not found: the cap of funding (none here); chosen: the tape’s mean premium, there weighted to its end",
    "left out: options, the least order (10 USDC), fees of pre-launch markets (taker 0.25 %, maker −0.1 %); not found: "
    "isolated margin",
)

CARD = Card(
    name="aevo",
    title="Aevo perpetuals (USDC)",
    modes=(
        "cross only: one account, standard margin [margin-framework]",
        "`set margin portfolio`: the worst of scenarios for all positions together [portfolio-margin]",
    ),
    margin=(
        "standard: ETH 5 % initial, 3 % maintenance of notional at the mark, 20x [eth-perpetual-futures]",
        "pre-launch futures: 50 % and 48 %, 2x [pre-launch-token-futures]",
        "portfolio: the largest loss when spot moves ±10 % or ±20 %, plus a floor margin [portfolio-margin]",
        "coins count: USDT 99 %, aeUSD 100 %, ETH and WBTC 90 % of their value [cross-margin-collateral-framework]",
        "it stands while balance − maintenance is more than zero: equality is liquidated [liquidations]",
    ),
    costs=(
        "fees: taker 0.08 %, maker 0.05 % of notional [eth-perpetual-futures]",
        "funding each hour: an eighth of premium + clamp(0.01 % − premium, ±0.05 %); none before launch [funding-rate]",
        "conversion of coins: USDT 0.01 %, ETH and WBTC 0.1 % [cross-margin-collateral-framework]",
    ),
    liquidation=(
        "the engine takes over; open orders are cancelled, negative USDC is topped up from coins [liquidations]",
        "orders on the book every 2 s for up to 30 s, as long as it fails [liquidations]",
        "fee on what is matched: 1 % (tier 1), 3 % (tier 2), 5 % (pre-launch) [liquidation-fees]",
        "the rest trades with the insurance fund at a markup, with the same fee [liquidations]",
    ),
    below_zero=(
        "the insurance fund, as far as its capital goes: 10,000,000 here [liquidations]",
        "then auto-deleveraging by profit ÷ balance × margin ratio, not of BTC, ETH and SOL [auto-deleveraging-adl]",
    ),
    example=("margin portfolio", "pre-launch MEME"),
    unsure=UNSURE,
    sources=(
        "docs.aevo.xyz: margin-framework, portfolio-margin, cross-margin-collateral-framework, eth-perpetual-futures",
        "docs.aevo.xyz: liquidations, liquidation-fees, auto-deleveraging-adl, perpetual-futures-funding-rate",
    ),
    dated="2026-11-22",
)
