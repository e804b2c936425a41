"""Finds an address among labelled prefixes: a binary search among ranges that cover all addresses."""

import socket
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

MAPPED = 0xFFFF
"""The beginning of ::ffff:0:0/96, where an IPv6 address holds an IPv4 one: a dual-stack socket writes it."""
_IPV4_BITS = 0xFFFFFFFF

Label = TypeVar("Label")


class Prefix(NamedTuple, Generic[Label]):
    """A prefix: its addresses as integers, the last one included."""

    label: Label
    first: int
    last: int
    version: int


def prefix(label: Label, text: str) -> Prefix[Label]:
    """Read a prefix such as `192.0.2.0/24`. Raises ValueError or OSError if it is none."""
    base, _, length = text.partition("/")
    family, bits = (socket.AF_INET6, 128) if ":" in base else (socket.AF_INET, 32)
    first = int.from_bytes(socket.inet_pton(family, base), "big")
    size = 1 << (bits - int(length))
    if first % size:
        raise ValueError(f"{text} has bits set beyond its length")
    return Prefix(label, first, first + size - 1, 6 if bits == 128 else 4)


class Ranges(Generic[Label]):
    """Tells the label of an address. Where prefixes overlap, the label of the lowest rank counts."""

    def __init__(
        self,
        prefixes: Iterable[Prefix[Label]],
        default: Label,
        rank: Callable[[Label], int] = lambda _: 0,
    ) -> None:
        """`default` is the label of all other addresses; no label may have a higher rank than it has."""
        known = tuple(prefixes)
        self._v4, self._v6 = (
            _flatten((one for one in known if one.version == version), default, rank) for version in (4, 6)
        )

    def at(self, address: str) -> Label:
        """Return the label of an address. Raises OSError or ValueError if this is none."""
        if ":" not in address:
            return self._v4.at(int.from_bytes(socket.inet_pton(socket.AF_INET, address), "big"))
        value = int.from_bytes(socket.inet_pton(socket.AF_INET6, address), "big")
        return self._v4.at(value & _IPV4_BITS) if value >> 32 == MAPPED else self._v6.at(value)


class _Flat(NamedTuple, Generic[Label]):
    """Ranges that cover all addresses without a gap: where each starts, and its label."""

    starts: list[int]
    labels: list[Label]

    def at(self, value: int) -> Label:
        return self.labels[bisect_right(self.starts, value) - 1]

    def begin(self, at: int, label: Label) -> None:
        """Let a range begin after all others; a label that goes on begins none."""
        if self.starts[-1] == at:
            self.labels[-1] = label
        elif self.labels[-1] != label:
            self.starts.append(at)
            self.labels.append(label)


def _flatten(prefixes: Iterable[Prefix[Label]], default: Label, rank: Callable[[Label], int]) -> _Flat[Label]:
    """Return the ranges of these prefixes, which are of one version.

    Two prefixes nest or are apart, so one walk with a stack of those that are open is enough.
    """
    ranges = _Flat([0], [default])
    open_: list[tuple[int, Label]] = []
    end = Prefix(default, 1 << 128, 1 << 128, 0)
    for one in chain(sorted(prefixes, key=lambda one: (one.first, -one.last)), (end,)):
        while open_ and open_[-1][0] < one.first:
            last, _ = open_.pop()
            ranges.begin(last + 1, open_[-1][1] if open_ else default)
        if one is not end:
            label = min(one.label, open_[-1][1] if open_ else default, key=rank)
            open_.append((one.last, label))
            ranges.begin(one.first, label)
    return ranges
