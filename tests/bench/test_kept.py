"""What a server answered is compared with what its database holds."""

import pytest
from sqlalchemy import Engine, text

from bench import kept
from bench.filled_database import FIRST_LINK, arrival, fill
from bench.kept import Kept
from bench.programs import WrongResultError
from settings import Settings
from storage.ingest import record


def test_answers_without_a_row_are_counted_and_rows_without_an_answer_were_in_flight(
    engine: Engine, settings: Settings
) -> None:
    fill(engine, settings, 10, 1)
    before = kept.stored(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        record(connection, [arrival(1), arrival(2), arrival(2)], settings.windows)
    seen = kept.since(before, engine, answered=5, in_flight=0)
    assert seen == Kept(answered=5, fetches=3, alerts=2)
    assert kept.lost("throughput", "pixel", [seen]).value == 2
    assert kept.since(before, engine, answered=2, in_flight=1).fetches == 3
    with pytest.raises(WrongResultError, match="3 rows for 2 answers and 0 in flight"):
        kept.since(before, engine, answered=2, in_flight=0)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(text("UPDATE link SET fetches = 7 WHERE id = :id"), {"id": FIRST_LINK + 2})
    with pytest.raises(WrongResultError, match="counts 7 fetches and has 3"):
        kept.since(before, engine, answered=3, in_flight=0)


def test_another_mix_than_the_planned_one_is_a_wrong_result() -> None:
    kept.check_mix(Kept(3000, 3000, 1020))
    with pytest.raises(WrongResultError, match="are not a third"):
        kept.check_mix(Kept(3000, 3000, 900))
