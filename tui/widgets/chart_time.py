"""The row of times under a chart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tui.widgets.canvas import Canvas
from tui.widgets.figures import moment

DISTANCES = (5, 15, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000)
"""Seconds between two labels."""

CLOSEST = 14
"""Columns between two labels, at least."""

DAY = 86_400_000


def draw_times(
    canvas: Canvas,
    row: int,
    starts: NDArray[np.int64],
    places: NDArray[np.int64],
    columns: int,
    seconds: int,
    style: int,
) -> None:
    """Labels under the first candle of each round stretch of time; the date where the day changes."""
    distance = next((each for each in DISTANCES if each >= seconds * CLOSEST), DISTANCES[-1])
    stretch = starts // (distance * 1000)
    turns = [0, *(np.flatnonzero(np.diff(stretch)) + 1).tolist()]
    free, day = 0, None
    for turn in turns:
        time = int(starts[turn])
        at = int(places[turn])
        texts = (label_of(time, distance, new_day=new_day) for new_day in (time // DAY != day, False))
        # Where there is no room for the date, the hour alone.
        text = next((each for each in texts if at + len(each) <= columns), "")
        if at < free or not text:
            continue
        if turn == 0 and len(turns) > 1 and int(places[turns[1]]) - at < len(text) + 2 and time % (distance * 1000):
            # The first label would take the room of a rounder one.
            continue
        canvas.write(row, at, text, style)
        free, day = at + len(text) + 3, time // DAY


def label_of(time: int, distance: int, *, new_day: bool) -> str:
    """`06:15`, `06:15:30` where labels are closer than a minute, `5 Aug 06:15` where the day is new."""
    when = moment(time)
    date = f"{when.day} {when:%b}"
    if distance >= 86_400:
        return f"{date} {when:%Y}" if distance >= 604_800 else date
    hour = f"{when:%H:%M:%S}" if distance < 60 else f"{when:%H:%M}"
    return f"{date} {hour}" if new_day else hour
