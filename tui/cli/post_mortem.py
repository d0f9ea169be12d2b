"""What `isocross post-mortem` prints: why a session was liquidated, or how it stands, and what would have been."""

from __future__ import annotations

import json
import shutil
import textwrap
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping

from engine.events import iso
from engine.numbers import plain
from engine.post_mortem import CannotFollow, NothingKept, Played, PostMortem, PricePath, TermChange, play, post_mortem
from engine.post_mortem.changes import changes_of
from engine.post_mortem.reruns import Rerun, reruns
from saves import Library
from tui.cli.options import UsageError
from tui.widgets.figures import money, percent, signed
from tui.widgets.loss_parts import bar
from tui.widgets.run_table import heading, laid
from tui.widgets.terms_change import term_cells
from tui.words.post_mortem import (
    as_it_was,
    beside,
    changed_lines,
    chosen,
    moments,
    part_rows,
    reasons,
    run_row,
    title,
)

NARROWEST, WIDEST = 60, 120
NOW = "now"


def post_mortem_lines(library: Library, options: Namespace) -> Iterator[str]:
    """The post-mortem of a saved session, as text or as lines of JSON.

    Args:
        options: SAVE, --liquidation, --every-venue and --json, as `post_mortem_options` gives them.

    Raises:
        SaveError: when there is no such session, or it can't be read.
        UsageError: when it has no such liquidation, or there is nothing to look at.
    """
    record = library.record(library.find(options.save).id)
    try:
        played = play(record)
        found = _chosen(played, options.liquidation)
    except (CannotFollow, NothingKept) as error:
        raise UsageError(f"post-mortem: {error}", "isocross saves list") from error
    runs = reruns(played, changes_of(played, found))
    yield from json_lines(played, found, runs) if options.json else text_lines(played, found, runs, options.every_venue)


def _chosen(played: Played, which: str | None) -> PostMortem:
    """What is asked for: a liquidation by its number, `now`, or without either the last liquidation, else now."""
    starts = played.liquidations
    if which not in (None, NOW):
        number = int(which) if str(which).isdecimal() else 0
        if not 1 <= number <= len(starts):
            had = f"{len(starts)} liquidation{'s' * (len(starts) != 1)}" if starts else "no liquidation"
            raise UsageError(
                f"post-mortem: the session has {had}, not “{which}”", f"--liquidation {1 if starts else NOW}"
            )
        return _found(played, number - 1)
    return _found(played, len(starts) - 1) if starts and which is None else _found(played, None)


def _found(played: Played, place: int | None) -> PostMortem:
    found = post_mortem(played, None if place is None else played.liquidations[place])
    if found is None:
        had = played.liquidations
        reason = "nothing is open now" if had else "nothing was liquidated, and nothing is open"
        raise UsageError(f"post-mortem: {reason}", "--liquidation 1" if had else "a session that holds something")
    return found


# -- as text


def text_lines(played: Played, found: PostMortem, runs: Iterable[Rerun], every: bool) -> Iterator[str]:
    """For a person."""
    width = min(max(shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)
    yield title(played, found)
    yield from textwrap.wrap(" ".join(reasons(played, found)), width)
    yield from ("", *_terms(found))
    yield from ("", "where it went", *_parts(found))
    done = list(runs)
    rows = [as_it_was(played, found), *map(run_row, chosen(done, every=every))]
    yield from ("", heading(rows, width).rstrip(), *(laid(row, rows, width).plain.rstrip() for row in rows))
    hidden = len(done) + 1 - len(rows)
    if hidden:
        yield f"{hidden} more venues: --every-venue"
    told = [f"  {row.cells[0]}: {command}: {why}" for row in rows if row.rerun for command, why in row.rerun.refused]
    if told:
        yield from ("", "not followed", *(line for text in told for line in textwrap.wrap(text, width)))


def _terms(found: PostMortem) -> Iterator[str]:
    head = ("", *moments(found), "change")
    cells = [("  " * term.depth + term.label, *term_cells(term)) for term in found.terms]
    widths = [max(len(row[place]) for row in (head, *cells)) for place in range(4)]
    for row in (head, *cells):
        figures = [cell.rjust(room) for cell, room in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *figures]).rstrip()


