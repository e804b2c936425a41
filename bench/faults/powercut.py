"""Power cuts, replayed: strace records what the pixel server writes, and the recording is cut off anywhere.

Only a write that a finished fsync of its file follows is sure to survive. Of the later ones, any may be
missing or torn. kill -9 cannot show this, because the kernel keeps what was written.
"""

import asyncio
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.faults.arrangement import arrange
from bench.faults.load import Letter, full_answer, request
from bench.faults.logbook import Logbook
from bench.faults.observations import integrity, rows
from bench.faults.processes import BOT, ROOT, SERVER

SECTOR = 512
"""Bytes that a disk writes completely or not at all."""


class Write(NamedTuple):
    file: str
    at: int
    """Offset in the file; -1 for an append."""
    data: bytes


class Truncation(NamedTuple):
    file: str
    size: int


class Flush(NamedTuple):
    file: str


class Step(NamedTuple):
    """A system call: what it did, and when it had ended (Unix time)."""

    what: Write | Truncation | Flush
    ended: float


class Recording(NamedTuple):
    start: dict[str, bytes]
    """The content of each file before, by its name."""
    steps: Sequence[Step]
    answered: Sequence[tuple[float, str]]
    """The time at which each nonce was fully answered with 200."""


class Cut(NamedTuple):
    """The effects of one power cut."""

    acknowledged: int
    lost: int
    integrity: Sequence[str]


CALLS = "pwrite64,write,ftruncate,fsync,fdatasync"
STRACE = ("strace", "-f", "-ttt", "-T", "-y", "-xx", "-s", "9999999", "-e", f"trace={CALLS}", "-o")


def record(folder: Path, *, opens: int, seed: int, root: Path = ROOT) -> Recording:
    """Record a pixel server under strace while it answers so many opens, one after the other."""
    if shutil.which("strace") is None:
        raise SystemExit("This needs strace (Debian: apt-get install strace).")
    return asyncio.run(_record(folder, opens, seed, root))


async def _record(folder: Path, opens: int, seed: int, root: Path) -> Recording:
    async with arrange(folder, seed, root=root) as arranged:
        product, _, load, answered, logs = arranged
        product.start(SERVER, BOT)
        await load.write_letters(people=4, most=8)
        product.end()
        start = {file.name: file.read_bytes() for file in _files(product.folder)}
        product.start(SERVER, under=[*STRACE, str(logs / "strace")])
        await _open_one_by_one(load.letters, product.port, answered, opens, Random(f"opens {seed}"))
        product.end()
    steps = list(_steps(logs / "strace", product.folder))
    if not steps:
        raise SystemExit(f"strace recorded nothing. See {logs}.")
    heard = [(entry["at"], entry["nonce"]) for entry in answered.entries]
    return Recording(start, steps, heard)


async def _open_one_by_one(
    letters: Sequence[Letter], port: int, answered: Logbook, opens: int, random: Random
) -> None:
    reader, writer = await _connect(port)
    for number in range(opens):
        letter, nonce = random.choice(letters), f"n{number:08}"
        writer.write(request(letter.token, nonce, "188.21.77.7"))
        if await full_answer(reader) == 200:
            answered.note(nonce=nonce, token=letter.token)
    writer.close()


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)


def _files(folder: Path) -> Iterator[Path]:
    """Return the files that survive a power cut: no sockets, and no shared memory."""
    return (file for file in folder.iterdir() if file.is_file() and not file.name.endswith("-shm"))


# If other threads' calls interrupt a call, it has two lines in the log. The first one has its arguments.
LINE = re.compile(r"(?P<thread>\d+) +(?P<at>[\d.]+) (?P<said>.*)")
CALL = re.compile(
    r"(?P<name>\w+)\(\d+<(?P<path>[^>]+)>"
    r'(?:, (?:"(?P<data>[^"]*)"|(?P<size>\d+)))?'
    r"(?:, \d+(?:, (?P<offset>\d+))?)?"
)
ENDED = re.compile(r"\) += (?P<result>-?\d+).*<(?P<took>[\d.]+)>$")


