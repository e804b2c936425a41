"""The requests with which the throughput of many links is measured."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, func, select

from bench import traffic
from bench.filled_database import FIRST_LINK, arrival, fill, path_of, token
from bench.traffic import FIRST_OPENS, OTHERS, plan
from settings import Settings
from storage.engine import reading
from storage.ingest import record
from storage.kinds import MessageKind
from storage.tables import FetchRow, Link, OutboxMessage
from tracking import Kind

FIRST_OPEN = ("opened", "loud")


def test_the_mix_is_that_of_the_corpus() -> None:
    expected = [fetch["expect"] for fetch in traffic.after_sent()]
    seen = Counter(told["verdict"] for told in expected if (told["verdict"], told["alert"]) != FIRST_OPEN)
    assert {kind: seen[kind] for kind in OTHERS} == OTHERS
    assert (len(expected), len(expected) - seen.total()) == (143, 52)  # a third, and a little more


def test_a_third_of_any_part_of_a_plan_are_first_opens_and_each_link_is_opened() -> None:
    opened, first = set[int](), []
    openers = set(traffic.by_verdict()[Kind.OPENED])
    for request in plan(3000):
        is_first = request.sender in openers and request.link not in opened
        first.append(is_first)
        opened |= {request.link} if is_first else set()
    assert opened == set(range(3000))
    for start in range(0, len(first) - 1500, 1500):
        assert abs(sum(first[start : start + 1500]) / 1500 - FIRST_OPENS) < 0.05


def test_requests_come_from_mail_programs_and_machines_of_every_kind_with_an_address_of_their_links() -> None:
    requests = list(islice(plan(3000), 2000))
    for senders in traffic.by_verdict().values():
        assert not senders or {request.sender for request in requests} & set(senders)
    assert len({request.address for request in requests}) > 500


def test_a_plan_is_written_for_wrk(tmp_path: Path) -> None:
    requests = list(islice(plan(100), 20))
    traffic.write(tmp_path / "plan", requests, path_of)
    head, _, tail = (tmp_path / "plan").read_text().partition("\nrequests\n")
    number, address, path = tail.splitlines()[0].split()
    assert (address, path) == (requests[0].address, path_of(requests[0].link))
    assert head.split("\n")[int(number) - 1] == "".join(
        f"{header}\t" for header in requests[0].sender.headers
    )


@pytest.mark.parametrize("fetches", [0, 1, 3])
def test_a_filled_database_holds_links_that_were_sent_with_their_fetches(
    engine: Engine, settings: Settings, fetches: int
) -> None:
    assert fill(engine, settings, 250, fetches)[:2] == (250, 250 * fetches)
    with reading(engine) as session:
        links = session.exec(select(Link.token, Link.status).where(col(Link.id) >= FIRST_LINK)).all()
        rows = session.exec(select(func.count()).where(col(FetchRow.link_id) >= FIRST_LINK)).one()
    status = "opened" if fetches > 1 else "sent"
    assert set(links) == {(token(number), status) for number in range(250)}
    assert rows == 250 * fetches


def test_links_of_a_filled_database_are_opened_for_the_first_time(engine: Engine, settings: Settings) -> None:
    fill(engine, settings, 250, 1)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        assert record(connection, [arrival(7), arrival(249)], settings.windows)
    with reading(engine) as session:
        alerts = session.exec(select(OutboxMessage.link_id).where(OutboxMessage.kind == MessageKind.OPENED))
        assert set(alerts) == {FIRST_LINK + 7, FIRST_LINK + 249}
