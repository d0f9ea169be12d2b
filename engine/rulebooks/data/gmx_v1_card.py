"""GMX v1 on one screen, and what its sources leave open."""

from __future__ import annotations

from engine.rulebooks.base import Card

UNSURE = (
    "chosen: how much of the pool is reserved (50 %) and what it holds (400,000,000): both move all the time there",
    "chosen: one position may take all that is free of the pool; there it is counted token by token",
    "chosen: the borrow fee is paid every hour; there it is settled when the position changes. Until then only state 1 "
    "counts it, as here, but here a change of size does not start that anew",
    "chosen: one oracle price; there longs open at the higher and close at the lower of two, shorts the other way",
    "chosen: long and short of a market are two positions once hedge mode is on, as they always are there; in one-way "
    "mode a trade against a position closes it first",
    "chosen: collateral is dollars on both sides; there a long’s is the coin, counted at its price when it was posted",
    "chosen: closing a part gives back its share of the collateral; there it stays unless asked for",
    "chosen: leverage is counted before the opening fee; the keeper’s fee and the fee reserves get what the position "
    "still has, there the pool pays them in full",
    "chosen: closing costs 0.1 % of what it is worth then, not of size; a market’s two sides have one leverage",
    "chosen: while a market stands still only state 1 acts; a player may take collateral out up to 50x [memory]",
    "left out: 0.3 % on collateral added to a long, 0.2–0.8 % for swaps, execution fees, least profits (0 in 2023)",
    "not listed there from memory: SOL and all but BTC, ETH, LINK, UNI; every market of the tape is played alike",
)

CARD = Card(
    name="gmx_v1",
    title="GMX v1 perpetuals against the GLP pool",
    modes=(
        "isolated only: every market and side has its own collateral [Vault.getPositionKey]",
        "a market’s long and short are two positions (hedge mode); one-way mode nets them, which GMX does not",
    ),
    margin=(
        "size is USD at entry and does not move with the price; collateral is what was posted less 0.1 % of size "
        "[Vault.increasePosition]",
        "leverage at opening 1.1x to 50x, $10 at least [gmx-interface]",
        "credit is collateral less the loss: profit does not count [VaultUtils.validateLiquidation]",
        "state 1: less credit than the fees and $5; state 2: less than 1 % of size (100x) [validateLiquidation]",
    ),
    costs=(
        "fee: 0.1 % of size to open and to close, out of the collateral; no spread, no impact [Vault]",
        "borrow fee each hour: 0.01 % × the share of the pool that is reserved, of size [Vault]",
        "no funding between longs and shorts [Vault]",
    ),
    liquidation=(
        "a keeper calls, at the oracle price; always the whole position [Vault.liquidatePosition]",
        "state 2: an ordinary close: 0.1 % of size, the rest of the collateral comes back [liquidatePosition]",
        "state 1: the position is deleted; fees to the reserves, $5 to the keeper, the rest stays in the pool",
    ),
    below_zero=(
        "the GLP pool, that is everybody who provides its liquidity: 400,000,000 here [Vault]",
        "no insurance fund, no auto-deleveraging; an increase that the pool can’t reserve for is refused [Vault]",
    ),
    example=("utilisation 80%", "liquidation-fee 2"),
    unsure=UNSURE,
    sources=(
        "gmx-io/gmx-contracts fe55c4ba: contracts/core/Vault.sol, VaultUtils.sol, test/core/Vault/*.js",
        "gmx-io/gmx-interface a2ecb1ed (2023-06-01): getLiquidationPrice.ts and its tests, constants",
    ),
    dated="2023-06-01",
    gauge="leverage, size ÷ (collateral − loss): rises, liquidation at 100x, sooner where the fees and $5 are more",
)
