"""The updates that wait to be answered. The chats take turns, so that none waits for another's backlog."""

from collections.abc import Iterable
from heapq import heappop, heappush


class WaitingUpdates:
    """The ids of stored updates, by chat: the oldest of each chat in turn.

    Sixty long commands of one chat delayed another chat's answer by 17 s. Now a chat delays another by one
    command at most, however many it has sent.
    """

    def __init__(self) -> None:
        # A dictionary keeps the order of its keys, which is the order of the chats' turns.
        self._of_chat: dict[int, list[int]] = {}
        self._chats: dict[int, int] = {}

    def add(self, chat: int, update_id: int) -> None:
        """Let an update wait, once. A chat answers in the order of the ids, also if they come in another."""
        if update_id not in self._chats:
            self._chats[update_id] = chat
            heappush(self._of_chat.setdefault(chat, []), update_id)

    def add_all(self, updates: Iterable[tuple[int, int]]) -> None:
        """Let updates wait, each with its chat."""
        for chat, update_id in updates:
            self.add(chat, update_id)

    def next(self) -> tuple[int, int] | None:
        """Return the chat whose turn it is, and its oldest update, which waits no more; None if none waits.

        The chat's next turn comes after every other chat's.
        """
        chat = next(iter(self._of_chat), None)
        if chat is None:
            return None
        ids = self._of_chat.pop(chat)
        update_id = heappop(ids)
        del self._chats[update_id]
        if ids:
            self._of_chat[chat] = ids
        return chat, update_id
