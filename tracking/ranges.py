"""Finds an address among labelled prefixes: a binary search among ranges that cover all addresses."""

import socket
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, MutableSequence
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
        known: dict[int, list[int]] = {4: [], 6: []}
        numbers = dict[Label, int]()
        for one in prefixes:
            known[one.version].append(_packed(one, numbers.setdefault(one.label, len(numbers))))
        labels = [*numbers]
        # Numbers of the machine's own take a fifth of the memory of Python's.
        self._v4 = _flatten(known[4], labels, _Flat(array("Q", [0]), [default]), rank)
        self._v6 = _flatten(known[6], labels, _Flat([0], [default]), rank)

    def same_as(self, other: "Ranges[Label]") -> bool:
        return (self._v4, self._v6) == (other._v4, other._v6)

    def at(self, address: str) -> Label:
        """Return the label of an address. Raises OSError or ValueError if this is none."""
        if ":" not in address:
            return self._v4.at(int.from_bytes(socket.inet_pton(socket.AF_INET, address), "big"))
        value = int.from_bytes(socket.inet_pton(socket.AF_INET6, address), "big")
        return self._v4.at(value & _IPV4_BITS) if value >> 32 == MAPPED else self._v6.at(value)


class _Flat(NamedTuple, Generic[Label]):
    """Ranges that cover all addresses without a gap: where each starts, and its label."""

    starts: MutableSequence[int]
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


def _packed(one: Prefix[Label], label: int) -> int:
    """Return the prefix as a number that sorts by where it starts, a longer one first.

    Thousands of numbers take a third of the memory of thousands of tuples.
    """
    bits = (one.last - one.first).bit_length()
    return one.first << 16 | (0xFF - bits) << 8 | label


def _flatten(
    prefixes: list[int], labels: list[Label], ranges: _Flat[Label], rank: Callable[[Label], int]
) -> _Flat[Label]:
    """Put these prefixes, which are of one version, into one range that covers all addresses; return it.

    Two prefixes nest or are apart, so one walk with a stack of those that are open is enough.
    """
    default = ranges.labels[0]
    open_: list[tuple[int, Label]] = []

    def close_before(at: int) -> None:
        while open_ and open_[-1][0] < at:
            last, _ = open_.pop()
            ranges.begin(last + 1, open_[-1][1] if open_ else default)

    for packed in sorted(prefixes):
        first, bits = packed >> 16, 0xFF - (packed >> 8 & 0xFF)
        close_before(first)
        label = min(labels[packed & 0xFF], open_[-1][1] if open_ else default, key=rank)
        open_.append((first + (1 << bits) - 1, label))
        ranges.begin(first, label)
    close_before(1 << 128)
    return ranges
