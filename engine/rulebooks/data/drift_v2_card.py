"""Drift's card: its rules on one screen, and what the sources leave open."""

from __future__ import annotations

from engine.rulebooks.base import Card

UNSURE = (
    "not found: the venue’s table of perpetuals. BTC, ETH: a script; SOL, WIF: third-party copies; the rest chosen",
    "not found: the liquidator’s fee, size factors, tiers, ratios of high-leverage mode: all chosen",
    "not found: how long a liquidation takes and what it begins with: 150 slots and 20 % are chosen",
    "chosen: a liquidator comes every 15 slots of 400 ms, and takes the largest requirement first",
    "not found: the weight of open profit at opening: 100 %, up to the $100 that the program caps it at",
    "not found: borrow rates: 10 % a year at 80 % utilisation, 100 % at full; utilisation 50 % is chosen",
    "chosen: insurance is one fund a tier with what that tier may draw; the market’s fee pool is left out",
    "chosen: a perpetual’s chosen leverage is its own margin ratio, where that is more; a market has one mode",
    "chosen: resting orders reserve nothing here; there the worse of all bids and all asks counts, and $0.01 each",
    "chosen: coins are sold to, or bought from, the liquidator for quote money at its fee; insurance takes none of it",
    "the SDK’s and the program’s tests disagree on the buffer of a borrow; the program is followed",
    "left out: the guard against oracles 50 % off their average, auctions and oracle orders, fills at half-way margin, "
    "funding limited by the fee pool, fuel, settling of profits",
)

CARD = Card(
    name="drift_v2",
    title="Drift v2: perpetuals with cross-collateral (USDC)",
    modes=(
        "cross by default: coins, what is borrowed and perpetuals; -SPOT markets are coins [margin.rs]",
        "isolated perpetuals, each with a deposit of its own [user.rs]",
        "high-leverage mode: ratios of its own, and a lower fee for liquidators [perp_market.rs]",
    ),
    margin=(
        "BTC, ETH, SOL perpetuals 10 % initial, 5 % maintenance; WIF 25 % and 12.5 %; others 20 % and 10 % here "
        "[third party]",
        "size premium: the larger of the ratio and 4/5 of it + factor × √size [margin.rs]",
        "coins count at weights: SOL 80 % and 90 %, owed 120 % and 110 % [docs.drift.trade]",
        "open profit counts up to $100 to open, in full to stay [margin.rs]",
    ),
    costs=(
        "fees: taker 0.1 %, makers get 0.02 % [state.rs]",
        "funding each hour: a 24th of premium + 1/5000 of the oracle, at most 1/33, 1/20 or 1/10 a day by tier "
        "[funding.rs]",
        "interest on coins and quote money by utilisation [spot_balance.rs]",
    ),
    liquidation=(
        "collateral below maintenance: orders are cancelled [liquidation.rs]",
        "a liquidator takes as much as lifts it to maintenance + 2 % of what it stands for, at the oracle ∓ its fee; "
        "positions of $50 whole [liquidation.rs]",
        "not at once: a share of the shortage that grows with the slots; all of it below $50 [math/liquidation.rs]",
        "the fee rises after 1500 slots; insurance gets 1 % at most, and never all that is left [math/liquidation.rs]",
    ),
    below_zero=(
        "insurance, as far as the market’s tier may draw: A $100 million, B $1 million, C $100,000, others none "
        "[constants.rs]",
        "then everybody in the market, through funding, or for coins all deposits; no deleveraging [liquidation.rs]",
    ),
    example=("perp BTC 20% 10%", "duration 60"),
    unsure=UNSURE,
    sources=(
        "drift-labs/protocol-v2 @0ae3e3b1: math/margin.rs, math/liquidation.rs, controller/liquidation.rs, "
        "controller/funding.rs, state/, their tests and the SDK’s",
        "docs.drift.trade: cross-collateral weights",
    ),
    dated="2026-11-22",
    gauge="health: falls from 100 to 0",
)
