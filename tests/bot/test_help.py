"""`/help` names every command, briefly, and explains each one behind a button."""

import pytest

from bot.commands.routing import COMMANDS
from bot.messages import help as help_texts
from tests.bot.builders import fits_telegram, keys, plain
from words import sentences


def test_every_command_stands_in_one_group() -> None:
    grouped = [command for commands in help_texts.GROUPS.values() for command in commands]
    assert sorted(grouped) == sorted(COMMANDS)
    assert help_texts.GROUPS.keys() == sentences.welcome.HELP_GROUPS.keys()


def test_the_overview_is_short_and_names_every_command() -> None:
    overview = help_texts.overview()
    for command in COMMANDS:
        assert f"/{command}" in plain(overview).split()
    assert len(plain(overview)) < 500
    assert fits_telegram(overview)


@pytest.mark.parametrize("group", help_texts.GROUPS)
def test_a_group_explains_its_commands_and_leads_to_the_others(group: str) -> None:
    shown = help_texts.group(group)
    for command in help_texts.GROUPS[group]:
        assert f"/{command} " in plain(shown)
    assert {f"help:{each}" for each in help_texts.GROUPS} <= {str(key.callback_data) for key in keys(shown)}
    assert fits_telegram(shown)
