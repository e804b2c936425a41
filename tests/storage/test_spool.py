"""The spool: what was appended is there after whatever happens, once, in order, and nothing else is."""

import os
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import spool
from storage.ingest import Arrival
from storage.spool import SpoolError
from storage.spool_lines import arrival_in, line_of
from storage.spools import Spools, lying_in
from tests.fetches import CHROME, GMAIL, NOON, OUTLOOK, PREFETCH, arrival

TOKEN = "A" * 22


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "readback.spool"


def some(number: int, start: float = 0) -> list[Arrival]:
    return [arrival(TOKEN, NOON + start + each) for each in range(number)]


def all_in(spools: Spools) -> list[Arrival]:
    """Take everything out, seven at a time."""
    found = []
    while waiting := spools.next_to_drain():
        arrivals, end = waiting.first(7)
        found += arrivals
        waiting.taken(end, len(arrivals))
    return found


@given(
    st.builds(
        Arrival,
        st.text("0123456789abcdef", min_size=32, max_size=32),
        st.just(TOKEN),
        st.floats(0, 4e9),
        st.sampled_from([GMAIL, OUTLOOK, CHROME, PREFETCH]),
        st.none() | st.text("0123456789abcdef", min_size=16, max_size=16),
        st.text(),
    )
)
def test_a_fetch_comes_out_as_it_went_in(fetch: Arrival) -> None:
    line = line_of(fetch)
    assert arrival_in(line) == fetch
    assert line.count(b"\n") == 1


@given(st.data())
def test_a_line_that_is_not_whole_is_none(data: st.DataObject) -> None:
    line = line_of(arrival(TOKEN, NOON))
    place = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != line[place]))
    assert arrival_in(line[:place]) is None
    assert arrival_in(line[:place] + bytes([other]) + line[place + 1 :]) is None


@pytest.mark.parametrize("body", [b"{}", b"[]", b"7", b"null", b'["id", "token", 1.5, null, null, ""]'])
def test_a_line_of_another_version_is_skipped(body: bytes) -> None:
    assert arrival_in(b"%d %08x %s\n" % (len(body), crc32(body), body)) is None


def test_fetches_wait_in_order_and_the_oldest_is_known(base: Path) -> None:
    spools, fetches = Spools(base), some(20)
    spools.append(fetches[:5])
    spools.append(fetches[5:])
    assert (spools.waiting, spools.oldest) == (20, NOON)
    assert all_in(spools) == fetches
    assert (spools.waiting, spools.oldest, base.stat().st_size) == (0, 0.0, 0)


def test_what_comes_while_the_oldest_are_taken_out_stays(base: Path) -> None:
    spools, fetches = Spools(base), some(9)
    spools.append(fetches[:6])
    waiting = spools.next_to_drain()
    assert waiting
    first, end = waiting.first(6)
    spools.append(fetches[6:])
    waiting.taken(end, len(first))
    assert (spools.waiting, spools.oldest) == (3, fetches[6].at)
    assert [*first, *all_in(spools)] == fetches


def test_a_restart_finds_everything_that_was_not_taken_out_for_good(base: Path) -> None:
    before, fetches = Spools(base), some(12)
    before.append(fetches)
    waiting = before.next_to_drain()
    assert waiting
    arrivals, end = waiting.first(5)
    waiting.taken(end, len(arrivals))
    before.close()
    after = Spools(base)
    assert (after.waiting, all_in(after)) == (12, fetches)


@pytest.mark.parametrize("torn", [b"x", b"\0" * 4096, b"12 0000", line_of(arrival(TOKEN, NOON))[:-2]])
def test_a_torn_last_line_is_passed_over_and_spoils_nothing_behind_it(base: Path, torn: bytes) -> None:
    before, fetches = Spools(base), some(4)
    before.append(fetches[:2])
    before.close()
    with base.open("ab") as file:
        file.write(torn)
    after = Spools(base)
    assert after.waiting == 2
    after.append(fetches[2:])
    assert after.waiting == 4
    assert all_in(after) == fetches
    assert base.stat().st_size == 0


