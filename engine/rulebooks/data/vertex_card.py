"""Vertex’s card: its rules on one screen, and what the sources leave open."""

from __future__ import annotations

from engine.rulebooks.base import Card

UNSURE = (
    "not found: the venue’s table of weights. BTC’s are Nado’s (the same interface); all others are chosen",
    "not found: curves of coins: the one of quote money stands for all; utilisation is chosen: 50 %",
    "not found: the insurance fund’s size: 1,000,000 is chosen",
    "chosen: a chosen leverage counts for perpetuals only, to open what is in no spread; coins go by their weights",
    "chosen: spreads go first, then the largest maintenance requirement; the contract leaves that to the liquidator",
    "chosen: a liquidator is there at once, and takes as much as the contract lets it",
    "chosen: an isolated and a cross position in one market live side by side (they are two accounts on the venue)",
    "chosen: resting orders stay in a liquidation; they are checked again when they fill",
    "the contract’s $1 for a liquidation is paid by the liquidator (Endpoint.sol), so it isn’t in your figures",
    "from memory: IOC, FOK and post-only orders",
    "left out: LP positions, the minimum taker fee, the limit on buying back coins that quote money can’t pay",
)

CARD = Card(
    name="vertex",
    title="Vertex: coins and perpetuals (USDC)",
    modes=(
        "cross by default: coins, what is borrowed and perpetuals in one account; -SPOT markets are coins",
        "isolated: up to 10 accounts of one perpetual each, beside the cross account [Constants.sol]",
    ),
    margin=(
        "health = Σ amount × weight × price + quote money; initial weights to open, maintenance to stay "
        "[Clearinghouse.sol]",
        "BTC perpetual 0.95 and 0.97 (20x), BTC coin 0.9 and 0.95; a short’s weights are 1.05 and 1.03, 1.1 and "
        "1.05 [docs.nado.xyz]",
        "a coin against its perpetual: both need a fifth of the perpetual’s penalty only [Clearinghouse.sol]",
    ),
    costs=(
        "fees: taker 0.02 %, maker 0 [docs]",
        "funding: the premium of a day, at most 2 %, charged hourly [PerpEngineState.sol]",
        "interest on coins and quote money: 1 % + 4 % to 80 % utilisation, + 100 % above; a fifth of it is a fee "
        "[SpotEngineState.sol]",
    ),
    liquidation=(
        "maintenance health below zero: liquidators take over at the mark less a fifth of the maintenance penalty; "
        "half of that discount goes to insurance [ClearinghouseLiq.sol]",
        "as much as brings initial health to zero: spreads, coins held and perpetuals, then what is borrowed "
        "[ClearinghouseLiq.sol]",
        "a spread’s coin goes at a 25th of the penalty, its perpetual at the mark [ClearinghouseStorage.sol]",
    ),
    below_zero=(
        "the insurance fund: $1,000,000 here [ClearinghouseLiq.sol]",
        "then all open positions, through funding, or for coins all deposits; no deleveraging [PerpEngine.sol, "
        "SpotEngine.sol]",
    ),
    example=("weights BTC 90% 95%", "utilisation 90%"),
    unsure=UNSURE,
    sources=(
        "vertex-contracts: Clearinghouse, ClearinghouseLiq, ClearinghouseStorage, engines, Constants @e1381815",
        "vertex-web-monorepo-snapshot: liquidationPriceCalcs.ts @d1cf5ced",
        "docs.nado.xyz: weights of BTC",
    ),
    dated="2026-11-22",
    gauge="funds until liquidation (maintenance health): falls to 0",
)
