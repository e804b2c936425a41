"""People's acts in their own Telegram apps: they write, tap, react, block, and make groups."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from demo.telegram.entities import with_found
from demo.telegram.model import Chat, Message, User
from demo.telegram.transcript import Line
from demo.telegram.world import Query, World

Found = TypeVar("Found")

PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)
"""What an administrator may forbid a member (ChatMemberRestricted)."""


class Telegram(World):
    """The local Telegram, with everything that people can do in it.

    Every method may be called from any thread.
    """

    # People and groups

    def person(self, first_name: str, **more: Any) -> User:
        """Add somebody with a Telegram account. They have not written to the bot yet."""
        with self.monitor.lock:
            user = User(more.pop("id", None) or next(self.numbers), first_name, **more)
            self.users[user.id] = user
            self.chats[user.id] = Chat(user.id, "private", members=[user], known=False)
            return user

    def group(self, title: str, members: Sequence[User], *, forum: bool = False) -> Chat:
        """Add a group whose first member adds the bot to it."""
        with self.monitor.lock:
            number = next(self.numbers)
            kind, identifier = ("supergroup", -(10**12) - number) if forum else ("group", -number)
            chat = Chat(identifier, kind, title, list(members), is_forum=forum)
            self.chats[chat.id] = chat
            self._bot_became(chat, members[0], "left", "member")
            self._service_message(chat, members[0], new_chat_members=[self.bot.as_json()])
            return chat

    def topic(self, chat: Chat, name: str) -> int:
        """Open a topic in a forum; return its thread id."""
        with self.monitor.lock:
            named = {"name": name, "icon_color": 7322096}
            thread = self._service_message(chat, chat.members[0], forum_topic_created=named).id
            chat.topics[thread] = name
            return thread

    def migrate(self, chat: Chat) -> Chat:
        """Turn a group into a supergroup, which has another id."""
        with self.monitor.lock:
            new = Chat(-(10**12) - next(self.numbers), "supergroup", chat.title, chat.members)
            self.chats[new.id] = new
            self._service_message(chat, chat.members[0], migrate_to_chat_id=new.id)
            chat.migrated_to = new.id
            self._service_message(new, chat.members[0], migrate_from_chat_id=chat.id)
            return new

    def leave(self, user: User, chat: Chat) -> None:
        """`user` leaves a group. `getChatMember` then says "left" (Bot API, ChatMemberLeft).

        Their app may still show the messages, and a press arrives: a public group's are shown to everybody.
        """
        with self.monitor.lock:
            chat.members.remove(user)
            self._service_message(chat, user, left_chat_member=user.as_json())

    # Writing

    def say(
        self,
        user: User,
        text: str,
        chat: Chat | None = None,
        *,
        reply_to: Message | None = None,
        thread: int | None = None,
        anonymous: bool = False,
    ) -> Message:
        """`user` writes a message: in `chat`, or in their private chat with the bot."""
        with self.monitor.lock:
            where = chat or self.chats[user.id]
            where.known = True
            content = {"text": text, "entities": with_found(text, []), "reply_to": reply_to}
            message = self.new_message(where, user, **content, thread=thread, anonymous=anonymous)
            self.post(message)
            if not where.blocked and (where.private or self._for_bot(message)):
                self.updates.add("message", message.as_json())
            return message

    def locate(
        self, user: User, latitude: float, longitude: float, reply_to: Message | None = None
    ) -> Message:
        """`user` sends a location: to the bot, or into the chat of the message that it replies to."""
        return self.send(user, {"location": {"latitude": latitude, "longitude": longitude}}, reply_to)

    def send(self, user: User, content: dict[str, Any], reply_to: Message | None = None) -> Message:
        """`user` sends something that is no text. `content` is what the Bot API calls it."""
        with self.monitor.lock:
            where = reply_to.chat if reply_to else self.chats[user.id]
            where.known = True
            message = self.post(self.new_message(where, user, service=content, reply_to=reply_to))
            if not where.blocked and (where.private or self._for_bot(message)):
                self.updates.add("message", message.as_json())
            return message

    def edit(self, message: Message, text: str) -> None:
        with self.monitor.lock:
            message.text, message.entities = text, with_found(text, [])
            message.edited = int(self.clock())
            self.record_message(message, "edited")
            if not message.chat.blocked and (message.chat.private or self._for_bot(message)):
                self.updates.add("edited_message", message.as_json())

    def _for_bot(self, message: Message) -> bool:
        """Apply privacy mode: in groups a bot gets commands, replies to it, and messages that name it."""
        if message.reply_to and message.reply_to.sender is self.bot:
            return True
        name = f"@{self.bot.username}".lower()
        words = message.text.lower().split()
        command, at, addressee = (words or [""])[0].partition("@")
        return name in words or (command.startswith("/") and at + addressee in ("", name))

    def remove(self, user: User, message: Message) -> None:
        """`user` deletes a message for everyone. Telegram does not tell the bot."""
        with self.monitor.lock:
            del self.messages[message.chat.id, message.id]
            self.record(Line(self.clock(), user.name, "deleted", message.chat.id, message.id))
            self.publish("deleted", chat=message.chat.id, message_id=message.id)

    # Tapping

    def press(self, user: User, message: Message, wanted: str, *, forged: bool = False) -> Query:
        """Tap a button as `user`. Its data, the beginning of that (`sent:`), or its label names it.

        A forged tap sends data that no button has, as a modified app can.
        """
        with self.monitor.lock:
            data = wanted if forged else button_data(message, wanted)
            query = Query(str(next(self.numbers) * 10**12), user, message, data, self.clock())
            self.queries[query.id] = query
            self.record(Line(self.clock(), user.name, "pressed", message.chat.id, message.id, data))
            self.updates.add(
                "callback_query",
                {
                    "id": query.id,
                    "from": user.as_json(),
                    "message": message.as_json(),
                    "chat_instance": str(message.chat.id),
                    "data": data,
                },
            )
            self.monitor.notify()
            return query

    def react(self, user: User, message: Message, emoji: str | None) -> None:
        with self.monitor.lock:
            before = message.reactions.pop(user.id, None)
            if emoji:
                message.reactions[user.id] = emoji
            self.record(Line(self.clock(), user.name, "reacted", message.chat.id, message.id, emoji or ""))
            self.publish("message", chat=message.chat.id, message=message.view())
            change = {"chat": message.chat.as_json(), "message_id": message.id, "user": user.as_json()}
            change |= {
                "date": int(self.clock()),
                "old_reaction": reaction(before),
                "new_reaction": reaction(emoji),
            }
            self.updates.add("message_reaction", change)

    def block(self, user: User) -> None:
        """Block the bot as `user`."""
        with self.monitor.lock:
            self.chats[user.id].blocked = True
            self._bot_became(self.chats[user.id], user, "member", "kicked")

    def unblock(self, user: User) -> None:
        with self.monitor.lock:
            self.chats[user.id].blocked = False
            self._bot_became(self.chats[user.id], user, "kicked", "member")

    def kick(self, chat: Chat) -> None:
        with self.monitor.lock:
            chat.blocked = True
            self._bot_became(chat, chat.members[0], "member", "kicked")

    def take_back(self, chat: Chat) -> None:
        """Make a kicked bot a member again."""
        with self.monitor.lock:
            chat.blocked = False
            self._bot_became(chat, chat.members[0], "kicked", "member")

    def mute(self, chat: Chat, *, muted: bool = True, for_everybody: bool = False) -> None:
        """Forbid the bot to write, or everybody: Telegram tells no bot of a group's own permissions."""
        with self.monitor.lock:
            chat.muted = muted
            if not for_everybody:
                old, new = ("member", "restricted") if muted else ("restricted", "member")
                self._bot_became(chat, chat.members[0], old, new)

    def close_topic(self, chat: Chat, thread: int) -> None:
        with self.monitor.lock:
            chat.closed.add(thread)

    # Reading

    def said(self, chat: Chat | User) -> list[Message]:
        """Return the bot's messages in a chat, oldest first."""
        return [message for message in self.in_chat(chat) if message.sender is self.bot]

    def wait_for(self, look: Callable[[], Found | None], seconds: float = 10) -> Found:
        """Call `look` after each change until it returns something true; return that.

        It blocks. In a thread that runs an event loop, `await until(…)` instead. Raises AssertionError with
        the transcript when the time is over.
        """
        return self._found(self.monitor.wait(lambda: look() or None, seconds))

    async def until(self, look: Callable[[], Found | None], seconds: float = 10) -> Found:
        return self._found(await self.monitor.until(lambda: look() or None, seconds))

    def _found(self, found: Found | None) -> Found:
        if found is None:
            raise AssertionError("it did not happen. This happened:\n" + self.lines())
        return found

    def lines(self) -> str:
        with self.monitor.lock:
            return "\n".join(map(str, self.transcript))

    def revoke(self) -> None:
        """Revoke the token, as @BotFather can."""
        with self.monitor.lock:
            self.revoked = True
            self.monitor.notify()

    def _service_message(self, chat: Chat, user: User, **service: Any) -> Message:
        message = self.post(self.new_message(chat, user, service=service))
        self.updates.add("message", message.as_json())
        return message

    def _bot_became(self, chat: Chat, user: User, old: str, new: str) -> None:
        self.record(Line(self.clock(), user.name, f"made the bot {new}", chat.id))
        self.publish("chat", chat=chat.id)
        change = {"chat": chat.as_json(), "from": user.as_json(), "date": int(self.clock())}
        change |= {"old_chat_member": self._member(old), "new_chat_member": self._member(new)}
        self.updates.add("my_chat_member", change)

    def _member(self, status: str) -> dict[str, Any]:
        more: dict[str, Any] = {"until_date": 0} if status in ("kicked", "restricted") else {}
        if status == "restricted":
            known = PERMISSIONS[:-1] if self.old else PERMISSIONS
            more |= {"is_member": True, **dict.fromkeys(known, False)}
        return {"user": self.bot.as_json(), "status": status, **more}


def button_data(message: Message, wanted: str) -> str:
    pressable = [button for row in message.buttons() for button in row if "callback_data" in button]
    for button in pressable:
        data = str(button["callback_data"])
        if wanted in (data, button["text"]) or (wanted.endswith(":") and data.startswith(wanted)):
            return data
    there = [(button["text"], button["callback_data"]) for button in pressable]
    raise LookupError(f"no button {wanted!r} under message {message.id}; there are {there}")


def reaction(emoji: str | None) -> list[dict[str, str]]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []
