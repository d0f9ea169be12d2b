"""The block index: every block holds what is in it, and ranges come out as if the whole column were read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.index import BLOCKS, Index
from engine.tape import Path
from tests.engine.tapes import tape_of

COLUMNS = st.lists(st.integers(1, 1_000), min_size=1, max_size=200).map(np.array)
SIZES = st.sampled_from([(1, 1), (1, 3), (2, 4), (3, 9), (7, 14), (5, 50), BLOCKS])


@given(column=COLUMNS, blocks=SIZES)
def test_a_block_covers_its_segments_with_the_vertices_at_both_ends(
    column: np.ndarray, blocks: tuple[int, int]
) -> None:
    index = Index(column, blocks)
    for size, level in zip(blocks, (index.small, index.large), strict=True):
        assert len(level.lows) == len(level.highs) == -(-len(column) // size)
        for place in range(len(level.lows)):
            covered = column[place * size : (place + 1) * size + 1]
            assert level.lows[place] == covered.min()
            assert level.highs[place] == covered.max()
    assert index.top == column.max()


@given(column=COLUMNS, blocks=SIZES, ends=st.tuples(st.integers(0, 199), st.integers(0, 199)))
def test_a_range_has_the_extremes_of_its_vertices(
    column: np.ndarray, blocks: tuple[int, int], ends: tuple[int, int]
) -> None:
    first, last = sorted(end % len(column) for end in ends)
    index = Index(column, blocks)
    assert index.lowest(first, last) == column[first : last + 1].min()
    assert index.highest(first, last) == column[first : last + 1].max()


@given(length=st.integers(1_000, 3_000), seed=st.integers(0, 99), ends=st.tuples(st.integers(0), st.integers(0)))
def test_ranges_over_whole_large_blocks(length: int, seed: int, ends: tuple[int, int]) -> None:
    column = np.random.default_rng(seed).integers(1, 10**12, length)
    first, last = sorted(end % length for end in ends)
    index = Index(column)
    assert (index.lowest(first, last), index.highest(first, last)) == (
        column[first : last + 1].min(),
        column[first : last + 1].max(),
    )


def test_blocks_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="blocks of 10 do not consist of blocks of 4"):
        Index(np.array([1, 2, 3]), (4, 10))


def test_a_path_gives_extremes_as_prices_of_the_column_that_is_there() -> None:
    path = Path(tape_of({"ETH": [2000, 2010, 1990, 2005]}, marks={"ETH": [2001, 2011, 1989, 2004]}))
    assert path.extreme("ETH", "mark", 0, 3, highest=True) == 2011
    assert path.extreme("ETH", "last", 1, 3, highest=False) == 1990
    assert path.extreme("ETH", "mark", 3, 3, highest=False) == 2004
    unmarked = Path(tape_of({"ETH": [2000, 2010]}))
    assert unmarked.index("ETH", "mark") is unmarked.index("ETH", "last")
