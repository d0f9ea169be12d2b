"""`isocross settings`: what is set, where, and what is wrong."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command_line import Isocross


def test_first_settings(isocross: Isocross, isocross_home: Path) -> None:
    result = isocross("settings")
    assert result.status == 0
    assert result.out.startswith(f"{isocross_home / 'settings.toml'} (not there yet")
    assert "isocross-dark" in result.out
    assert not (isocross_home / "settings.toml").exists()


def test_values_and_keys(isocross: Isocross, isocross_home: Path) -> None:
    (isocross_home / "settings.toml").write_text('confirm = "risky"\n[keys]\ndesk.buy = "ctrl+y"\n')
    result = isocross("settings")
    assert result.status == 0
    assert "confirm                 risky" in result.out
    assert "desk.buy              ctrl+y" in result.out
    row = isocross("settings", "--json").rows[0]
    assert (row["confirm"], row["keys"], row["problems"]) == ("risky", {"desk.buy": "ctrl+y"}, [])
    assert row["file"] == str(isocross_home / "settings.toml")


def test_what_is_wrong_is_told_and_the_rest_printed(isocross: Isocross, isocross_home: Path) -> None:
    (isocross_home / "settings.toml").write_text('theme = "\x1b[31m"\nascii = "on"\nconfirm = 3\n')
    result = isocross("settings")
    assert result.status == 2
    assert "ASCII only              on" in result.out
    assert "settings.toml, line 1" in result.err
    assert 'settings.toml, line 3, confirm: 3 is none of its values; try: confirm = "always"' in result.err
    assert len(isocross("settings", "--json").rows[0]["problems"]) == 2


def test_help_and_words_that_mean_nothing(isocross: Isocross) -> None:
    assert "one_key_size" in isocross("settings", "--help").out
    assert isocross("settings", "theme").status == 2
