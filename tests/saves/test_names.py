"""Names that a terminal can show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saves import SaveError
from saves.errors import quoted
from saves.names import LONGEST_NAME, checked_name, cleaned_name, free_name, invented_name


@given(st.text())
def test_a_cleaned_name_is_always_allowed(text: str) -> None:
    assert checked_name(cleaned_name(text)) == cleaned_name(text)


@given(st.text())
def test_a_name_is_taken_as_it_is_or_refused(text: str) -> None:
    try:
        name = checked_name(text)
    except SaveError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert name.isprintable()
        assert 0 < len(name) <= LONGEST_NAME
        assert checked_name(name) == name
    assert refusal.isprintable()


@given(st.text())
def test_a_quotation_is_harmless(text: str) -> None:
    assert quoted(text).isprintable()
    assert len(quoted(text)) <= 202


def test_an_invented_name_comes_from_its_seed() -> None:
    def nobody(name: str) -> bool:
        return False

    assert invented_name("0123456789ab", nobody) == invented_name("0123456789ab", nobody)
    assert len({invented_name(f"{seed:012x}", nobody) for seed in range(50)}) > 40
    first = invented_name("00", nobody)
    assert invented_name("00", lambda name: name == first) != first
    assert invented_name("00", lambda name: not name.endswith(" 2")).endswith(" 2")


@pytest.mark.parametrize("name", ["Played", "x" * LONGEST_NAME])
def test_a_taken_name_gets_a_number(name: str) -> None:
    taken: set[str] = set()
    for _ in range(12):
        free = free_name(name, taken.__contains__)
        assert free not in taken
        assert len(free) <= LONGEST_NAME
        taken.add(free)
