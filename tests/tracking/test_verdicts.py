"""Each rule of judging, by what it does for the person who waits for an answer."""

import pytest

from tests.tracking.stories import (
    APPLE,
    BARE,
    CHROME,
    CHROME_IN_AZURE,
    CURL,
    DAY,
    GATEWAY,
    GMAIL,
    GMAIL_UNSEEN,
    HOUR,
    MINUTE,
    OUTLOOK,
    PREFETCH,
    SCRIPT,
    THUNDERBIRD,
    YAHOO,
    YANDEX,
    Story,
)
from tracking import (
    Agent,
    Confidence,
    Kind,
    Loudness,
    Network,
    Reason,
    Sighting,
    StatementKind,
    Verdict,
)
from tracking.summary import Gap, QuietFetch, Sent


def sent_from_gmail(at: float = 100) -> Story:
    """Anna pasted the image into Gmail, and tapped Sent."""
    story = Story()
    story.fetched(30)
    story.sent(at)
    return story


# before it was sent


def test_the_first_fetch_is_annas_own_draft_however_late_it_comes() -> None:
    story = Story()
    story.fetched(5 * HOUR)
    assert story.last == Verdict(Kind.ACTIVATED, Reason.BEFORE_SENT, Confidence.STRONG)
    assert story.told == [Loudness.SILENT]


def test_later_fetches_of_the_draft_are_not_told() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(50 * MINUTE)
    story.fetched(100 * MINUTE)
    assert story.kinds == ["activated", "inserted", "inserted"]
    assert story.told[1:] == [Loudness.NONE, Loudness.NONE]


def test_an_hour_without_a_draft_asks_whether_it_was_sent() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(30 + HOUR)
    assert story.last == Verdict(Kind.OPENED, Reason.MAYBE_DRAFT, Confidence.WEAK)
    assert story.told[1] is Loudness.LOUD


def test_a_storm_before_sent_asks_once() -> None:
    story = Story()
    story.fetched(30)
    for second in range(20):
        story.fetched(2 * HOUR + second)
    assert story.kinds[1:] == ["opened", *["repeat"] * 19]


def test_still_a_draft_takes_the_question_back_and_keeps_watching() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(2 * HOUR)
    story.said(StatementKind.DRAFT, 2 * HOUR + 60)
    assert story.kinds == ["activated", "inserted"]
    story.fetched(2 * HOUR + 30 * MINUTE)
    assert story.last.kind is Kind.INSERTED
    story.sent(3 * HOUR)
    story.fetched(4 * HOUR)
    assert (story.last.kind, story.told[-1]) == (Kind.OPENED, Loudness.LOUD)


def test_yes_it_was_sent_makes_the_question_an_open() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(2 * HOUR)
    story.said(StatementKind.TOLD_SENT, 2 * HOUR)
    assert story.last == Verdict(Kind.OPENED, Reason.GMAIL_PROXY, Confidence.PROBABLE)


def test_apple_and_direct_programs_never_say_that_it_was_sent() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(60, APPLE)
    story.fetched(90, OUTLOOK)
    assert story.kinds == ["activated", "inserted", "inserted"]
    assert story.history.sent() is None


def test_gmails_prefetch_says_that_it_was_sent() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(400, PREFETCH)
    story.fetched(HOUR)
    assert story.kinds == ["activated", "proxied", "opened"]


def test_a_provider_unlike_the_drafts_says_that_it_was_sent() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(400, YAHOO)
    assert story.last == Verdict(Kind.OPENED, Reason.OTHER_PROVIDER, Confidence.PROBABLE)


def test_the_first_provider_ever_seen_may_be_annas_own() -> None:
    story = Story()
    story.fetched(30, YAHOO)
    assert story.last.kind is Kind.ACTIVATED


def test_sent_tapped_late_does_not_undo_what_only_a_recipient_can_cause() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(400, PREFETCH)
    story.fetched(500)
    story.sent(600)
    assert story.kinds == ["activated", "proxied", "opened"]


def test_sent_tapped_late_leaves_the_open_that_showed_it_an_open() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(600, YAHOO)
    story.sent(2 * HOUR)
    story.fetched(5 * HOUR)
    assert story.kinds == ["activated", "opened", "opened"]
    assert story.told[1:] == [Loudness.LOUD, Loudness.SILENT]


