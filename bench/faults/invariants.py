"""Seven invariants that hold whatever happens to the processes. Each function returns its violations."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable

from bench.faults.observations import REPEATED, Observations

COUNT = re.compile(r"Opened (?:(\d+) times)?")


def no_acknowledged_open_is_lost(observed: Observations) -> list[str]:
    kept = {(row.nonce, row.token) for row in observed.rows}
    return [
        f"{nonce} was answered 200 and is lost"
        for nonce in observed.answered
        if (nonce, observed.answered[nonce]) not in kept
    ]


def no_open_is_invented(observed: Observations) -> list[str]:
    """Nor is one kept twice, or for another link."""
    times = Counter(row.nonce for row in observed.rows)
    invented = [
        f"{row.nonce} was never asked of {row.label}"
        for row in observed.rows
        if observed.asked.get(row.nonce) != row.token
    ]
    return invented + [f"{nonce} is kept {count} times" for nonce, count in times.items() if count > 1]


def every_open_is_told(observed: Observations) -> list[str]:
    """The first open is told by an alert, and all of them by the card's count, unless the message is parked.

    Also, every `/track` is answered by one link and its card.
    """
    return [
        *(f"{label} was opened and nobody was told" for label in untold(observed)),
        *_miscounted(observed),
        *_unanswered(observed),
    ]


def _miscounted(observed: Observations) -> list[str]:
    parked, counted = _parked_cards(observed), _counts_on_cards(observed)
    opens = Counter(row.label for row in observed.rows if row.kind == "opened")
    none = Counter(row.label for row in observed.rows if row.kind not in ("opened", "repeat"))
    return [
        f"{label} was opened {count} times, and its card says {sorted(counted[label])}"
        for label, count in opens.items()
        if count not in counted[label] and label not in parked
    ] + [f"{label} has {count} fetches that are no opens" for label, count in none.items()]


def _unanswered(observed: Observations) -> list[str]:
    made = Counter(link.label for link in observed.links)
    shown = {message.label for message in observed.sent if message.kind == "card"} | _parked_cards(observed)
    return [f"/track {label} made {made[label]} links" for label in observed.tracked if made[label] != 1] + [
        f"{label} has no card" for label in observed.tracked if label not in shown
    ]


def _parked_cards(observed: Observations) -> set[str]:
    return {label for kind, label in _visibly_parked(observed) if kind == "card"}


def untold(observed: Observations) -> list[str]:
    """Return the letters that were opened and have no alert."""
    parked = _visibly_parked(observed)
    told = {message.label for message in observed.sent if message.kind == "opened"}
    opened = {row.label for row in observed.rows if row.kind == "opened"}
    return sorted(label for label in opened - told if ("opened", label) not in parked)


def _visibly_parked(observed: Observations) -> set[tuple[str, str]]:
    """Return the messages that may not have arrived, in chats where `/status` reports how many there are."""
    parked = [row for row in observed.outbox if row.state == "parked"]
    counts = Counter(row.chat for row in parked)
    return {(row.kind, row.label) for row in parked if observed.admitted.get(row.chat) == counts[row.chat]}


def repetitions_have_a_cause(observed: Observations) -> list[str]:
    """A message comes twice only if its answer was lost, or a kill met it in flight (one a chat and kill)."""
    causes: Counter[tuple[str, str]] = Counter()
    for message in observed.sent:
        causes[message.kind, message.label] += bool(message.new and message.spoilt)
    for caught in observed.in_flight:
        causes.update((message.kind, message.label) for message in caught)
    times = Counter(
        (message.kind, message.label) for message in observed.sent if message.new and message.label
    )
    broken = [
        f"the {kind} of {label} came {count} times, and {causes[kind, label]} repetitions have a cause"
        for (kind, label), count in times.items()
        if count > 1 + causes[kind, label]
    ]
    return broken + _unmarked(observed) + _crowded(observed)


def _unmarked(observed: Observations) -> list[str]:
    """Every repetition says that it may be one."""
    seen, broken = set(), []
    for message in observed.sent:
        about = (message.kind, message.label)
        if message.new and message.label:
            if about in seen and REPEATED not in message.text:
                broken.append(f"the {message.kind} of {message.label} was repeated and did not say so")
            seen.add(about)
    return broken


def _crowded(observed: Observations) -> list[str]:
    chats = (Counter(message.chat for message in caught) for caught in observed.in_flight)
    return [
        f"chat {chat} had {count} messages in flight"
        for kill in chats
        for chat, count in kill.items()
        if count > 1
    ]


def sequences_have_no_gaps(observed: Observations) -> list[str]:
    kept: dict[str, list[int]] = defaultdict(list)
    for row in observed.rows:
        kept[row.token].append(row.seq)
    return [
        f"{link.label} counts {link.fetches} and keeps {sorted(kept[link.token])[-3:]}"
        for link in observed.links
        if sorted(kept[link.token]) != list(range(1, link.fetches + 1))
    ]


def the_database_is_whole(observed: Observations) -> list[str]:
    return list(observed.integrity)


def no_secret_is_told(observed: Observations) -> list[str]:
    return [
        f"a log holds the secret that begins {secret[:4]}"
        for secret in observed.secrets
        if secret in observed.logs
    ]


INVARIANTS: dict[str, Callable[[Observations], list[str]]] = {
    "I1": no_acknowledged_open_is_lost,
    "I2": no_open_is_invented,
    "I3": every_open_is_told,
    "I4": repetitions_have_a_cause,
    "I5": sequences_have_no_gaps,
    "I6": the_database_is_whole,
    "I7": no_secret_is_told,
}


def judge(observed: Observations) -> dict[str, list[str]]:
    """Return the violations of each broken invariant; empty if all hold."""
    found = {name: holds(observed) for name, holds in INVARIANTS.items()}
    return {name: broken for name, broken in found.items() if broken}


def repeated(observed: Observations) -> int:
    """Return how many messages were repetitions."""
    times = Counter(
        (message.kind, message.label) for message in observed.sent if message.new and message.label
    )
    return sum(times.values()) - len(times)


def _counts_on_cards(observed: Observations) -> dict[str, set[int]]:
    """Return the counts that each letter's cards show. A letter has two cards if one was repeated."""
    counts: dict[str, set[int]] = defaultdict(set)
    for label, text in observed.shown:
        if found := COUNT.search(text):
            counts[label].add(int(found[1] or 1))
    return counts
