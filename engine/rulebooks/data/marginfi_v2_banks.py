"""marginfi's banks: weights, tier and interest of each coin.

Decoded from copies of bank accounts of the main group that its repository keeps as test fixtures, in
mrgnlabs/marginfi-v2@3031ba3: programs/marginfi/tests/fixtures/bank/bank_sample_1.json (jitoSOL, 2024-03-29),
bank_sample_2.json (META), bank_sample_3.json (USDT, 2024-03-29), bank_pyusd_230822.json (PYUSD, 2024-08-22);
tests/fixtures/bonk_bank.json and cloud_bank.json (2024-08-20). That they are of the main group is inferred from their
deposits. USDC, SOL, BTC and ETH are not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from engine.numbers import ZERO
from engine.rules.curves import points_of_curve
from engine.rules.weights import MarketWeights, Weights

Points = tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Fees:
    """What borrowers pay on top of the base rate: a share of it (`rate`), and `fixed` a year; fractions."""

    rate: Decimal = ZERO
    fixed: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank's numbers.

    Attributes:
        weights: of what is held (at most 1) and of what is owed (at least 1), to open and to stay.
        points: (utilisation, base rate a year) pairs; `optimal` the utilisation from which it rises steeply.
        group, insurance: fees on interest.
        isolated: worth nothing as collateral; borrowed, the only debt.
        init_limit: quote units of deposits that count to open, all depositors together; None for any.
    """

    weights: MarketWeights
    points: Points
    optimal: Decimal
    group: Fees
    insurance: Fees = Fees()
    isolated: bool = False
    init_limit: Decimal | None = None


def _bank(weights: str, rates: str, fee: str = "0.05", isolated: bool = False, init_limit: int | None = None) -> Bank:
    held_init, held, owed_init, owed = map(Decimal, weights.split())
    optimal, plateau, most = map(Decimal, rates.split())
    return Bank(
        weights=MarketWeights(Weights(held_init, owed_init), Weights(held, owed)),
        points=points_of_curve(ZERO, ((optimal, plateau),), most),
        optimal=optimal,
        group=Fees(Decimal(fee), Decimal("0.01")),
        isolated=isolated,
        init_limit=None if init_limit is None else Decimal(init_limit),
    )


JITOSOL = _bank("0.65 0.80 1.30 1.20", "0.8 0.1 3", init_limit=246_552_000)
BONK = _bank("0.50 0.65 1.30 1.20", "0.8 0.3 3", fee="0.135", init_limit=38_866_899)

QUOTE_BANK = _bank("1 1 1.25 1.10", "0.8 0.2 4", init_limit=101_000_000)
"""USDT's, for USDC, whose own was not found."""

BANKS: Mapping[str, Bank] = MappingProxyType(
    {
        "JITOSOL": JITOSOL,
        "SOL": JITOSOL,
        "BTC": JITOSOL,
        "ETH": JITOSOL,
        "BONK": BONK,
        "PYUSD": _bank("0.90 0.95 1.25 1.10", "0.8 0.1 3"),
        "META": _bank("0 0 2.5 1.5", "0.8 0.1 3", isolated=True),
        "CLOUD": _bank("0 0 2.5 1.5", "0.8 0.1 3", isolated=True),
    }
)
"""By coin. SOL, BTC and ETH have jitoSOL's, as their own were not found."""

UNLISTED = BONK
"""For coins that are not listed here."""