def _parts(found: PostMortem) -> Iterator[str]:
    rows = part_rows(found)
    amounts = [money(each.amount) if each.sum else signed(each.amount) for each in rows]
    name, wide = max(len(each.name) for each in rows), max(map(len, amounts))
    most = max((abs(each.amount) for each in rows if each.share is not None), default=0)
    for each, amount in zip(rows, amounts, strict=True):
        share = "" if each.share is None else percent(each.share)
        drawn = bar(abs(each.amount) / most, 30) if each.share is not None and most else ""
        yield f"  {each.name:<{name}}  {amount:>{wide}}  {share:>8}  {drawn}".rstrip()
    if beside(found):
        yield f"  {beside(found)}"


# -- as JSON


def json_lines(played: Played, found: PostMortem, runs: Iterable[Rerun]) -> Iterator[str]:
    """An object a line: the post-mortem, a line for each rerun, and a summary. Numbers are exact strings."""
    yield _json(_figures(played, found))
    count = 0
    for rerun in runs:
        count += 1
        yield _json(_rerun_figures(played, rerun))
    view = played.session.view()
    kept = plain(view.equity + view.withdrawals)
    yield _json({"kind": "summary", "reruns": count, "liquidations": len(played.liquidations), "kept": kept})


def _json(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _figures(played: Played, found: PostMortem) -> dict[str, object]:
    told = found.attribution
    return {
        "kind": "post-mortem",
        "liquidation": None if found.event is None else played.liquidations.index(found.event) + 1,
        "pool": found.pool,
        "step": found.step,
        "time": iso(found.time),
        "safe": None if found.before is None else iso(found.before.time),
        "credit": plain(found.credit),
        "requirement": plain(found.requirement),
        "half_used_until": None if found.half is None else iso(found.half.time),
        "liquidation_prices": {key: at if at is None else plain(at) for key, at in found.liquidation_prices.items()},
        "terms": [_term_figures(term) for term in found.terms],
        "paths": [_path_figures(path) for path in found.paths],
        "since": iso(told.since_time),
        "equity_before": plain(told.before),
        "equity_after": plain(told.after),
        "parts": [{"part": part.kind, "position": part.position, "amount": plain(part.amount)} for part in told.parts],
        "fees_from_the_wallet": plain(told.fees_elsewhere),
    }


def _term_figures(term: TermChange) -> dict[str, object]:
    values = {"before": term.before, "after": term.after, "change": term.change}
    exact = {name: value if value is None else plain(value) for name, value in values.items()}
    return {"side": term.side, "depth": term.depth, "label": term.label, "unit": term.unit, **exact}


def _path_figures(path: PricePath) -> dict[str, object]:
    points = {"start": path.start, "highest": path.highest, "lowest": path.lowest, "end": path.end}
    return {
        "position": path.position,
        "size": plain(path.size),
        "entry": plain(path.entry),
        **{name: {"time": iso(each.time), "price": plain(each.price)} for name, each in points.items()},
        "series": [[iso(each.time), plain(each.price)] for each in path.series],
    }


def _rerun_figures(played: Played, rerun: Rerun) -> dict[str, object]:
    change = rerun.change
    row: dict[str, object] = {
        "kind": "rerun",
        "what": change.what,
        "words": change.words,
        "venue": change.account.venue,
        "account": change.account.name,
        "changed": changed_lines(played, rerun),
        "impossible": rerun.impossible or None,
    }
    if rerun.possible:
        row |= {
            "liquidated_at": None if rerun.liquidated_at is None else iso(rerun.liquidated_at),
            "liquidations": rerun.liquidations,
            "held": rerun.held,
            "paid_in": plain(change.paid_in),
            "kept": plain(rerun.kept),
            "difference": plain(rerun.difference),
            "lowered": [f"{each.symbol} {each}" for each in rerun.lowered],
            "refused": [{"command": command, "reason": why} for command, why in rerun.refused],
        }
    return row
