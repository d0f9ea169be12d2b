"""What the lessons say, in the order of the ladder: no word stands anywhere before the text that explains it.

Looked at is all that the player gets to see: title and teaching sentence, and then for each step its text, what to do,
the goal as the panel spells it, the hints; in the end what is said of the other account, and the sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from engine.scenarios.conditions.words import in_words
from engine.scenarios.scenario import Scenario
from engine.scenarios.shipped import shipped_lessons
from engine.scenarios.texts import Text

ALL = shipped_lessons()
NUMBERS = {lesson.id: number for number, lesson in enumerate(ALL, 1)}

EXPLAINED: dict[str, tuple[str, str]] = {
    # word: the lesson, and how its explaining text puts it
    r"tape": ("long-and-short", "they lie on a tape that was written"),
    r"exchange": ("long-and-short", "an exchange, which keeps your money and carries out your orders"),
    r"market": ("long-and-short", "The market is called ETH"),
    r"long": ("long-and-short", "is called a long position: you are long"),
    r"entry": ("long-and-short", "That price is called your entry"),
    r"pnl": ("long-and-short", "profit and loss, written PnL"),
    r"open profit|unrealised": ("long-and-short", "It is open profit, also called unrealised"),
    r"realised": ("long-and-short", "Closing the position makes it yours: then it is realised"),
    r"wallet": ("long-and-short", "your wallet, which is where your money lies"),
    r"short": ("long-and-short", "That is a short position: you are short"),
    r"cross": ("long-and-short", "In a cross account all your money stands behind every position"),
    r"isolated": ("long-and-short", "in an isolated one each position has its own"),
    r"ghost": ("long-and-short", "Your orders in the other one, which is called the ghost"),
    r"margin": ("leverage-is-size", "The money that you put behind a position is called its margin"),
    r"notional": ("leverage-is-size", "its size times the price, is called its notional"),
    r"free": ("leverage-is-size", "They are free: they may become the margin of something else"),
    r"leverage": ("leverage-is-size", "carry 1,000 dollars of BTC. That is leverage"),
    r"liquidat\w*": ("leverage-is-size", "would have taken the position away before"),
    r"initial": ("initial-and-maintenance", "To open a position you need its initial margin: notional ÷ leverage"),
    r"equity": ("initial-and-maintenance", "What is left, margin plus PnL, is its equity"),
    r"maintenance": ("initial-and-maintenance", "To stay open, a position needs its maintenance margin"),
    r"gauges?": ("initial-and-maintenance", "maintenance margin ÷ equity"),
    r"margin calls?": ("initial-and-maintenance", "to warn you: that is a margin call"),
    r"pools?": ("initial-and-maintenance", "What stands behind a position is a pool"),
    r"requirement": ("initial-and-maintenance", "the maintenance margin is its requirement"),
    r"last price": ("mark-and-last", "The last price is what the latest trade paid"),
    r"wicks?": ("mark-and-last", "a thin spike: a wick"),
    r"mark": ("mark-and-last", "The mark price is what the exchange thinks ETH is worth"),
    r"liquidation price": (
        "mark-and-last",
        "That is its liquidation price: there equity is down to the maintenance margin",
    ),
    r"box(?:es)?": ("isolated-margin", "each position has its own margin, as if it were in a box"),
    r"bankrupt\w*": ("siloed", "a box is not quite empty yet. It would be at 0 for ETH: that is called its bankruptcy"),
    r"a stop": ("siloed", "A stop is an order that waits, and closes a position at a price that you chose"),
    r"perpetuals?": ("delta-neutral", "a contract on its price, which never ends: a perpetual"),
    r"basis": ("delta-neutral", "That difference is called the basis"),
    r"hedged?": ("delta-neutral", "Traders call such a pair a hedge with two legs"),
    r"legs?": ("delta-neutral", "Traders call such a pair a hedge with two legs"),
    r"delta-neutral": ("delta-neutral", "Both together don't move at all"),
    r"funding": ("funding-bleeds", "so something must keep its price near that of the coin. That is funding"),
    r"brackets?": ("brackets", "the first dollars of a position need little, those above a limit more"),
    r"tiers?": ("brackets", "It goes by brackets, also called tiers"),
    r"fees?": ("brackets", "it keeps a fee for the trouble"),
    r"partial liquidations?": ("brackets", "brings what is left back above its margin"),
    r"insurance": ("bankruptcy", "insurance fund, a pot that is filled with what earlier liquidations left over"),
    r"deleverag\w*|adl": ("bankruptcy", "closed that position against yours, at your bankruptcy price"),
    r"collateral": ("coin-as-collateral", "What stands behind a position is called its collateral"),
    r"haircuts?": ("coin-as-collateral", "What it takes off is called a haircut"),
    r"lends?|lending|borrows?": ("health-factor", "who has coins lends them to it, who needs some borrows them"),
    r"interest": ("health-factor", "WSTETH is ETH that earns interest"),
    r"loops?": ("health-factor", "and can do it again. That is a loop"),
    r"debt": ("health-factor", "ETH: that is your debt"),
    r"health factor": ("health-factor", "of your collateral ÷ what you owe"),
    r"oracle": ("oracle-attack", "an oracle: it looks at a few markets, and tells the pool what a coin costs"),
    r"barbell": ("defined-loss", "One end of your money is wild, the other one quiet"),
    r"books?": ("thin-book", "Behind it stands the book: orders that wait"),
    r"spread": ("thin-book", "The gap between the best buyer and the best seller is the spread"),
    r"market orders?": ("thin-book", "A market order takes what the book has, at once"),
    r"slippage": ("thin-book", "gets an ever worse price: that is slippage"),
    r"depth": ("thin-book", "How much it takes to move a price is called the depth of its book"),
    r"limit orders?": ("thin-book", "A limit order waits at a price that you name"),
    r"cascades?": ("thin-book", "whose sale pushes it further. That is a cascade"),
}
"""What is explained, and by which words."""

NOWHERE = (
    r"naked|peg|vega|gamma|basis points?|bps|api|dex|cex|maker|taker|order book|vault|index price|premium|"
    r"open interest|backstop|effective leverage|drawdown|leveraged|amm|tvl|ltv|volatility"
)
"""What no lesson says, for none explains it."""


@dataclass(frozen=True)
class Said:
    """A text that the player sees: of which lesson, which one it is, and its words."""

    lesson: str
    what: str
    words: str


def typed(text: Text) -> str:
    return " ".join("".join(piece if isinstance(piece, str) else "0" for piece in text.pieces).split())


def said_in(lesson: Scenario) -> list[Said]:
    """In the order in which it is read."""
    found = []
    for number, step in enumerate(lesson.steps, 1):
        found.append(Said(lesson.id, f"step {number}: text", typed(step.text)))
        found.append(Said(lesson.id, f"step {number}: do", typed(step.do)))
        found.append(Said(lesson.id, f"step {number}: goal", in_words(step.goal)))
        found.append(Said(lesson.id, f"step {number}: nudge", typed(step.nudge)))
        found.append(Said(lesson.id, f"step {number}: formula", typed(step.formula)))
    found.append(Said(lesson.id, "look_at", typed(lesson.closing.look_at)))
    found.append(Said(lesson.id, "sentence", typed(lesson.closing.sentence)))
    return found


EVERYTHING = [said for lesson in ALL for said in said_in(lesson)]


@pytest.mark.parametrize("word", EXPLAINED)
def test_a_word_is_explained_where_it_is_first_said(word: str) -> None:
    lesson, explanation = EXPLAINED[word]
    places = [place for place, said in enumerate(EVERYTHING) if explanation in said.words and said.lesson == lesson]
    assert places, f"{lesson} does not say: {explanation}"
    before = [said for said in EVERYTHING[: places[0]] if re.search(rf"\b(?:{word})\b", said.words, re.IGNORECASE)]
    assert before == [], f"{before[0].lesson}, {before[0].what}"
    here = EVERYTHING[places[0]].words
    assert re.search(rf"\b(?:{word})\b", here, re.IGNORECASE), here


@pytest.mark.parametrize("word", EXPLAINED)
def test_no_title_promises_what_a_later_lesson_explains(word: str) -> None:
    lesson, _ = EXPLAINED[word]
    for earlier in ALL[: NUMBERS[lesson] - 1]:
        shown = f"{earlier.title} {earlier.teaches} {typed(earlier.thought)}"
        assert not re.search(rf"\b(?:{word})\b", shown, re.IGNORECASE), earlier.id


def test_words_that_nothing_explains_are_not_said() -> None:
    for said in EVERYTHING:
        assert not re.search(rf"\b(?:{NOWHERE})\b", said.words, re.IGNORECASE), said


def test_an_explanation_is_a_sentence_and_not_the_bare_word() -> None:
    for word, (_, explanation) in EXPLAINED.items():
        assert len(explanation.split()) >= 4, word
