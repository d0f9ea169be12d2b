"""marginfi v2 on one screen."""

from __future__ import annotations

from engine.rulebooks.base import Card

UNSURE = (
    "not found: what is live on the chain; banks are copies of 2024 that its repository tests with",
    "chosen: USDC has USDT’s bank; SOL, BTC and ETH have jitoSOL’s; unlisted coins BONK’s",
    "chosen: the oracle’s confidence is 0.05 % of every price, USDC’s price 1 without doubt (`set confidence 0.2%`)",
    "from memory: the time-weighted price is an exponential average of about an hour; it begins at the first mark",
    "chosen: classic liquidation; `set liquidation receivership` for the other. Both go by the price as it is now",
    "chosen: one liquidator, the largest debt for the largest collateral, all that lifts the health just above "
    "zero; it looks again a minute later (`set interval 10s`), and until then nothing else is opened",
    "chosen: all of a debt may be repaid (the classic instruction leaves a unit); where no exchange would make the "
    "account healthier, and nobody may act on the venue, the liquidator takes all",
    "chosen: what is seized is sold and what is repaid bought at the oracle’s price, at once",
    "chosen: one insurance vault of 1,000,000 for all banks; a killed bank is depositors’ loss without an end of play",
    "chosen: utilisation of every bank is where its curve bends; `set utilisation` changes it",
    "chosen: interest is settled every hour, on coins in USDC at the mark; the program’s own fee of 2024 is in none",
    "chosen: nobody else’s deposits count into the init limit; supplying and borrowing one asset at once is netted",
    "chosen: `set maintenance 5%` makes a coin count 95 % of its mark when held and 105 % when owed, quote money as it "
    "is",
    "left out: eMode, staked collateral, flashloans, deposit and borrow limits, reduce-only banks, the flat fee in SOL "
    "of receivership, deleveraging by the risk admin",
)

CARD = Card(
    name="marginfi_v2",
    title="marginfi v2 (lending on Solana: collateral and debt in one account)",
    modes=(
        "cross: one account over all banks it has a balance in [marginfi_account.rs]",
        "buying with more than there is borrows USDC; selling what isn’t there borrows the coin",
        "isolated risk tier (`set tier ETH isolated`): worth nothing as collateral; borrowed, the only debt "
        "[check_account_risk_tiers]",
    ),
    margin=(
        "health = Σ held × asset weight × low price − Σ owed × liability weight × high price [marginfi_account.rs]",
        "to open and to withdraw: initial health ≥ 0, at the time-weighted price",
        "to stay: maintenance health above 0, at the price as it is",
        "low and high price: the oracle’s, less and plus 2.12 × its confidence, at most 5 % [price.rs, constants.rs]",
        "weights to open/stay: jitoSOL 0.65/0.80, owed 1.30/1.20; USDT 1/1, owed 1.25/1.10; BONK 0.50/0.65 [fixtures]",
        "deposits above a bank’s init limit count for less: weight × limit ÷ deposits [bank.rs]",
    ),
    costs=(
        "base rate by utilisation, straight lines: coins 10 % at 80 %, 300 % at 100 %; USDC 20 % and 400 % [fixtures]",
        "borrowers pay base × 1.05 + 1 %, depositors get base × utilisation [interest_rate.rs]",
        "a swap 0.05 % [guides/USER/FEES.md]",
    ),
    liquidation=(
        "maintenance health at 0 or below: a liquidator takes collateral and the debt for it [liquidate.rs]",
        "classic: it pays 97.5 % of what it takes; 95 % goes to your debt, 2.5 % to the bank’s insurance vault",
        "health must get better, and may not be lifted above 0: so the next tick down is the next liquidation",
        "receivership (`set liquidation receivership`): what is taken is at most 110 % of what is repaid; of an "
        "account with less than $5 everything [liquidate_end.rs]",
    ),
    below_zero=(
        "assets below $0.10 and debts above them: bankrupt [check_account_bankrupt]",
        "the bank’s insurance vault pays, then its depositors: the value of their shares is cut [handle_bankruptcy.rs]",
    ),
    example=("asset-maint ETH 85%", "confidence 0.2%", "liquidation receivership", "tier ETH isolated"),
    unsure=UNSURE,
    sources=("mrgnlabs/marginfi-v2@3031ba3 (2026-01-28): programs/marginfi, type-crate, guides, tests/fixtures",),
    dated="2024-08-22",
    gauge="maintenance health: falls, liquidation at 0",
)
