"""What `isocross lessons --help`, `challenges --help` and `daily --help` say."""

from __future__ import annotations

LESSONS = """\
isocross lessons: from the first long to the crash, one idea each, checked by what the account does.

Usage
  isocross lessons list [--json]              the ladder, with your stars
  isocross lessons play LESSON [--anew]       straight to its desk
  isocross lessons show LESSON [--hints]      what is in one, with the figures of its own solution
  isocross lessons test [LESSON ...] [--json] play each one's solution and its naive attempt: the
                                              first must earn three stars, the other must not

LESSON is a number, an id, or a file. A lesson is a TOML file; your own are found in the folder
`scenarios` beside your saves. docs/write-a-scenario.md says how to write one. What is wrong with a
file is told with its line and field, and the exit status is 2. `play` goes on with an attempt that
is not over; --anew begins another.

Examples
  isocross lessons list
  isocross lessons play 3
  isocross lessons show 5
  isocross lessons test my_lesson.toml
"""

CHALLENGES = """\
isocross challenges: seven rebuilt crashes to survive, and the rules of three prop desks.

Usage
  isocross challenges list [--json]                 which there are, with your stars and best scores
  isocross challenges play CHALLENGE [--anew]       straight to its desk
  isocross challenges show CHALLENGE                its rules, its given book, what to reach
  isocross challenges test [CHALLENGE ...] [--json] play each one's solution and its naive attempt

CHALLENGE is a number, an id, or a file. docs/challenges.md says how they are judged. `play` goes on
with an attempt that is not over; --anew begins another.

Examples
  isocross challenges list
  isocross challenges play survive-luna
  isocross challenges show survive-luna
  isocross challenges test 8
"""

DAILY = """\
isocross daily: one tape a UTC day, the same for everybody.

Usage
  isocross daily [--date DATE] [--script]        the day's set-up and how to play it; or its script
  isocross daily play [--date DATE] [--anew]     straight to its desk: the first attempt on the day
                                                 itself is ranked, all others are practice
  isocross daily [--date DATE] --share [SAVE] [--ascii] [--score]
                                                 the line to share of the ranked attempt, or of a
                                                 saved session

`play` goes on with an attempt that is not over; --anew begins another.

Examples
  isocross daily
  isocross daily play
  isocross daily --share
  isocross daily --date 2026-11-22 --script
"""