def _steps(log: Path, folder: Path) -> Iterator[Step]:
    """Yield the calls on a folder's files, in the order in which they ended."""
    begun: dict[str, tuple[float, str]] = {}
    for text in log.read_text("ascii").splitlines():
        line = LINE.fullmatch(text)
        if line is None:
            continue
        thread, at, said = line["thread"], float(line["at"]), line["said"]
        if said.endswith("<unfinished ...>"):
            begun[thread] = at, said
            continue
        if " resumed>" in said and thread in begun:
            at, first = begun.pop(thread)
        else:
            first = said
        ended = ENDED.search(said)
        if ended and int(ended["result"]) >= 0 and (what := _meant(first, folder)):
            yield Step(what, at + float(ended["took"]))


def _meant(said: str, folder: Path) -> Write | Truncation | Flush | None:
    call = CALL.match(said)
    path = Path(os.fsdecode(_bytes(call["path"]))) if call and call["path"].startswith("\\x") else None
    if call is None or path is None or path.parent != folder or path.name.endswith("-shm"):
        return None
    file = path.name
    match call["name"]:
        case "pwrite64":
            return Write(file, int(call["offset"]), _bytes(call["data"]))
        case "write":
            return Write(file, -1, _bytes(call["data"]))
        case "ftruncate":
            return Truncation(file, int(call["size"]))
        case _:
            return Flush(file)


def _bytes(shown: str) -> bytes:
    return bytes.fromhex(shown.replace("\\x", ""))


def left_by_a_cut(recording: Recording, at: float, random: Random) -> dict[str, bytes]:
    """Return the content of the files after a power cut at this moment."""
    disk = {name: bytearray(content) for name, content in recording.start.items()}
    loose: dict[str, list[Write | Truncation]] = {}
    for what, ended in recording.steps:
        if ended > at:
            continue
        file = disk.setdefault(what.file, bytearray())
        if isinstance(what, Flush):
            for change in loose.pop(what.file, []):
                _apply(file, change)
        else:
            loose.setdefault(what.file, []).append(what)
    for name, changes in loose.items():
        for change in changes:
            _apply_perhaps(disk[name], change, random)
    return {name: bytes(content) for name, content in disk.items()}


def _apply(file: bytearray, change: Write | Truncation) -> None:
    if isinstance(change, Truncation):
        del file[change.size :]
        file.extend(bytes(change.size - len(file)))
        return
    at = len(file) if change.at < 0 else change.at
    file.extend(bytes(max(0, at - len(file))))
    file[at : at + len(change.data)] = change.data


def _apply_perhaps(file: bytearray, change: Write | Truncation, random: Random) -> None:
    """Apply all of a change, nothing, or some of its sectors."""
    fate = random.choice(["all", "nothing", "torn"])
    if fate == "all":
        _apply(file, change)
    elif fate == "torn" and isinstance(change, Write) and change.at >= 0:
        for start in range(0, len(change.data), SECTOR):
            if random.random() < 0.5:
                sector = change.data[start : start + SECTOR]
                _apply(file, Write(change.file, change.at + start, sector))


def cuts(recording: Recording, folder: Path, *, count: int, seed: int) -> list[Cut]:
    """Replay so many power cuts, each right after some answer."""
    random = Random(f"cuts {seed}")
    return [_cut(recording, folder / f"cut{number}", random) for number in range(count)]


def _cut(recording: Recording, folder: Path, random: Random) -> Cut:
    at, _ = random.choice(recording.answered)
    acknowledged = {nonce for heard, nonce in recording.answered if heard <= at}
    folder.mkdir()
    for name, content in left_by_a_cut(recording, at, random).items():
        (folder / name).write_bytes(content)
    with closing(sqlite3.connect(folder / "readback.db")) as database:
        kept, wrong = {row.nonce for row in rows(database)}, integrity(database)
    shutil.rmtree(folder)
    return Cut(len(acknowledged), len(acknowledged - kept), wrong)
