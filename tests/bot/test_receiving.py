"""Updates are received: one that fails costs itself and no other."""

import copy
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from demo import telegram
from settings import Settings
from tests.conftest import settings_of
from tests.in_process import in_process
from tests.people import Chat

NOT_A_MESSAGE = {"message_id": 1, "date": "yesterday", "chat": "Anna's"}
EXAMPLES = 80


@pytest.fixture
def settings(migrated_file: Path, tmp_path: Path) -> Settings:
    (tmp_path / "readback.db").write_bytes(migrated_file.read_bytes())
    return settings_of(tmp_path, ADMIN_CHAT_ID="1001")


def inject(api: telegram.Running, *elements: Any, numbered: bool = True) -> None:
    with api.monitor.lock:
        for element in elements:
            api.updates.inject(element, numbered=numbered)
        api.monitor.notify()


def test_an_update_that_cannot_be_parsed_costs_itself_and_no_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Anna wrote just after it. The log says so in one line, which holds nothing of the update."""
    with in_process(settings) as (api, _served):
        anna = Chat(api, api.person("Anna"))
        inject(api, {"message": NOT_A_MESSAGE})
        anna.says("/start")
        anna.sees("Readback tells you")
        api.wait_for(lambda: not api.updates.pending)
    told = [record for record in caplog.records if "cannot be read" in record.getMessage()]
    assert len(told) == 1
    assert not told[0].exc_info
    assert "Anna's" not in caplog.text


def test_a_message_of_a_kind_that_nobody_knows_yet_is_no_failure(settings: Settings) -> None:
    with in_process(settings) as (api, _served):
        anna = Chat(api, api.person("Anna"))
        message = {"message_id": 9, "date": 1, "chat": anna.chat.as_json(), "hologram": {"of": "Anna"}}
        inject(api, {"message": message}, {"hologram_reaction": {"chat": anna.chat.as_json()}})
        assert anna.asks("/start").text.startswith("Readback")


@pytest.mark.parametrize(
    "element", [None, [], "update", {}, {"update_id": "7"}, {"update_id": True}, {"update_id": 2**40}]
)
def test_what_has_no_number_is_passed_over_and_the_updates_beside_it_are_answered(
    settings: Settings, element: Any
) -> None:
    with in_process(settings) as (api, _served):
        anna = Chat(api, api.person("Anna"))
        inject(api, element, numbered=False)
        assert anna.asks("/start").text.startswith("Readback")


@pytest.mark.parametrize("result", [b"{}", b"7", b"null", b'"updates"'])
def test_an_answer_that_is_no_list_is_trouble_that_passes(settings: Settings, result: bytes) -> None:
    with in_process(settings) as (api, _served):
        api.faults.add("getUpdates", telegram.junk(b'{"ok":true,"result":' + result + b"}"), 2)
        anna = Chat(api, api.person("Anna"))
        assert anna.asks("/start").text.startswith("Readback")


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.sampled_from(["\0", "\ud800", "private", "/start", "delete:1", "kicked", 2**31, 2**63, 10**400]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
USER = {"id": 501, "is_bot": False, "first_name": "Carla", "language_code": "en"}
CHAT = {"id": 501, "type": "private", "first_name": "Carla"}
MESSAGE = {
    "message_id": 9,
    "date": 1_700_000_000,
    "chat": CHAT,
    "from": USER,
    "text": "/track contract to landlord",
    "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    "message_thread_id": 3,
    "is_topic_message": True,
    "reply_to_message": {"message_id": 8, "date": 1_700_000_000, "chat": CHAT, "from": USER, "text": "a"},
}
MEMBER = {"user": USER, "status": "member"}
WELL_FORMED: list[dict[str, Any]] = [
    {"message": MESSAGE},
    {"message": MESSAGE | {"text": None, "location": {"latitude": 52.5, "longitude": 13.4}}},
    {"message": MESSAGE | {"text": "/delete 1"}},
    {"message": MESSAGE | {"text": None, "migrate_to_chat_id": -100_501}},
    {"callback_query": {"id": "7", "from": USER, "message": MESSAGE, "chat_instance": "x", "data": "sent:1"}},
    {"my_chat_member": {"chat": CHAT, "from": USER, "date": 1, "old_chat_member": MEMBER}},
]
WELL_FORMED[-1]["my_chat_member"]["new_chat_member"] = MEMBER | {"status": "kicked", "until_date": 0}


@st.composite
def nearly_updates(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an update with anything in the place of one of its fields, at any depth."""
    update: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(WELL_FORMED)))
    part: Any = update
    while True:
        place = draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if not isinstance(part[place], dict | list) or draw(st.booleans()):
            part[place] = draw(anything)
            return update
        part = part[place]


kinds = st.sampled_from(["message", "callback_query", "my_chat_member", "edited_message", "hologram"])
elements = st.one_of(nearly_updates(), st.dictionaries(kinds | st.text(max_size=8), anything, max_size=3))


def test_whatever_json_is_an_update_by_its_number_everybody_else_is_answered(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody else writes each time: one chat would be paced after thirty answers."""
    numbers = itertools.count(9_000_001)
    with in_process(settings) as (api, _served):

        @effort(max_examples=EXAMPLES, deadline=None, database=None)
        @given(st.lists(elements, min_size=1, max_size=6), st.lists(anything, max_size=2))
        def answered(junk: list[dict[str, Any]], unnumbered: list[Any]) -> None:
            inject(api, *junk)
            inject(api, *unnumbered, numbered=False)
            ben = Chat(api, api.person("Ben", id=next(numbers)))
            assert "nothing to cancel" in ben.asks("/cancel").text

        answered()
        api.wait_for(lambda: not api.updates.pending)
    failed = {record.getMessage(): record.exc_info for record in caplog.records if record.exc_info}
    assert not failed


@pytest.mark.parametrize("order", [("to", "from"), ("from", "to"), ("to", "to"), ("from", "from")])
def test_a_group_that_moves_is_followed_whichever_of_its_groups_says_so_first_and_how_often(
    settings: Settings, order: tuple[str, str]
) -> None:
    with in_process(settings) as (api, _served):
        anna = api.person("Anna")
        flat = Chat(api, anna, api.group("Flat", [anna]))
        flat.tracks("notice to landlord")
        with api.monitor.lock:
            moved = Chat(api, anna, api.migrate(flat.chat))
            to, from_ = api.updates.pending.pop(), api.updates.pending.pop()
            said = {"from": to, "to": from_}
            for step in order:
                inject(api, {"message": said[step]["message"]})
        assert "notice → landlord" in moved.asks("/history").text