def test_a_spool_that_is_full_says_so_and_keeps_what_it_has(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spools, fetches = Spools(base), some(3)
    monkeypatch.setattr(spool, "LARGEST", 2 * len(line_of(fetches[0])))
    monkeypatch.setattr(spool, "ONE_TOKENS_PART", 1)
    assert spools.append(fetches) == {fetches[2].id}
    assert all_in(spools) == fetches[:2]


def test_after_a_disk_that_failed_nothing_is_said_to_be_kept_that_was_not(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spools, fetches = Spools(base), some(8)
    spools.append(fetches[:2])
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", _fail)
        with pytest.raises(SpoolError, match="Input/output error"):
            spools.append(fetches[2:5])
    spools.append(fetches[5:])
    found = all_in(spools)
    assert [fetch for fetch in found if fetch not in fetches[2:5]] == [*fetches[:2], *fetches[5:]]


def _fail(_file: int) -> None:
    raise OSError(5, "Input/output error")


def test_a_spool_that_was_deleted_takes_no_more(base: Path) -> None:
    spools = Spools(base)
    spools.append(some(1))
    base.unlink()
    with pytest.raises(SpoolError, match="deleted"):
        spools.append(some(1))


def test_a_folder_that_is_not_there_is_asked_again_when_it_is_needed(tmp_path: Path) -> None:
    base = tmp_path / "later" / "readback.spool"
    spools = Spools(base)
    with pytest.raises(SpoolError, match="No such file"):
        spools.append(some(1))
    base.parent.mkdir()
    spools.append(some(1))
    assert spools.waiting == 1


def test_two_servers_on_one_machine_never_share_a_file(base: Path) -> None:
    first, second = Spools(base), Spools(base)
    mine, yours = some(3), some(3, start=60)
    first.append(mine)
    second.append(yours)
    assert (all_in(first), all_in(second)) == (mine, yours)


def test_what_a_server_that_is_gone_left_behind_is_taken_over(base: Path) -> None:
    first, second = Spools(base), Spools(base)
    fetches = some(3)
    second.append(fetches)
    first.close()
    second.close()
    after = Spools(base)
    assert (after.waiting, all_in(after)) == (3, fetches)


def test_what_a_server_leaves_behind_is_taken_over_while_another_one_runs_and_its_file_is_given_back(
    base: Path,
) -> None:
    stays, ends = Spools(base), Spools(base)
    fetches = some(3)
    ends.append(fetches)
    stays.hold_files()
    assert stays.waiting == 0
    ends.close()
    stays.hold_files()
    assert all_in(stays) == fetches
    stays.hold_files()
    again = Spools(base)
    again.append(fetches)
    assert {path.name for path in base.parent.iterdir()} == {"readback.spool", "readback.spool-2"}


def test_what_was_set_aside_is_tried_again_once_it_is_named_like_a_spool(base: Path) -> None:
    """As docs/operating.md tells what to do after an update."""
    spools, fetches = Spools(base), some(2)
    spools.put_aside(fetches)
    base.with_suffix(".poison").rename(base.with_name("readback.spool-9"))
    spools.hold_files()
    assert all_in(spools) == fetches


def test_what_is_set_aside_stays_on_disk_and_is_counted_after_a_restart(base: Path) -> None:
    spools, fetches = Spools(base), some(2)
    spools.put_aside(fetches)
    assert Spools(base).set_aside == spools.set_aside == 2
    lines = base.with_suffix(".poison").read_bytes().splitlines(keepends=True)
    assert [arrival_in(line) for line in lines] == fetches


def test_what_was_set_aside_for_a_link_that_was_erased_is_blanked_in_its_place(base: Path) -> None:
    spools, erased = Spools(base), arrival("B" * 22, NOON)
    before, after = some(2)
    spools.put_aside([before, erased, after])
    with base.with_suffix(".poison").open("ab") as file:
        file.write(b"torn")
    spools.erase_unknown(lambda tokens: tokens - {TOKEN})
    assert spools.set_aside == Spools(base).set_aside == 3
    lines = base.with_suffix(".poison").read_bytes().split(b"\n")
    assert [line for line in lines if line] == [
        line_of(before).strip(), line_of(after).strip(), b"torn",
    ]  # fmt: skip


def test_where_nothing_was_set_aside_nothing_is_blanked(base: Path) -> None:
    Spools(base).erase_unknown(lambda tokens: tokens)
    assert not base.with_suffix(".poison").exists()


def test_nobody_else_may_read_what_waits(base: Path) -> None:
    spools = Spools(base)
    spools.append(some(1))
    spools.put_aside(some(1))
    assert {path.stat().st_mode & 0o777 for path in base.parent.iterdir()} == {0o600}


def test_another_databases_spool_is_not_counted(tmp_path: Path) -> None:
    others = ("readback2.spool", "readback.old.spool", "readback-copy.spool", "readback.spool-copy")
    for name in ("readback.spool", "readback.spool-2", *others):
        (tmp_path / name).write_bytes(line_of(arrival(TOKEN, NOON)))
    assert lying_in(tmp_path / "readback.spool") == (2, 0)


def test_of_two_databases_in_one_folder_neither_touches_the_others_spool(tmp_path: Path) -> None:
    (tmp_path / "readback.db").touch()
    (tmp_path / "readback.2.db").touch()
    ended = Spools(tmp_path / "readback.2.spool")
    ended.append(some(3))
    ended.close()
    first = [Spools(tmp_path / "readback.spool") for _ in range(3)]
    assert [spools.waiting for spools in first] == [0, 0, 0]
    assert lying_in(tmp_path / "readback.spool") == (0, 0)
    assert Spools(tmp_path / "readback.2.spool").waiting == 3


def test_a_spool_with_a_number_as_older_versions_named_it_is_taken_over(tmp_path: Path) -> None:
    fetches = some(3)
    before = Spools(tmp_path / "readback.2.spool")
    before.append(fetches)
    before.close()
    after = Spools(tmp_path / "readback.spool")
    assert all_in(after) == fetches


def test_where_there_is_no_folder_nothing_lies_beside_the_database(tmp_path: Path) -> None:
    assert lying_in(tmp_path / "nowhere" / "readback.spool") == (0, 0)


def test_a_spool_that_cannot_be_opened_says_what_to_set_until_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    base = tmp_path / "secrets" / "readback.spool"
    spools = Spools(base)
    assert "KEY_FILE" in spools.unusable
    assert str(base.parent) in spools.unusable
    assert caplog.messages == [spools.unusable]
    base.parent.mkdir()
    spools.append(some(1))
    assert spools.unusable == ""


def test_what_an_ended_server_left_behind_unreadable_does_not_stop_our_own_spool(
    base: Path, caplog: pytest.LogCaptureFixture
) -> None:
    base.with_name("readback.spool-2").mkdir()
    spools = Spools(base)
    assert spools.unusable == ""
    assert "readback.spool-2 cannot be read" in caplog.text
    spools.append(some(1))


def test_what_cannot_be_set_aside_any_more_is_counted_as_dropped_and_said(
    base: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = iter((0.0, 0.0, 59.0, 61.0, 61.0))
    monkeypatch.setattr("storage.spools.monotonic", lambda: next(clock))
    spools, (first, *others) = Spools(base), some(5)
    monkeypatch.setattr("storage.spools.LARGEST", len(line_of(first)))
    spools.put_aside([first])
    spools.put_aside(others[:2])
    spools.put_aside(others[2:3])
    spools.put_aside(others[3:])
    assert (spools.set_aside, spools.dropped) == (1, 4)
    assert Spools(base).set_aside == 1
    said = [message for message in caplog.messages if "dropped" in message]
    assert [message.partition(" ")[0] for message in said] == ["2", "4"]
    assert str(base.with_suffix(".poison")) in said[0]