def test_sent_pressed_again_says_nothing_new() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR)
    story.sent(2 * HOUR)
    assert story.kinds == ["activated", "opened"]
    story.said(StatementKind.TOLD_SENT, 50)
    story.sent(3 * HOUR)
    assert story.history.sent() == Sent(50, exact=False)


def test_a_time_told_afterwards_is_annas_word_and_wins() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(400, YAHOO)
    story.said(StatementKind.TOLD_SENT, 500)
    assert story.kinds == ["activated", "inserted"]


# after it was sent


def test_the_first_seconds_are_at_most_the_provider() -> None:
    story = sent_from_gmail()
    story.fetched(102)
    story.fetched(104, CHROME)
    story.fetched(111)
    assert [verdict.reason for verdict in story.verdicts[1:]] == [
        "first_seconds",
        "first_seconds",
        "gmail_proxy",
    ]


def test_a_time_told_afterwards_has_no_first_seconds() -> None:
    story = Story()
    story.fetched(30)
    story.said(StatementKind.TOLD_SENT, 100)
    story.fetched(102, OUTLOOK)
    assert story.last.kind is Kind.OPENED


def test_gmails_reader_is_probable_and_weak_where_the_address_is_hidden() -> None:
    seen, unseen = sent_from_gmail(), sent_from_gmail()
    seen.fetched(HOUR)
    unseen.fetched(HOUR, GMAIL_UNSEEN)
    assert (seen.last.confidence, unseen.last.confidence) == (Confidence.PROBABLE, Confidence.WEAK)
    assert unseen.told[-1] is Loudness.LOUD


def test_a_mail_program_anna_did_not_write_with_is_never_sure_for_she_may_have_a_second_device() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, OUTLOOK)
    assert story.last == Verdict(Kind.OPENED, Reason.MAIL_CLIENT, Confidence.PROBABLE)


def test_a_program_like_annas_own_is_only_probable() -> None:
    story = Story()
    story.fetched(30, OUTLOOK, "annas-device")
    story.sent(100)
    story.fetched(HOUR, OUTLOOK, "another-device")
    assert story.last.confidence is Confidence.PROBABLE


def test_a_browser_that_does_not_say_it_draws_an_image_is_weak() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, CHROME)
    story.fetched(2 * HOUR, CHROME._replace(rendered=False))
    assert [verdict.confidence for verdict in story.verdicts[1:]] == [Confidence.PROBABLE, Confidence.WEAK]


@pytest.mark.parametrize("at", [101, HOUR, 30 * DAY])
def test_apples_prefetch_proves_nothing_at_any_time(at: float) -> None:
    story = sent_from_gmail()
    story.fetched(at, APPLE)
    assert (story.last.kind, story.last.reason) == (Kind.PROXIED, Reason.APPLE_PREFETCH)


def test_gmails_prefetcher_from_an_unknown_range_claims_no_gmail_and_shows_no_sending() -> None:
    elsewhere = PREFETCH._replace(network=OUTLOOK.network, sign=Reason.PROVIDER_PREFETCH)
    story = Story()
    story.fetched(30)
    story.fetched(400, elsewhere)
    assert story.kinds == ["activated", "inserted"]
    story.sent(500)
    story.fetched(600, elsewhere)
    assert story.last == Verdict(Kind.PROXIED, Reason.PROVIDER_PREFETCH, Confidence.WEAK)


def test_what_providers_fetch_by_themselves_is_told_once() -> None:
    story = sent_from_gmail()
    for at in (101, HOUR, 2 * HOUR):
        story.fetched(at, APPLE)
    story.fetched(3 * HOUR, YANDEX)
    assert story.told[1:] == [Loudness.SILENT, *[Loudness.NONE] * 3]


@pytest.mark.parametrize("at", [110, 100 + 7 * MINUTE, DAY])
def test_a_bare_browser_in_a_data_centre_is_a_scanner_however_late_it_comes(at: float) -> None:
    story = sent_from_gmail()
    story.fetched(at, CHROME_IN_AZURE)
    assert story.last == Verdict(Kind.SCANNED, Reason.DATACENTRE_BROWSER, Confidence.PROBABLE)
    assert story.told[-1] is Loudness.NONE


@pytest.mark.parametrize("at", [110, HOUR])
def test_a_reader_in_a_data_centre_whose_browser_draws_the_image_is_a_reader(at: float) -> None:
    story = sent_from_gmail()
    story.fetched(at, CHROME_IN_AZURE._replace(rendered=True))
    assert (story.last.kind, story.told[-1]) == (Kind.OPENED, Loudness.LOUD)


