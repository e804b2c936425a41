"""The list of several links: what it says and offers of each, and that it fits in one message."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from telegram import CopyTextButton

import words
from bot.commands.track import MOST_AT_ONCE
from bot.delivery import forms
from bot.message import Message
from bot.messages.lists import list_of, listed
from storage.tables import Link
from storage.times import moment
from tests.bot.builders import (
    COPY_PAGE,
    PIXEL,
    PUBLIC,
    SENT,
    Event,
    fits_telegram,
    keys,
    labels,
    link,
    plain,
    said,
    verbs,
)
from tests.bot.test_cards import FORTNIGHT, LOOKED, MUCH_LATER, SENT_WHILE_AWAY, STATES, every_state
from tests.fetches import GMAIL, NOON
from tracking import Statement, StatementKind

LOCAL = "http://localhost:8080"
NAMES = ("Ben", "Carla", "Dora")


def shown(
    links: Sequence[Link], now: float = MUCH_LATER, public_url: str = PUBLIC, copy_page: str = COPY_PAGE
) -> Message:
    return list_of(
        [
            listed(one, public_url=public_url, copy_page=copy_page, now=now, revival=FORTNIGHT)
            for one in links
        ],
        now,
    )


def several(
    *events: Event, names: Sequence[str] = NAMES, label: str = "offer", muted: bool = False
) -> list[Link]:
    """Return links to these people, each after these events."""
    made = [link(*events, label=label, recipient=name, muted=muted) for name in names]
    for number, one in enumerate(made, 1):
        one.id, one.number, one.list_id = 70 + number, number, 71
    return made


def test_a_new_list_has_all_that_a_person_needs_for_each_mail() -> None:
    message = shown(several())
    assert "3 links, one for each recipient" in plain(message)
    for number, name in enumerate(NAMES, 1):
        assert f"<b>offer</b> → {name} · #{number}" in message.text
    assert message.text.count(f"<code>{PIXEL}</code>") == 3
    assert message.text.count(f'<a href="{COPY_PAGE}">Open copy page</a>') == 3
    copy, sent = message.keyboard[1]
    assert (copy.text, copy.copy_text) == ("Copy: Carla", CopyTextButton(PIXEL))
    assert (sent.text, sent.callback_data) == ("✅ Sent: Carla", "sent:72")
    assert [key.callback_data for key in message.keyboard[-1]] == ["apps:71"]


def test_each_link_is_shown_as_it_stands() -> None:
    ben, carla, dora = several()
    carla = several(SENT, GMAIL)[1]
    message = shown([ben, carla, dora], now=LOOKED + 60)
    assert "📨 Sent " in plain(message)
    assert "👀 Opened " in plain(message)
    assert [verbs(Message(message.text, [row])) for row in message.keyboard] == [
        ["sent"], ["story"], ["sent"], ["apps"],
    ]  # fmt: skip


@every_state
def test_what_a_list_offers_is_sent_until_it_was_sent_and_then_the_story(events: tuple[Event, ...]) -> None:
    message = shown(several(*events))
    unsent = "sent" in verbs(message)
    assert ("story" in verbs(message)) is not unsent
    assert ("Open copy page" in message.text) is unsent
    assert ("couldn’t tell you whose" in plain(message)) is unsent


@every_state
def test_a_list_never_says_opened_and_draft_only_once_a_draft_was_seen(events: tuple[Event, ...]) -> None:
    text = plain(shown(several(*events)))
    assert "opened" not in text
    if "draft" in text:
        assert events


def test_a_page_on_a_host_without_a_dot_is_shown_as_text_because_telegram_makes_no_link_of_it() -> None:
    page = f"{LOCAL}/copy/7"
    message = shown(several(), public_url=LOCAL, copy_page=page)
    assert plain(message).count(f"Open copy page: {page}") == 3
    assert "<a " not in message.text


def test_a_muted_link_says_so_in_its_place() -> None:
    assert plain(shown(several(muted=True))).count("🔕 Muted.") == 3
    assert "Muted" not in plain(shown(several(said(StatementKind.STOPPED), muted=True)))


def test_in_a_group_the_list_names_the_person_who_tracked() -> None:
    links = several()
    links[0].tracker = "Ben"
    assert "Tracked by Ben." in plain(shown(links))


def test_the_deadline_is_said_once_while_somebody_has_not_opened() -> None:
    waiting, opened = several(), several(SENT, GMAIL)
    for one in (*waiting, *opened):
        one.deadline = moment(NOON + 5 * 86400)
    assert plain(shown([opened[0], *waiting[1:]], now=NOON + 3600)).count("⏳ Deadline") == 1
    assert "Deadline" not in plain(shown(opened, now=NOON + 3600))


def test_for_an_hour_after_sent_it_says_how_to_name_an_earlier_time() -> None:
    ben, carla, _ = several()
    sent = several(SENT)[1]
    assert "/sent 2 at 14:05" in plain(shown([ben, sent], now=NOON + 120))
    assert "/sent" not in plain(shown([ben, sent], now=NOON + 60 + 3600))
    assert "/sent" not in plain(shown([ben, carla], now=NOON + 120))


def test_it_asks_once_when_mails_were_sent_whose_buttons_were_tapped_while_the_bot_was_away() -> None:
    later = Statement(StatementKind.SENT, NOON + 7230, since=NOON + 60)
    ben, carla, dora = several(SENT_WHILE_AWAY)[0], several(later)[1], several()[2]
    text = plain(shown([ben, carla, dora], now=NOON + 7260))
    assert text.count("/sent") == 1
    assert "/sent 2 at 14:05" in text
    assert "/sent 1 at 14:05" in plain(shown([ben, dora], now=NOON + 7260))


def test_it_asks_whether_an_image_that_was_never_seen_in_a_draft_is_in_the_mail() -> None:
    question = "Is it in the mail? Tap its Story to answer."
    assert plain(shown([several()[0], several(SENT)[1]])).count(question) == 1
    assert question not in plain(shown(several(GMAIL, said(StatementKind.SENT, NOON + 1000))))


@every_state
def test_ten_links_with_long_names_fit_in_one_message_in_every_language(events: tuple[Event, ...]) -> None:
    names = [f"{number} {'Wolfeschlegelsteinhausen ' * 3}" for number in range(MOST_AT_ONCE)]
    links = several(*events, names=names, label="Declaration of independence " * 3, muted=True)
    url = "https://readback.a-rather-long-name-of-a-company.example"
    for _ in words.in_every_language():
        message = shown(links, public_url=url, copy_page=f"{url}/copy/7-0123456789abcdef")
        assert fits_telegram(message)
        assert len(keys(message)) <= 2 * MOST_AT_ONCE + 1
        assert message.text.count("/i/") == MOST_AT_ONCE or "sent" not in verbs(message)


def test_the_addresses_of_sent_links_are_left_out_only_where_the_list_would_be_too_long() -> None:
    long = "https://readback." + "a-rather-long-name-of-a-company." * 8 + "example"
    mixed = [*several(SENT, names=["Ben"] * 9), several(names=["Carla"] * 10)[9]]
    assert shown(mixed).text.count("/i/") == 10
    tight = shown(mixed, public_url=long)
    assert fits_telegram(tight)
    assert tight.text.count("/i/") == 10 - 9
    assert "sent:80" in [key.callback_data for key in keys(tight)]


def test_names_are_shortened_only_where_the_list_would_be_too_long() -> None:
    name, label = "Hubert Blaine Wolfeschlegelsteinhausen, Philadelphia", "x" * 60
    assert name in plain(shown(several(names=[name] * 3, label=label)))
    url = "https://readback.a-rather-long-name-of-a-company.example/with/a/path/as/long/as/this/one/is"
    shortened = plain(shown(several(SENT, GMAIL, GMAIL, names=[name] * 10, label=label), public_url=url * 2))
    assert name not in shortened
    assert "Hubert Blaine Wolfesch" in shortened


@given(labels, labels)
def test_a_list_fits_telegram_whatever_things_are_called(label: str, recipient: str) -> None:
    assert fits_telegram(shown(several(names=[recipient] * MOST_AT_ONCE, label=label)))


def test_without_its_tags_the_copy_pages_are_still_there() -> None:
    """A Bot API that does not know a tag gets the text without any."""
    text = forms.plain(shown(several()).text)
    assert text.count(f"Open copy page: {COPY_PAGE}") == 3
    assert "<" not in text


@pytest.mark.parametrize("state", ["new", "sent", "opened once"])
def test_a_recipient_is_named_on_the_buttons_however_long_the_name(state: str) -> None:
    message = shown(several(*STATES[state], names=["Hubert Blaine Wolfeschlegelsteinhausen"]))
    assert all(words.utf16(key.text) <= 22 for key in keys(message))
