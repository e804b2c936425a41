"""Mutants: copies of the product with one edit that makes it lose things. The proof must catch each one.

An edit that no longer applies is an error. Otherwise the copy would be the healthy product.
"""

import shutil
from pathlib import Path
from typing import NamedTuple

from bench.faults.processes import ROOT

PRODUCT = ("bot", "pixel_server", "storage", "tracking", "words", "settings.py", "logs.py", "pyproject.toml")


class Mutant(NamedTuple):
    what: str
    file: str
    old: str
    new: str


ANSWERS_FIRST = Mutant(
    "answers before the commit",
    "pixel_server/database/writer.py",
    "        batch.on_kept.append(on_kept)\n",
    "        self._loop.call_soon(on_kept, True)\n        batch.on_kept.append(lambda _kept: None)\n",
)
MARKS_FIRST = Mutant(
    "marks as sent before sending",
    "bot/delivery/loop.py",
    "        outcome = await self._attempt(job)\n",
    "        sent = Outcome(Ended.SENT)\n"
    "        await self._context.write(lambda session: claims.settle(session, job.claim, sent, now()))\n"
    "        outcome = await self._attempt(job)\n",
)
NEVER_RECLAIMS = Mutant(
    "never reclaims a lease",
    "storage/queue.py",
    "            or_(col(_ROW.state) == _said(MessageState.PENDING), col(_ROW.lease_until) < _AT),\n",
    "            col(_ROW.state) == _said(MessageState.PENDING),\n",
)
FLUSHES_RARELY = Mutant(
    "synchronous=NORMAL", "storage/sqlite/database.py", '"synchronous=FULL"', '"synchronous=NORMAL"'
)
LIKE_HEALTHCHECKS = Mutant(
    "marks as processed when it claims, as Healthchecks does",
    "storage/claims.py",
    "    message.state, message.lease_until = MessageState.SENDING, moment(now + LEASE)\n",
    "    message.state, message.lease_until = MessageState.SENT, moment(now + LEASE)\n",
)
UNDER_KILLS = (ANSWERS_FIRST, MARKS_FIRST, NEVER_RECLAIMS)


class StaleMutantError(Exception):
    """The product has changed, so this mutant's edit no longer applies and must follow."""


def copy_with(mutant: Mutant, folder: Path) -> Path:
    """Copy the product with this one edit; return the root of the copy."""
    root = folder / "mutant"
    for name in PRODUCT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, root / name)
    file = root / mutant.file
    text = file.read_text("utf-8")
    if text.count(mutant.old) != 1:
        raise StaleMutantError(f"{mutant.file} does not hold exactly once:\n{mutant.old}")
    file.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    return root