def test_the_card_tells_of_a_late_scanner_and_not_of_the_usual_one_right_after_sending() -> None:
    soon, late = sent_from_gmail(), sent_from_gmail()
    soon.fetched(110, CHROME_IN_AZURE)
    scan = late.fetched(HOUR, CHROME_IN_AZURE)
    assert soon.history.summary.quiet is None
    assert late.history.summary.quiet == QuietFetch(scan, HOUR, Reason.DATACENTRE_BROWSER)


def test_a_script_with_a_browsers_name_is_quiet_until_anna_says_that_it_was_a_person() -> None:
    story = sent_from_gmail()
    script = story.fetched(HOUR, SCRIPT)
    assert story.last == Verdict(Kind.SCANNED, Reason.UNLIKE_A_BROWSER, Confidence.WEAK)
    assert story.told[-1] is Loudness.NONE
    story.said(StatementKind.NOT_OWN, 2 * HOUR, of=script)
    assert story.last.kind is Kind.OPENED
    assert story.history.summary.quiet is None


@pytest.mark.parametrize("machine_at", [HOUR - 2, HOUR - 1, HOUR + 1, HOUR + 2])
def test_a_burst_does_not_take_back_what_anna_has_said_was_a_person(machine_at: float) -> None:
    story = sent_from_gmail()
    if machine_at < HOUR:
        story.fetched(machine_at, CURL)
    scan = story.fetched(HOUR, CHROME_IN_AZURE)
    if machine_at > HOUR:
        story.fetched(machine_at, CURL)
    story.said(StatementKind.NOT_OWN, 2 * HOUR, of=scan)
    assert sorted(story.kinds[-2:]) == ["noise", "opened"]
    assert story.history.summary.opens == 1


def test_the_card_asks_about_nothing_older_than_a_fetch_that_was_a_persons() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, SCRIPT)
    second = story.fetched(2 * HOUR, SCRIPT)
    story.said(StatementKind.NOT_OWN, 3 * HOUR, of=second)
    assert story.history.summary.quiet is None
    third = story.fetched(4 * HOUR, SCRIPT)
    assert story.history.summary.quiet == QuietFetch(third, 4 * HOUR, Reason.UNLIKE_A_BROWSER)


def test_a_program_that_scanned_the_mail_is_a_scanner_when_it_comes_back_from_elsewhere() -> None:
    story = sent_from_gmail()
    story.fetched(150, CHROME_IN_AZURE, program="chrome 101")
    story.fetched(9 * HOUR, BARE, program="chrome 101")
    assert story.last == Verdict(Kind.SCANNED, Reason.RETURNED, Confidence.PROBABLE)
    story.fetched(10 * HOUR, BARE, program="firefox 128")
    assert story.last.kind is Kind.OPENED


def test_a_head_request_shows_that_the_bare_browser_beside_it_is_a_scanner() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, BARE._replace(sign=Reason.METHOD))
    story.fetched(HOUR + 1, BARE)
    assert story.last == Verdict(Kind.SCANNED, Reason.BURST, Confidence.WEAK)


def test_gmail_from_googles_own_space_on_no_list_is_a_weak_open() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, Sighting(Agent.GMAIL_PROXY, Network.GOOGLE))
    assert story.last == Verdict(Kind.OPENED, Reason.UNLISTED_GOOGLE, Confidence.WEAK)
    assert story.told[-1] is Loudness.LOUD


def test_a_draft_that_was_pasted_from_a_browser_is_not_taken_for_sent_when_gmail_opens_it_again() -> None:
    story = Story()
    story.fetched(20, CHROME)
    story.fetched(300)
    assert story.kinds == ["activated", "inserted"]
    assert story.history.sent() is None


def test_what_looks_like_annas_own_device_stands_on_the_card() -> None:
    story = Story()
    story.fetched(30, OUTLOOK, "annas-device")
    story.sent(100)
    own = story.fetched(HOUR, OUTLOOK, "annas-device")
    assert (story.last.kind, story.told[-1]) == (Kind.OWN, Loudness.NONE)
    assert story.history.summary.quiet == QuietFetch(own, HOUR, Reason.SENDER_DEVICE)
    story.said(StatementKind.NOT_OWN, 2 * HOUR, of=own)
    assert story.last.kind is Kind.OPENED


def test_a_security_services_network_is_a_scanner_at_any_time() -> None:
    story = sent_from_gmail()
    story.fetched(3 * DAY, GATEWAY)
    assert story.last == Verdict(Kind.SCANNED, Reason.SCANNER_NETWORK, Confidence.STRONG)


