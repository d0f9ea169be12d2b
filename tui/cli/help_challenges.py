"""What `isocross challenges --help` and `isocross daily --help` say."""

CHALLENGES = """\
isocross challenges: seven rebuilt crashes to survive, and the rules of three prop desks.

Usage
  isocross challenges list [--json]                 which there are
  isocross challenges show CHALLENGE                its rules, its given book, what to reach
  isocross challenges test [CHALLENGE ...] [--json] play each one's solution and its naive attempt

CHALLENGE is a number, an id, or a file. docs/challenges.md says how they are judged.

Examples
  isocross challenges list
  isocross challenges show survive-luna
  isocross challenges test 8
"""

DAILY = """\
isocross daily: one tape a UTC day, the same for everybody.

Usage
  isocross daily [--date DATE] [--script]     the day's set-up and how to play it; or its script
  isocross daily [--date DATE] --share SAVE [--ascii] [--score]
                                              the line to share of a saved session

Examples
  isocross daily
  isocross daily --date 2026-11-22 --script
"""
