"""Saved sessions as a list in which forks stand under the session that they were forked from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from saves import SavedSession

INSTEAD = re.compile(r"“(.*)” → “(.*)”")
"""How a save says that a command was changed."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A session in the list; `depth` is how many forks lead to it from the one at the root."""

    session: SavedSession
    depth: int = 0


def branches(sessions: Sequence[SavedSession]) -> list[Branch]:
    """Every session once: families by when one of them was played last, forks by the moment of the fork.

    A fork whose parent is gone stands for itself, and so does what a damaged library has going round in a circle.
    """
    ids = {each.id for each in sessions}
    children: dict[str, list[SavedSession]] = {}
    for each in sessions:
        if each.parent in ids and each.parent != each.id:
            children.setdefault(str(each.parent), []).append(each)
    below = {each.id for forks in children.values() for each in forks}
    families = [list(_family(each, children)) for each in sessions if each.id not in below]
    reached = {branch.session.id for family in families for branch in family}
    families += [[Branch(each)] for each in sessions if each.id not in reached]
    families.sort(key=lambda family: max(branch.session.played for branch in family), reverse=True)
    return [branch for family in families for branch in family]


def _family(session: SavedSession, children: Mapping[str, Sequence[SavedSession]], depth: int = 0) -> Iterator[Branch]:
    yield Branch(session, depth)
    forks = sorted(children.get(session.id, ()), key=lambda each: (each.forked_step or 0, each.created, each.id))
    for fork in forks:
        yield from _family(fork, children, depth + 1)


def told(session: SavedSession, parent: str | None) -> str:
    """What makes a session a fork, in words; empty where it is none. `parent` is its parent's name, if it is there."""
    if session.parent is None:
        return ""
    of = f"fork of “{parent}”" if parent else "fork of a session that is gone"
    return f"{of} {forked(session)}"


def forked(session: SavedSession) -> str:
    """Where it was forked, and what was changed."""
    return f"{_where(session)}: {session.change}" if session.change else _where(session)


def forked_briefly(session: SavedSession) -> str:
    """The same with what differs first, for a row that may be cut: `iso → cross in “buy 1 ETH 10x cross”`."""
    change = INSTEAD.fullmatch(session.change or "")
    if change is None:
        return forked(session)
    before, after = change[1].split(), change[2].split()
    if len(before) != len(after):
        return f"{_where(session)}: “{change[2]}” instead"
    differing = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    words = " ".join(old for old, _ in differing), " ".join(new for _, new in differing)
    return f"{_where(session)}: {words[0]} → {words[1]} in “{change[2]}”"


def _where(session: SavedSession) -> str:
    if session.forked_time is None:
        return f"at step {session.forked_step or 0:,}"
    return f"at {session.forked_time[:16].replace('T', ' ')}"