def test_a_bare_browser_right_behind_a_scanner_is_part_of_its_burst() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, GATEWAY)
    story.fetched(HOUR + 1.5, BARE)
    story.fetched(HOUR + 3, BARE)
    assert story.last == Verdict(Kind.SCANNED, Reason.BURST, Confidence.WEAK)
    story.fetched(HOUR + 5.5, BARE)
    assert (story.last.kind, story.told[-1]) == (Kind.OPENED, Loudness.LOUD)


@pytest.mark.parametrize("machine", [GATEWAY, CURL, CHROME_IN_AZURE])
def test_a_machine_right_behind_a_bare_browser_shows_that_it_was_a_scanner_all_along(
    machine: Sighting,
) -> None:
    story = sent_from_gmail()
    story.fetched(160, BARE)
    story.fetched(161, machine)
    assert story.told[1:] == [Loudness.LOUD, Loudness.NONE]
    assert story.verdicts[1] == Verdict(Kind.SCANNED, Reason.BURST, Confidence.WEAK)
    assert (story.history.summary.opens, story.history.summary.last_open) == (0, None)
    story.fetched(170, BARE)
    assert (story.last.kind, story.told[-1]) == (Kind.OPENED, Loudness.LOUD)


@pytest.mark.parametrize("reader", [CHROME, OUTLOOK, GMAIL])
def test_who_draws_the_image_stays_a_reader_in_the_middle_of_a_burst(reader: Sighting) -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, GATEWAY)
    story.fetched(HOUR + 1, reader)
    story.fetched(HOUR + 2, GATEWAY)
    assert story.kinds[1:] == ["scanned", "opened", "scanned"]


def test_a_reader_beside_a_scanner_counts_alone_and_inherits_its_alert() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR, BARE)
    reader = story.fetched(HOUR + 0.5, GMAIL)
    suspect = story.history.summary.suspect
    assert suspect
    assert suspect.successor == reader
    story.fetched(HOUR + 1, GATEWAY)
    assert story.kinds[1:] == ["scanned", "opened", "scanned"]
    assert story.told[1:] == [Loudness.LOUD, Loudness.SILENT, Loudness.NONE]
    summary = story.history.summary
    assert (summary.opens, summary.first_open, summary.last_open) == (1, HOUR + 0.5, HOUR + 0.5)


def test_a_scanner_that_woke_a_link_leaves_it_asleep() -> None:
    story = sent_from_gmail()
    for at in (HOUR, 20 * DAY):
        story.fetched(at, GMAIL if at == HOUR else BARE)
    story.fetched(20 * DAY + 1, GATEWAY)
    assert story.history.summary.last_gap is None
    story.fetched(21 * DAY)
    assert story.kinds[1:] == ["opened", "scanned", "scanned", "opened"]
    assert story.told[1:] == [Loudness.LOUD, Loudness.LOUD, Loudness.NONE, Loudness.LOUD]
    assert story.history.summary.opens == 2
    assert story.history.summary.last_gap == Gap(HOUR, 21 * DAY)


def test_a_reader_beside_the_scanner_that_woke_a_link_woke_it() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR)
    story.fetched(20 * DAY, BARE)
    story.fetched(20 * DAY + 0.5)
    story.fetched(20 * DAY + 1, GATEWAY)
    assert story.history.summary.last_gap == Gap(HOUR, 20 * DAY + 0.5)


def test_an_open_that_was_annas_woke_nobody() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR)
    opened = story.fetched(20 * DAY, OUTLOOK)
    assert story.history.summary.last_gap == Gap(HOUR, 20 * DAY)
    story.said(StatementKind.OWN, 20 * DAY + 10, of=opened)
    assert story.history.summary.last_gap is None


def test_that_was_me_is_annas_word_whatever_came_behind_it() -> None:
    story = sent_from_gmail()
    opened = story.fetched(HOUR, BARE)
    story.said(StatementKind.OWN, HOUR + 10, of=opened)
    story.fetched(HOUR + 1, CURL)
    assert story.kinds[1:] == ["own", "noise"]


def test_noise_is_noise_even_in_the_draft() -> None:
    story = Story()
    story.fetched(10, CURL)
    story.fetched(30)
    assert story.kinds == ["noise", "activated"]


# one open, and many


