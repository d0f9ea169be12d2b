"""A post-mortem in words and figures, for the screen and for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.liquidation.terms import judged_by
from engine.numbers import divide
from engine.post_mortem import Part, Played, PostMortem, PricePath
from engine.post_mortem.reruns import Rerun, liquidations_since
from engine.record import Given
from engine.sentences import pool_name
from engine.tape import Tape
from tui.playing.liquidations import Liquidation, headline, liquidations_in, why
from tui.widgets.figures import NONE, clock, date_and_time, money, percent, signed
from tui.widgets.figures import price as shown_price

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CENT = Decimal("0.01")
MOST_WAYS = 2
"""Of several markets, the ways of so many are told: of those that lost most."""
SHOWN_VENUES = 3
"""Of the venues that did best, and of those that did worst, so many are shown at first."""

PART_NAMES = {
    "put in": "put in",
    "taken out": "taken out",
    "fees": "fees",
    "funding": "funding",
    "interest": "interest",
    "slippage": "slippage",
    "liquidation": "liquidations before",
    "rounding": "rounding",
}


def tick_of(tape: Tape, symbol: str | None) -> Decimal:
    """The tick of a market; a cent where there is none of that name."""
    market = tape.by_symbol.get(symbol or "")
    return market.tick_size if market is not None else CENT


def duration(milliseconds: int) -> str:
    """`45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    if milliseconds < MINUTE:
        return f"{milliseconds // 1000} s"
    if milliseconds < HOUR:
        return f"{milliseconds // MINUTE} min"
    if milliseconds < DAY:
        minutes = milliseconds % HOUR // MINUTE
        return f"{milliseconds // HOUR} h" + (f" {minutes} min" if minutes else "")
    hours = milliseconds % DAY // HOUR
    return f"{milliseconds // DAY} d" + (f" {hours} h" if hours else "")


def story_of(played: Played, found: PostMortem) -> Liquidation | None:
    """The liquidation with all that followed of it; None where the pool stands."""
    return next((each for each in liquidations_in(played.events) if each.start is found.event), None)


# -- what happened


def title(played: Played, found: PostMortem) -> str:
    """What died, or stands, and when."""
    story = story_of(played, found)
    if story is None:
        name = pool_name(found.pool).removeprefix("the ")
        return f"How it stands: {'isolated ' if found.isolated else ''}{name} at {date_and_time(found.time)} UTC"
    at = f"{date_and_time(found.time)}:{clock(found.time)[-2:]} UTC"
    price = found.event.price if found.event is not None else None
    tick = tick_of(played.record.tape, story.symbol)
    return f"{headline(story)}, {at}" + ("" if price is None else f", at {shown_price(price, tick)}")


def reasons(played: Played, found: PostMortem) -> list[str]:
    """Why, in sentences: what counted and was required, and the way there."""
    story = story_of(played, found)
    lines = [] if story is None else _judgement(played, story)
    if story is None:
        used = percent(divide(found.requirement, found.credit)) if found.credit > 0 else "more than all"
        lines = [f"{money(found.credit)} counts and {money(found.requirement)} is required: {used} of it is used."]
        lines += _liquidations_ahead(played, found)
    lines += [way(each, played.record.tape) for each in _by_loss(found)[:MOST_WAYS]]
    if found.half is not None and found.event is not None:
        lines.append(f"Less than half was in use until {duration(found.time - found.half.time)} before.")
    return lines


def moments(found: PostMortem) -> tuple[str, str]:
    """What heads the two columns of terms: the moments that are compared, as short as tells them apart."""
    after, now = "liquidation" if found.event else "now", found.time
    if found.before is None:
        return NONE, f"{after} {clock(now)}"
    before, then = "last safe" if found.event else "opened", found.before.time
    shown = clock if now - then < DAY else _day_and_minute
    return f"{before} {shown(then)}", f"{after} {shown(now)}"


def _day_and_minute(time: int) -> str:
    return date_and_time(time)[5:]


def _by_loss(found: PostMortem) -> list[PricePath]:
    """A path for each market, that of the largest loss first."""
    losses = sorted(found.paths, key=lambda each: (each.size * (each.end.price - each.entry), each.position))
    return list({each.symbol: each for each in reversed(losses)}.values())[::-1]


def _judgement(played: Played, story: Liquidation) -> list[str]:
    return why(story, tick_of(played.record.tape, story.symbol), judged_by(played.session, story.start))


def _liquidations_ahead(played: Played, found: PostMortem) -> list[str]:
    marks = {each.symbol: each.end.price for each in found.paths}
    lines = []
    for key, price in found.liquidation_prices.items():
        symbol = found.positions[key].symbol
        if price is not None:
            away = percent(abs(divide(price - marks[symbol], marks[symbol])))
            at = shown_price(price, tick_of(played.record.tape, symbol))
            lines.append(f"Liquidation with {found.positions[key].name} at {at}, {away} away.")
    return lines


def way(path: PricePath, tape: Tape) -> str:
    """What one price did since the position was opened."""
    tick = tick_of(tape, path.symbol)
    moved = "rose" if path.moved > 0 else "fell"
    start, end = shown_price(path.start.price, tick), shown_price(path.end.price, tick)
    if path.start.price == path.end.price == path.best.price:
        return f"{path.symbol} is at {end}, where it was {duration(path.lasted)} before."
    text = f"{path.symbol} {moved} {percent(abs(path.moved))} in {duration(path.lasted)}, from {start} to {end}"
    if path.best.price not in (path.start.price, path.end.price):
        best = shown_price(path.best.price, tick)
        text += f"; {percent(abs(path.from_best))} from its best, {best} at {date_and_time(path.best.time)}"
    return f"{text}."


# -- what took it


@dataclass(frozen=True, slots=True)
class PartRow:
    """One row: its name, amount in quote units, share of the result, and whether it is a sum."""

    name: str
    amount: Decimal
    share: Decimal | None = None
    sum: bool = False
    moved: bool = False


def part_rows(found: PostMortem) -> list[PartRow]:
    """From what was there to what was left."""
    told, shares = found.attribution, dict(found.attribution.shares())
    rows = [PartRow("before", told.before, sum=True)] if told.before else []
    rows += [
        PartRow(part_name(part), part.amount, shares.get(part), moved=part not in shares)
        for part in told.parts
        if part.kind != "rounding" or abs(part.amount) >= CENT / 2
    ]
    rows.append(PartRow("at the liquidation" if found.event is not None else "now", told.after, sum=True))
    return rows


def part_name(part: Part) -> str:
    """What a part is called."""
    return f"price of {part.position}" if part.kind == "price" else PART_NAMES[part.kind]


def beside(found: PostMortem) -> str:
    """What is in no part; empty where there is nothing."""
    fees = found.attribution.fees_elsewhere
    return f"Besides, the wallet paid {money(fees)} in fees for it." if fees else ""


# -- what would have been

HEADINGS = ("would have", "liquidated", "kept", "difference")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One row of the table: its cells under `HEADINGS`, what else there is to say; the rerun, None of what happened."""

    cells: tuple[str, str, str, str]
    notes: str
    rerun: Rerun | None = None


def as_it_was(played: Played, found: PostMortem) -> RunRow:
    """What happened."""
    starts, view = liquidations_since(played.events, found.attribution.since), played.session.view()
    kept = view.equity + view.withdrawals
    at = _when(starts[0].time if starts else None, len(starts))
    held = "still open" if view.positions else ""
    return RunRow(("as it was", at, money(kept), ""), held)


def run_row(rerun: Rerun) -> RunRow:
    """How one change fared."""
    words = rerun.change.words
    if not rerun.possible:
        return RunRow((words, "", "", ""), f"{NONE} {rerun.impossible}", rerun)
    at = _when(rerun.liquidated_at, rerun.liquidations)
    cells = (words, at, money(rerun.kept), signed(rerun.difference))
    return RunRow(cells, " · ".join(_notes(rerun)), rerun)


def _notes(rerun: Rerun) -> list[str]:
    notes = ["still open"] if rerun.held else []
    notes += [str(each) for each in rerun.lowered]
    notes += [f"with {money(rerun.change.paid_in)} paid in"] if rerun.change.paid_in else []
    count = len(rerun.refused)
    return [*notes, *([f"{count} command{'s' * (count > 1)} not followed"] if count else [])]


def _when(time: int | None, times: int) -> str:
    if time is None:
        return NONE
    return _day_and_minute(time) + (f" ×{times}" if times > 1 else "")


def chosen(reruns: Sequence[Rerun], *, every: bool) -> list[Rerun]:
    """What is listed: all that the player could have done, then other venues, those that kept most first; of these the
    best and the worst, or every one, with those that can't play it at the end."""
    own = [each for each in reruns if each.change.what != "venue"]
    venues = [each for each in reruns if each.change.what == "venue"]
    followed = sorted((each for each in venues if each.complete), key=lambda each: (-each.kept, each.change.words))
    others = [each for each in venues if not each.complete]
    if every:
        return [*own, *followed, *others]
    if len(followed) > 2 * SHOWN_VENUES:
        followed = followed[:SHOWN_VENUES] + followed[-SHOWN_VENUES:]
    return [*own, *followed]


def rerun_lines(played: Played, rerun: Rerun) -> list[tuple[bool, str]]:
    """All of one rerun, a line each; True before a title."""
    change, tape = rerun.change, played.record.tape
    lines = [(False, f"Played in {_account(played, rerun)}, on the same prices.")]
    lines += [(True, "changed"), *((False, f"  {text}") for text in changed_lines(played, rerun))]
    if not rerun.possible:
        return [*lines, (True, "there is no such run"), (False, f"  {rerun.impossible}")]
    times = f", {rerun.liquidations} times in all" if rerun.liquidations > 1 else ""
    when = rerun.liquidated_at
    lived = "not liquidated" if when is None else f"liquidated {date_and_time(when)} UTC{times}"
    until = date_and_time(int(tape.times[played.record.until]))
    less = f", less the {money(change.paid_in)} paid in" if change.paid_in else ""
    lines += [
        (True, "result"),
        (False, f"  {lived}; {'something is still open' if rerun.held else 'nothing is open'} at {until} UTC"),
        (False, f"  {money(rerun.kept)} kept{less}: {signed(rerun.difference)} against what happened"),
    ]
    if rerun.lowered:
        lines += [(True, "leverage above the venue’s"), *((False, f"  {each.symbol} {each}") for each in rerun.lowered)]
    if rerun.refused:
        lines += [(True, "not followed"), *((False, f"  {command}: {why}") for command, why in rerun.refused)]
    return lines


def _account(played: Played, rerun: Rerun) -> str:
    account = rerun.change.account
    name = f"{account.venue} {account.name}"
    return "the account as it was" if account.as_given else name


def changed_lines(played: Played, rerun: Rerun) -> list[str]:
    """The commands that are other ones, with what they were; what is put in, or left out."""
    before, after, tape = played.commands, rerun.change.commands, played.record.tape

    def said(given: Given, text: str) -> str:
        return f"{date_and_time(int(tape.times[given.step]))}  {text}"

    if len(after) > len(before):
        return [said(each, f"+ {each.command}") for each in after if each.number in rerun.change.changed]
    if len(after) < len(before):
        kept = {each.number for each in after}
        return [said(each, f"without {each.command}") for each in before if each.number not in kept]
    pairs = [(new, old) for new, old in zip(after, before, strict=True) if str(new.command) != str(old.command)]
    return [said(new, f"{new.command}  (was {old.command})") for new, old in pairs] or ["nothing but the account"]
