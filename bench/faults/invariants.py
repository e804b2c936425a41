"""Seven things that hold whatever was done to the processes. Each returns what broke it, in words."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable

from bench.faults.facts import REPEATED, Facts

LOOKED = re.compile(r"Looked at (?:(\d+) times)?")


def no_acknowledged_open_is_lost(facts: Facts) -> list[str]:
    kept = {(row.nonce, row.token) for row in facts.rows}
    return [
        f"{nonce} was answered 200 and is lost"
        for nonce in facts.answered
        if (nonce, facts.answered[nonce]) not in kept
    ]


def no_open_is_invented(facts: Facts) -> list[str]:
    """Nor kept twice, nor kept for another link."""
    times = Counter(row.nonce for row in facts.rows)
    invented = [
        f"{row.nonce} was never asked of {row.label}"
        for row in facts.rows
        if facts.asked.get(row.nonce) != row.token
    ]
    return invented + [f"{nonce} is kept {count} times" for nonce, count in times.items() if count > 1]


def every_open_is_told(facts: Facts) -> list[str]:
    """The first by an alert, all of them by the card's count; or what may have been said is parked.

    So is every `/track`: by one link, and its card.
    """
    return [
        *(f"{label} was opened and nobody was told" for label in untold(facts)),
        *_miscounted(facts),
        *_unanswered(facts),
    ]


def _miscounted(facts: Facts) -> list[str]:
    parked, counted = _parked_cards(facts), _counts_on_cards(facts)
    opens = Counter(row.label for row in facts.rows if row.kind == "opened")
    none = Counter(row.label for row in facts.rows if row.kind not in ("opened", "repeat"))
    return [
        f"{label} was opened {count} times, its card says {sorted(counted[label])}"
        for label, count in opens.items()
        if count not in counted[label] and label not in parked
    ] + [f"{label} has {count} opens that count as none" for label, count in none.items()]


def _unanswered(facts: Facts) -> list[str]:
    made = Counter(link.label for link in facts.links)
    shown = {said.label for said in facts.said if said.kind == "card"} | _parked_cards(facts)
    return [f"/track {label} made {made[label]} links" for label in facts.tracked if made[label] != 1] + [
        f"{label} has no card" for label in facts.tracked if label not in shown
    ]


def _parked_cards(facts: Facts) -> set[str]:
    return {label for kind, label in _visibly_parked(facts) if kind == "card"}


def untold(facts: Facts) -> list[str]:
    """Letters that were opened, of which no alert came."""
    parked = _visibly_parked(facts)
    told = {said.label for said in facts.said if said.kind == "opened"}
    opened = {row.label for row in facts.rows if row.kind == "opened"}
    return sorted(label for label in opened - told if ("opened", label) not in parked)


def _visibly_parked(facts: Facts) -> set[tuple[str, str]]:
    """Messages that may not have arrived, in chats whose `/status` says how many there are."""
    parked = [owed for owed in facts.owed if owed.state == "parked"]
    counts = Counter(owed.chat for owed in parked)
    return {(owed.kind, owed.label) for owed in parked if facts.admitted.get(owed.chat) == counts[owed.chat]}


def repetitions_have_a_cause(facts: Facts) -> list[str]:
    """A message comes twice only if its answer was lost or a kill met it in flight: one a chat and kill."""
    causes: Counter[tuple[str, str]] = Counter()
    for said in facts.said:
        causes[said.kind, said.label] += bool(said.new and said.spoilt)
    for caught in facts.in_flight:
        causes.update((message.kind, message.label) for message in caught)
    times = Counter((said.kind, said.label) for said in facts.said if said.new and said.label)
    broken = [
        f"the {kind} of {label} came {count} times with {causes[kind, label]} causes"
        for (kind, label), count in times.items()
        if count > 1 + causes[kind, label]
    ]
    return broken + _unmarked(facts) + _crowded(facts)


def _unmarked(facts: Facts) -> list[str]:
    """A repetition says that it may be one."""
    seen, broken = set(), []
    for said in facts.said:
        about = (said.kind, said.label)
        if said.new and said.label:
            if about in seen and REPEATED not in said.text:
                broken.append(f"the {said.kind} of {said.label} was repeated and did not say so")
            seen.add(about)
    return broken


def _crowded(facts: Facts) -> list[str]:
    chats = (Counter(message.chat for message in caught) for caught in facts.in_flight)
    return [
        f"chat {chat} had {count} messages in flight"
        for kill in chats
        for chat, count in kill.items()
        if count > 1
    ]


def sequences_have_no_gaps(facts: Facts) -> list[str]:
    kept: dict[str, list[int]] = defaultdict(list)
    for row in facts.rows:
        kept[row.token].append(row.seq)
    return [
        f"{link.label} counts {link.fetches} and keeps {sorted(kept[link.token])[-3:]}"
        for link in facts.links
        if sorted(kept[link.token]) != list(range(1, link.fetches + 1))
    ]


def the_database_is_whole(facts: Facts) -> list[str]:
    return list(facts.integrity)


def no_secret_is_told(facts: Facts) -> list[str]:
    return [
        f"a log holds the secret that begins {secret[:4]}" for secret in facts.secrets if secret in facts.logs
    ]


INVARIANTS: dict[str, Callable[[Facts], list[str]]] = {
    "I1": no_acknowledged_open_is_lost,
    "I2": no_open_is_invented,
    "I3": every_open_is_told,
    "I4": repetitions_have_a_cause,
    "I5": sequences_have_no_gaps,
    "I6": the_database_is_whole,
    "I7": no_secret_is_told,
}


def judge(facts: Facts) -> dict[str, list[str]]:
    """What is broken, by invariant; empty when all hold."""
    found = {name: holds(facts) for name, holds in INVARIANTS.items()}
    return {name: broken for name, broken in found.items() if broken}


def repeated(facts: Facts) -> int:
    """Messages that came more often than once."""
    times = Counter((said.kind, said.label) for said in facts.said if said.new and said.label)
    return sum(times.values()) - len(times)


def _counts_on_cards(facts: Facts) -> dict[str, set[int]]:
    """What cards show now; a letter has two of them where one was repeated."""
    counts: dict[str, set[int]] = defaultdict(set)
    for label, text in facts.shown:
        if found := LOOKED.search(text):
            counts[label].add(int(found[1] or 1))
    return counts