def test_one_open_goes_on_for_half_an_hour_at_most() -> None:
    story = sent_from_gmail()
    for at in range(0, 31 * 60, 20):
        story.fetched(HOUR + at)
    assert story.kinds.count("opened") == 2
    assert story.told.count(Loudness.LOUD) == 1


def test_opens_through_different_programs_are_different_opens() -> None:
    story = sent_from_gmail()
    story.fetched(HOUR)
    story.fetched(HOUR + 1, OUTLOOK)
    assert story.kinds[1:] == ["opened", "opened"]
    assert story.told[1:] == [Loudness.LOUD, Loudness.SILENT]


def test_an_open_never_reaches_across_sent() -> None:
    story = Story()
    story.fetched(30)
    story.fetched(2 * HOUR)
    story.sent(2 * HOUR + 5)
    story.fetched(2 * HOUR + 12)
    assert story.kinds == ["activated", "inserted", "opened"]


def test_a_long_sleep_makes_a_reopening_loud_again() -> None:
    story = sent_from_gmail()
    for at in (HOUR, 2 * DAY, 2 * DAY + 14 * DAY):
        story.fetched(at)
    assert story.told[1:] == [Loudness.LOUD, Loudness.SILENT, Loudness.LOUD]


# Anna's own opens


def test_a_peek_is_annas_whatever_it_opens_like() -> None:
    story = sent_from_gmail()
    story.said(StatementKind.PEEK, HOUR, until=HOUR + 15 * MINUTE)
    story.fetched(HOUR + 60)
    story.fetched(HOUR + 61)
    story.fetched(HOUR + 20 * MINUTE)
    assert story.kinds[1:] == ["own", "own", "opened"]


def test_that_was_me_takes_one_open_out_and_can_be_taken_back() -> None:
    story = sent_from_gmail()
    opened = story.fetched(HOUR)
    story.fetched(HOUR + 5)
    story.said(StatementKind.OWN, 2 * HOUR, of=opened)
    assert story.kinds[1:] == ["own", "repeat"]
    assert story.history.summary.opens == 0
    story.said(StatementKind.NOT_OWN, 2 * HOUR, of=opened)
    assert story.kinds[1:] == ["opened", "repeat"]


def test_the_next_open_is_loud_after_that_was_me() -> None:
    story = sent_from_gmail()
    opened = story.fetched(HOUR)
    story.said(StatementKind.OWN, 2 * HOUR, of=opened)
    story.fetched(3 * HOUR)
    assert story.told[1:] == [Loudness.LOUD, Loudness.LOUD]


def test_the_device_that_showed_the_draft_is_annas() -> None:
    story = Story()
    story.fetched(30, THUNDERBIRD, "annas-device")
    story.sent(100)
    story.fetched(DAY, THUNDERBIRD, "annas-device")
    story.fetched(2 * DAY, THUNDERBIRD, "landlords-context")
    assert story.kinds[1:] == ["own", "opened"]


def test_without_an_address_no_device_is_known() -> None:
    story = Story()
    hidden = Sighting(THUNDERBIRD.agent, GMAIL_UNSEEN.network)
    story.fetched(30, hidden, None)
    story.sent(100)
    story.fetched(DAY, hidden, None)
    assert story.last.kind is Kind.OPENED


def test_googles_proxy_is_nobodys_device() -> None:
    story = Story()
    story.fetched(30, GMAIL, "googles-proxy")
    story.sent(100)
    story.fetched(DAY, GMAIL, "googles-proxy")
    assert story.last.kind is Kind.OPENED


# stopped


def test_an_objection_ends_recording_and_cannot_be_undone_by_the_owner() -> None:
    story = sent_from_gmail()
    story.said(StatementKind.OBJECTED, HOUR)
    story.said(StatementKind.RESUMED, 2 * HOUR)
    story.fetched(3 * HOUR)
    assert story.last.kind is Kind.IGNORED


def test_what_ended_recording_first_stands() -> None:
    story = sent_from_gmail()
    story.said(StatementKind.OBJECTED, HOUR)
    story.fetched(2 * HOUR)
    story.said(StatementKind.OBJECTED, 3 * HOUR)
    assert story.last.kind is Kind.IGNORED


def test_a_stopped_link_can_be_watched_again() -> None:
    story = sent_from_gmail()
    story.said(StatementKind.STOPPED, HOUR)
    story.fetched(2 * HOUR)
    story.said(StatementKind.RESUMED, 3 * HOUR)
    story.fetched(4 * HOUR)
    assert story.last.kind is Kind.OPENED
