"""The key file, and that what is derived from it opens one thing only."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.keys import KeyFileError, Keys, link_id_in, open_keys
from tests.fetches import NOON
from tests.processes import ROOT

KEYS = Keys(bytes(range(32)))
TOKEN, OTHER_TOKEN = "AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB"

OPEN_WHEN_TOLD = """
import sys
from pathlib import Path
from storage.keys import open_keys
print("ready", flush=True)
sys.stdin.readline()
print(open_keys(Path(sys.argv[1])).installation_id())
"""


def test_the_first_start_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "readback.key"
    first = open_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_keys(path).installation_id() == first.installation_id()
    assert [left.name for left in path.parent.iterdir()] == ["readback.key"]


def test_two_hosts_have_two_keys(tmp_path: Path) -> None:
    assert open_keys(tmp_path / "a.key").installation_id() != open_keys(tmp_path / "b.key").installation_id()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "readback.key"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD, str(path)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(6)
    ]  # fmt: skip
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.write("now\n")
        child.stdin.flush()
    told = {child.communicate()[0] for child in children}
    assert told == {open_keys(path).installation_id() + "\n"}
    assert [left.name for left in tmp_path.iterdir()] == ["readback.key"]


@pytest.mark.parametrize("content", [b"", b"\n", b"not hexadecimal", b"abc", b"ab" * 31, b"\xff" * 64])
def test_a_key_file_that_is_none_is_refused_in_words_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "readback.key"
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match="KEY_FILE") as refused:
        open_keys(path)
    assert str(path) in str(refused.value)
    assert path.read_bytes() == content


def test_what_is_wrong_with_a_key_file_does_not_tell_the_key(tmp_path: Path) -> None:
    path = tmp_path / "readback.key"
    path.write_text("ab" * 20)
    with pytest.raises(KeyFileError, match="20 bytes; expected 32") as refused:
        open_keys(path)
    assert "abab" not in str(refused.value)


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be used"):
        open_keys(tmp_path)


def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyFileError, match="cannot be used"):
        open_keys(tmp_path / "file" / "readback.key")


def test_an_owner_key_opens_its_own_link_and_no_other() -> None:
    key = KEYS.owner_key(7, TOKEN)
    assert KEYS.is_owner_key(key, 7, TOKEN)
    assert not KEYS.is_owner_key(key, 8, TOKEN)
    assert not KEYS.is_owner_key(key, 7, OTHER_TOKEN)
    assert not Keys(bytes(32)).is_owner_key(key, 7, TOKEN)
    assert not KEYS.is_owner_key(key.replace("7-", "07-"), 7, TOKEN)
    assert not KEYS.is_owner_key(key.upper(), 7, TOKEN)


def test_an_owner_key_says_which_link_it_claims_to_open() -> None:
    assert link_id_in(KEYS.owner_key(7, TOKEN)) == 7
    assert link_id_in(KEYS.owner_key(2**31 - 1, TOKEN)) == 2**31 - 1


@pytest.mark.parametrize(
    "claimed",
    ["", "7", "7-", f"7-{'a' * 31}", f"7-{'a' * 33}", f"7-{'A' * 32}", f"7-{'a' * 32}\n", f"-7-{'a' * 32}",
     f"٧-{'a' * 32}", f"{'1' * 11}-{'a' * 32}", f"7-{'ä' * 32}"],
)  # fmt: skip
def test_what_is_not_shaped_like_an_owner_key_claims_nothing(claimed: str) -> None:
    assert link_id_in(claimed) is None


@given(st.text())
def test_no_text_makes_it_raise_or_open(text: str) -> None:
    claimed = link_id_in(text)
    assert claimed is None or not KEYS.is_owner_key(text, claimed, TOKEN)


def test_a_device_is_the_same_inside_a_link_and_unknown_outside() -> None:
    here = KEYS.device(TOKEN, "192.0.2.1", "Thunderbird")
    assert here == KEYS.device(TOKEN, "192.0.2.1", "Thunderbird")
    assert len(here) == 16
    others = {
        KEYS.device(OTHER_TOKEN, "192.0.2.1", "Thunderbird"),
        KEYS.device(TOKEN, "192.0.2.2", "Thunderbird"),
        KEYS.device(TOKEN, "192.0.2.1", "Outlook"),
        Keys(bytes(32)).device(TOKEN, "192.0.2.1", "Thunderbird"),
    }
    assert len(others) == 4
    assert here not in others


@given(st.text(st.characters(codec=None)))
def test_whatever_a_program_calls_itself_it_has_a_device(user_agent: str) -> None:
    assert len(KEYS.device(TOKEN, "192.0.2.1", user_agent)) == 16


def test_a_probe_is_known_to_its_own_host_for_a_while() -> None:
    keys = Keys(bytes(32))
    probe = keys.probe(NOON)
    assert [keys.is_probe(probe, NOON + late) for late in (-300, 0, 300)] == [True] * 3
    assert [keys.is_probe(probe, NOON + late) for late in (-302, 302)] == [False] * 2
    assert not Keys(bytes([1] * 32)).is_probe(probe, NOON)


@given(st.text() | st.from_regex(r"[0-9]{1,15}-[0-9a-f]{0,40}"))
def test_no_text_is_a_probe(text: str) -> None:
    assert not Keys(bytes(32)).is_probe(text, NOON)


def test_a_test_key_opens_the_self_test_alone_and_an_owner_key_does_not() -> None:
    key = KEYS.test_key(7, TOKEN)
    assert KEYS.is_test_key(key, 7, TOKEN)
    assert not KEYS.is_owner_key(key, 7, TOKEN)
    assert not KEYS.is_test_key(KEYS.owner_key(7, TOKEN), 7, TOKEN)
    assert not KEYS.is_test_key(key, 8, TOKEN)
    assert not KEYS.is_test_key(key, 7, OTHER_TOKEN)
    assert link_id_in(key) == 7
