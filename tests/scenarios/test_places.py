"""The lines of a TOML text's fields."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.package_data import names_in, text_in
from engine.scenarios.places import FieldPath, name_of, place_of, places_in

SAMPLE = '''\
# a comment [with] = signs
title = "one # no comment"   # a comment
"quoted key" = 1
dotted.inner."x y" = true

[rules]
set = [
    "a",  # one
    'b',
    """
    c""",
]
at = 2024-01-01 00:00:00
[tape.prices]
ETH = """
0 1, \\
1m 2"""
inline = { a = 1, b = [1, { c = "}" }] }
[[steps]]
goal = \'\'\'
one
two\'\'\'
[[steps]]
goal = "x"
[[steps.parts]]
n = 1
[[steps.parts]]
n = 2
'''


def leaves(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from leaves(each, (*path, key))


def test_every_field_has_its_line() -> None:
    places = places_in(SAMPLE)
    assert set(leaves(tomllib.loads(SAMPLE))) <= set(places)
    lines = {name_of(path): place.line for path, place in places.items()}
    wanted = {"title": 2, "quoted key": 3, "dotted": 4, "dotted.inner.x y": 4, "rules": 6, "rules.set": 7}
    wanted |= {"rules.set[1]": 8, "rules.set[2]": 9, "rules.set[3]": 10, "rules.at": 13, "tape.prices.ETH": 15}
    wanted |= {"tape.prices.inline.b[2].c": 18, "steps[1].goal": 20, "steps[2].goal": 24, "steps[2].parts[2].n": 28}
    assert {name: lines[name] for name in wanted} == wanted


def test_a_line_of_a_text_is_a_line_of_the_file() -> None:
    places = places_in(SAMPLE)
    goal = places["steps", 0, "goal"]
    assert SAMPLE.splitlines()[goal.line_of(2) - 1].startswith("two")
    joined = places["tape", "prices", "ETH"]
    assert joined.line_of(2) == joined.line == 15


def test_what_is_not_there_has_the_place_of_what_is_around_it() -> None:
    assert place_of(places_in(SAMPLE), ("rules", "venue")).line == 6
    assert place_of({}, ("rules",)).line == 1


def test_every_field_of_the_lessons_is_found() -> None:
    for name in names_in("engine.scenarios.lessons", ".toml"):
        text = text_in("engine.scenarios.lessons", name)
        places, rows = places_in(text), text.splitlines()
        for path in leaves(tomllib.loads(text)):
            key = str(path[-1])
            assert isinstance(path[-1], int) or key in rows[places[path].line - 1], (name, path)


keys = st.sampled_from(["a", "b-c", '"q k"', "'l.t'", "d"])
scalars = st.sampled_from(
    [
        "1",
        "-2.5",
        "true",
        '"s # ["',
        "'l # ]'",
        '"""\nm\n"""',
        "'''x\n\n'''",
        '"a\\"b"',
        "2024-01-01",
        '"""e\\\n  f"""',
        '""""q""""',
    ]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: "[" + " ,\n # c ]\n ".join(each) + "]")
        | st.lists(
            st.tuples(keys, scalars.filter(lambda each: "\n" not in each)), max_size=2, unique_by=lambda each: each[0]
        ).map(lambda each: "{" + ", ".join(f"{key} = {value}" for key, value in each) + "}")
    ),
    max_leaves=5,
)
pairs = st.lists(st.tuples(keys, values), max_size=3, unique_by=lambda each: each[0]).map(
    lambda each: "".join(f"{key} = {value}\n" for key, value in each)
)
documents = st.lists(
    st.tuples(st.sampled_from(["", "[t]\n", "[u.v]\n", "[[w]]\n", "[[w]]\n# c\n", "[[w.x]]\n"]), pairs), max_size=5
).map(lambda each: "".join(head + body for head, body in each))


@given(documents)
def test_every_field_of_any_text_is_found(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = places_in(text)
    assert set(leaves(data)) <= set(places)
    assert all(1 <= place.line <= text.count("\n") + 1 for place in places.values())


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    places_in(text)
