"""Scenarios: lessons and challenges, a TOML file each.

`reader.read_scenario` reads one, `attempt.Attempt` plays it, `proof.prove` shows that its solution earns three stars
and its naive attempt does not, `shipped.shipped_lessons` are those that come with the program.
docs/write-a-scenario.md explains the format and the language of conditions.
"""
