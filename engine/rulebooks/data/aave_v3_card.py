"""Aave V3 on one screen."""

from __future__ import annotations

from engine.rulebooks.base import Card

UNSURE = (
    "chosen: parameters of Linea’s listing of 2025-01-21; a complete table of Ethereum’s market was not found",
    "chosen: coins that the listing lacks: LTV 65 %, threshold 70 %, bonus 10 %, curve of WBTC",
    "chosen: the quote asset is USDC; BTC and ETH are WBTC and WETH, STETH is wstETH",
    "chosen: supplying and borrowing the same asset at once is netted; everything supplied is used as collateral",
    "chosen: one liquidator at once, the largest debt for the largest collateral, all that a call may, until HF ≥ 1",
    "chosen: what is seized is sold and what is repaid bought at the oracle’s price, at once",
    "chosen: utilisation of every pool is where its curve bends; `set utilisation` changes it",
    "chosen: a swap costs 0.05 % and meets a stated depth: Aave itself trades nothing",
    "chosen: Umbrella’s capital; interest is settled every hour, on coins in USDC at the mark",
    "chosen: USDC earns interest only while there are coins too, supplied or owed",
    "chosen: where averages are rounded down, a withdrawal leaves a basis point of the collateral besides",
    "chosen: with collaterals of several thresholds a liquidation comes at a vertex of the tape, never on the way; the "
    "price that is shown is one crossing, and the rounding may make an earlier one",
    "chosen: in v3.0, whose bad debt stays with the account, it is written off as in v3.3",
    "chosen: coins played in isolation mode are listed with a ceiling of 1,000,000; interest counts into it here",
    "left out: oracle sentinel and grace periods, supply and borrow caps, siloed borrowing, own prices of eModes",
)

CARD = Card(
    name="aave_v3",
    title="Aave V3 (lending: collateral and debt in one account)",
    modes=(
        "cross: one account, all that is supplied is one collateral [GenericLogic]",
        "buying with more than there is borrows USDC; selling what isn’t there borrows the coin",
        "isolation mode (`set isolation 1000000`, up to v3.6): one coin as collateral, USDC borrowed up to its debt "
        "ceiling [IsolationModeLogic, docs/3.7 mode-removal]",
        "eMode (`set emode on`): wstETH and ETH as collateral at LTV 93.5 %, only ETH borrowed [Linea 2025-01-21]",
    ),
    margin=(
        "open: debt ≤ Σ collateral × average LTV: ETH 80 %, BTC 73 %, wstETH 75 %, USDC 75 % [Linea 2025-01-21]",
        "stay: health factor = Σ collateral × average liquidation threshold ÷ debt at least 1: ETH 83 %, BTC 78 %, "
        "wstETH 79 %, USDC 78 % [GenericLogic]",
        "averages are rounded down to basis points [GenericLogic]",
        "withdraw: what is left keeps the health factor at 1 or more; beyond that it is borrowing [ValidationLogic]",
    ),
    costs=(
        "interest by utilisation: base + slope1 × U ÷ Uopt, above Uopt slope2 besides; USDC 5.5 % at 90 %, "
        "ETH 2.7 % at 90 % [Linea 2025-01-21]",
        "suppliers get it less the reserve factor (5–20 %) × utilisation; debts compound [RateStrategy, MathUtils]",
        "a swap 0.05 % (stated here)",
    ),
    liquidation=(
        "health factor below 1, by the oracle’s price: anyone may repay debt and seize collateral [LiquidationLogic]",
        "v3.3: all of a debt at once; half of all debts where debt and collateral are $2000 or more and HF > 0.95",
        "v3.0 (`set version v3.0`): half of the debt while HF > 0.95, else all of it [aave-v3-core]",
        "bonus on top: ETH 6 %, BTC 7 %, USDC 5 %, eMode 1 %; a tenth of it to the treasury [Linea 2025-01-21]",
        "no dust (v3.3): all of the debt, all of the collateral, or $1000 and more left of both [docs/3.3]",
    ),
    below_zero=(
        "no collateral left: the rest of every debt is written off as the reserve’s deficit [docs/3.3]",
        "Umbrella covers it, as far as its capital goes: 1,000,000 here; then the depositors bear it",
    ),
    example=("ltv ETH 75%", "threshold ETH 80%", "utilisation 95%", "emode on"),
    unsure=UNSURE,
    sources=(
        "aave/aave-v3-core@782f519 (v3.0), aave-dao/aave-v3-origin@fd1fbd9 (v3.7): contracts, tests, docs/3.2–3.7",
        "bgd-labs/aave-proposals-v3: Aave V3 Linea activation 2025-01-21",
    ),
    dated="2025-01-21",
    gauge="health factor: falls, liquidation below 1",
)
