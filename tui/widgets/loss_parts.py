"""What took a pool's equity, part by part, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.cells import cell_len, set_cell_size
from textual.strip import Strip

from tui.themes import Palette
from tui.widgets.figures import money, percent, signed
from tui.widgets.scrolled import ScrolledStrips
from tui.widgets.strips import Part, blank, strip_of
from tui.words.post_mortem import PartRow

EIGHTHS = "▏▎▍▌▋▊▉█"
MOST_CELLS = 40
GAP = 2


class LossParts(ScrolledStrips):
    """Parts that add up, each with a bar as long as it is large."""

    DEFAULT_CSS = "LossParts { height: auto; }"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._parts: Sequence[PartRow] = ()
        self._beside = ""

    def show(self, parts: Sequence[PartRow], beside: str = "") -> None:
        """Draw other parts; `beside` is said below them."""
        self._parts, self._beside, self.top = parts, beside, 0
        self.redraw()

    @property
    def wanted(self) -> int:
        """How many rows there are."""
        return len(self._parts) + bool(self._beside)

    def build(self, width: int, height: int) -> list[Strip]:
        rows = part_strips(self._parts, width, self.palette)
        if self._beside:
            rows.append(strip_of([(self._beside, self.palette.dim)], width))
        return self.window(rows or [blank(width)], width, height)


def part_strips(parts: Sequence[PartRow], width: int, palette: Palette) -> list[Strip]:
    """A row a part: its name, its amount, its share of the result, and a bar."""
    if not parts:
        return []
    amounts = [money(each.amount) if each.sum else signed(each.amount) for each in parts]
    shares = ["" if each.share is None else percent(each.share) for each in parts]
    wide = max(map(cell_len, amounts))
    share_wide = max(map(cell_len, shares))
    name = min(max(cell_len(each.name) for each in parts), max(width - wide - share_wide - 2 * GAP, 8))
    room = min(width - name - wide - share_wide - 3 * GAP, MOST_CELLS)
    most = max((abs(each.amount) for each in parts if not each.sum and not each.moved), default=Decimal(0))
    rows = []
    for each, amount, share in zip(parts, amounts, shares, strict=True):
        style = palette.strong if each.sum else palette.dim if each.moved else palette.text
        tone = palette.down if each.amount < 0 else palette.up
        row: list[Part] = [
            (set_cell_size(each.name, name), style),
            (" " * GAP + amount.rjust(wide), style),
            (" " * GAP + share.rjust(share_wide), palette.dim),
        ]
        if not each.sum and not each.moved and most and room >= 4:
            row.append((" " * GAP + bar(abs(each.amount) / most, room), tone))
        rows.append(strip_of(row, width))
    return rows


def bar(share: Decimal, cells: int) -> str:
    """A bar of that share of `cells`, to an eighth of a cell; of what is not nothing at least that."""
    eighths = max(int(share * cells * 8), 1) if share else 0
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (EIGHTHS[rest - 1] if rest else "")
