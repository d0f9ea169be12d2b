"""What a command may have changed when it is refused, and putting it back."""

from __future__ import annotations

from dataclasses import dataclass

from engine.account import OTHER, Account, World
from engine.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Before:
    """A world as it stood: the ledger and every account that commands can reach."""

    ledger: Ledger
    accounts: tuple[Account, ...]


def before(world: World) -> Before:
    """Remember `world`. The other traders are left out: only liquidations trade with them, and those are no command."""
    accounts = tuple(each.copy() for name, each in world.accounts.items() if not name.startswith(OTHER))
    return Before(world.ledger.copy(), accounts)


def put_back(world: World, then: Before) -> None:
    """Make `world` what it was. What has been opened since is gone."""
    world.ledger = then.ledger
    kept = {account.name: account for account in then.accounts}
    world.accounts = {
        name: kept.get(name, account)
        for name, account in world.accounts.items()
        if name in kept or name.startswith(OTHER)
    }
