"""The published lists in the database: what was fetched, when, and what went wrong last."""

from sqlalchemy import Engine

from storage import published_lists
from storage.engine import reading, writing
from storage.published_lists import seconds_of
from tests.fetches import NOON
from tests.lists import CLOUDFLARE, FETCHERS
from tracking.list_ages import ListState
from tracking.published_ranges import LISTS, shipped_day

DAY = 86400


def test_a_list_that_was_never_fetched_is_as_old_as_the_shipped_one(engine: Engine) -> None:
    at = seconds_of(shipped_day(CLOUDFLARE.name)) + 61.5 * DAY
    with reading(engine) as session:
        assert published_lists.states(session) == {}
        assert published_lists.fetched(session) == []
        ages = published_lists.ages(session, at)
    assert ages.keys() == {published.name for published in LISTS}
    assert ages[CLOUDFLARE.name] == (61, "")
    assert ages[CLOUDFLARE.name].is_old


def test_a_fetched_list_is_kept_and_young_until_it_is_two_months_old(engine: Engine) -> None:
    with writing(engine) as session:
        published_lists.keep(session, FETCHERS.name, ["66.249.84.0/24", "2001:4860::/64"], 2 * NOON)
    with reading(engine) as session:
        [fetched] = published_lists.fetched(session)
        assert published_lists.states(session) == {FETCHERS.name: ListState(2 * NOON, 2 * NOON, "")}
        assert published_lists.ages(session, 2 * NOON)[FETCHERS.name] == (0, "")
        assert not published_lists.ages(session, 2 * NOON + 60 * DAY)[FETCHERS.name].is_old
        assert published_lists.ages(session, 2 * NOON + 61 * DAY)[FETCHERS.name].is_old
    assert (fetched.name, fetched.prefixes) == (FETCHERS.name, ["66.249.84.0/24", "2001:4860::/64"])


def test_an_attempt_that_failed_leaves_what_was_fetched_and_a_good_one_clears_the_error(
    engine: Engine,
) -> None:
    with writing(engine) as session:
        published_lists.keep(session, FETCHERS.name, ["66.249.84.0/24"], 2 * NOON)
        published_lists.note_error(session, FETCHERS.name, "is empty", 2 * NOON + DAY)
        published_lists.note_error(session, CLOUDFLARE.name, "answers 403", 2 * NOON)
    with reading(engine) as session:
        assert [one.name for one in published_lists.fetched(session)] == [FETCHERS.name]
        assert published_lists.states(session) == {
            FETCHERS.name: ListState(2 * NOON, 2 * NOON + DAY, "is empty"),
            CLOUDFLARE.name: ListState(None, 2 * NOON, "answers 403"),
        }
        assert published_lists.ages(session, 2 * NOON + DAY)[FETCHERS.name] == (1, "is empty")
    with writing(engine) as session:
        published_lists.keep(session, FETCHERS.name, ["66.249.85.0/24"], 2 * NOON + 2 * DAY)
    with reading(engine) as session:
        assert published_lists.states(session)[FETCHERS.name].error == ""
        assert published_lists.fetched(session)[0].prefixes == ["66.249.85.0/24"]
