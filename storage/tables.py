"""The tables. Times are aware UTC datetimes. All that judging needs of a link is packed in `Link.history`."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.kinds import MessageState

SCHEMA = "0018"
"""The newest migration. No program starts on another schema. A test compares it with the migrations."""

# No row is ever validated: the database and the code that writes it are trusted. So the validators that
# pydantic would compile for each table, .4 MB and 5 ms a start, are not built.
SQLModel.model_config["defer_build"] = True
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _chat_id() -> Column[int]:
    return Column(BigInteger, ForeignKey("chat.id"), nullable=False, index=True)


class Chat(SQLModel, table=True):
    """A Telegram chat: a person's, or a group's (negative ids)."""

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    created_at: datetime
    next_number: int = 1
    """The number of its next link: `#7` is counted for each chat."""
    asking: str = ""
    """The command whose question is open, such as `track`; empty when none is."""
    paced_at: float = 0.0
    """The time at which its message allowance is full again, in epoch seconds: `full_at` in pacing.py."""
    paused_until: datetime | None = None
    """Telegram asked to wait, or an attempt failed. The whole chat waits, so that order is kept."""
    unreachable_since: datetime | None = None
    """The last time at which it took no message: the bot is blocked, or may not write there. Its messages are
    kept. An update from the chat ends this, and so does a message that it takes some hours later."""
    zone: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Its time zone, such as `Europe/Berlin`; empty is unknown, and counts as UTC."""
    quiet_from: int | None = None
    """Minutes since midnight in its time zone, like `quiet_until` and `digest_at`."""
    quiet_until: int | None = None
    digest_at: int | None = None
    language: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The language it chose, such as `de`; empty follows `telegram_language`."""
    telegram_language: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The language of the person's Telegram; in a group, of the first person who wrote."""
    erased_links: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """When the links were made that were erased within the last day, in epoch seconds (daily_limit.py)."""


_LISTED = text("list_id IS NOT NULL")
_ARCHIVED = text("archived_at IS NOT NULL")


class Link(SQLModel, table=True):
    """One tracked message."""

    # Autoincrement gives no id twice: an old button must not act on a newer link.
    __table_args__ = (
        UniqueConstraint("chat_id", "number"),
        Index("ix_link_list_id", "list_id", sqlite_where=_LISTED, postgresql_where=_LISTED),
        Index("ix_link_archived", "chat_id", "number", sqlite_where=_ARCHIVED, postgresql_where=_ARCHIVED),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    chat_id: int = Field(sa_column=_chat_id())
    number: int
    list_id: int | None = None
    """The list that shows it, if it was made together with others: the id that the first of them has or had.
    None if it has a card of its own. `card_key` makes the message's key of it."""
    token: str = Field(unique=True, max_length=22)
    label: str
    recipient: str = ""
    created_at: datetime
    created_by: int = Field(sa_type=BigInteger)
    tracker: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The first name of the person who made it, in a group."""
    thread_id: int | None = None
    asked_in: int | None = None
    """The Telegram id of the message that asked for it. Answers quote it, and it gets the reaction."""
    deadline: datetime | None = None
    """The end of the day by which it should have been opened."""
    muted: bool = False
    archived_at: datetime | None = None
    """The time of archiving. An open since then has brought it back: `storage.archive` decides."""
    fetches: int = 0
    """The sequence number of its newest fetch."""
    last_event_at: datetime
    status: str = Field(default="new", sa_column_kwargs={"server_default": "new"})
    """A `LinkStatus`. Never asleep: that follows from `last_opened_at` and the clock."""
    status_since: datetime | None = None
    """Since when it has that status; empty is since it was made."""
    last_opened_at: datetime | None = None
    peeked_until: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    """The end of the last peek at it, in epoch seconds: later fetches need no query for peeks."""
    history: str = Field(default="", sa_type=Text)
    """The owner's statements and the summary of the fetches, packed by storage/histories.py."""
    history_before_purge: str = Field(default="", sa_type=Text)
    """The history as it was when the oldest fetches were purged: judging again begins with it."""


class FetchRow(SQLModel, table=True):
    """One judged fetch, or a run of them (tracking/runs.py). No address is stored; `device` means nothing
    outside its link.
    """

    __tablename__ = "fetch"
    # Ids begin with the time, so new rows lie together, and SQLite needs no row number as well.
    __table_args__ = (UniqueConstraint("link_id", "seq"), {"sqlite_with_rowid": False})

    id: str = Field(primary_key=True, max_length=32)
    link_id: int = Field(foreign_key="link.id")
    seq: int
    at: datetime
    agent: str
    network: str
    sign: str = ""
    rendered: bool = False
    device: str | None = None
    user_agent: str
    kind: str
    reason: str
    confidence: str
    count: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """The number of fetches that it stands for."""
    last_at: datetime | None = None
    """When the last of several came."""
    last_id: str | None = Field(default=None, max_length=32)
    """The id of that one, which has no row: so a batch that may have been committed can be repeated."""

    @property
    def ended_at(self) -> datetime:
        """When its last fetch came."""
        return self.last_at or self.at


class StatementRow(SQLModel, table=True):
    """A statement of a link's owner or recipient. It never changes a fetch: both are kept."""

    __tablename__ = "statement"

    id: int = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="link.id", index=True)
    said_at: datetime
    said_by: int | None = Field(default=None, sa_type=BigInteger)
    kind: str
    at: float
    """Epoch seconds, like `until`: the judge gets exactly this number."""
    of: str = ""
    until: float = 0.0
    since: float | None = None
    """The earliest time at which a Sent can have been that was tapped while the bot was away."""


class Unjudged(SQLModel, table=True):
    """The mark of a link whose stored fetches are to be judged again (rejudging.py)."""

    link_id: int = Field(primary_key=True, foreign_key="link.id")
    stamp: int = Field(sa_type=BigInteger)
    """A number that changes whenever what they are judged by has changed."""
    heard: int
    """The sequence number of its newest fetch when the mark was made."""
    asked: str = Field(default="", sa_type=Text)
    """If an alert of the first open is owed: the history before, packed like `Link.history`."""


class Peek(SQLModel, table=True):
    """A `/peek`: the chat's opens in this time are its own. One of all links covers those made meanwhile."""

    id: int = Field(default=None, primary_key=True)
    chat_id: int = Field(sa_column=_chat_id())
    link_id: int | None = Field(default=None, foreign_key="link.id")
    """The link that it is about; None is all of the chat's."""
    said_at: datetime
    said_by: int | None = Field(default=None, sa_type=BigInteger)
    at: float
    """Epoch seconds, like `until`: the judge gets exactly this number."""
    until: float


class Note(SQLModel, table=True):
    """A note that somebody wrote into a link's story."""

    id: int = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="link.id", index=True)
    at: datetime
    by: int = Field(sa_type=BigInteger)
    text: str = Field(sa_type=Text)


WAITS = text("state IN ('pending', 'sending')")
"""The condition of the index of messages that wait. A query must say it in these words: SQLite does not use
the index where the states are parameters, and read the whole outbox for each claim."""
_CHANGES = text("changes_at IS NOT NULL")


class OutboxMessage(SQLModel, table=True):
    """A message owed to a chat: its outbox row, for as long as the message lives.

    A row that has no `telegram_id` yet is delivered as a new message, any other by editing that message.

    `state` is a MessageState. storage/outbox.py owes and refreshes; storage/claims.py claims and settles.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "chat_id", "id", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_outbox_changes", "changes_at", sqlite_where=_CHANGES, postgresql_where=_CHANGES),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """Its subject, such as `card:7` or `opened:<fetch>`. Owing the same key twice leaves one row."""
    chat_id: int = Field(sa_column=_chat_id())
    link_id: int | None = Field(default=None, foreign_key="link.id", index=True)
    fetch_id: str | None = None
    """The fetch that it tells of, where it tells of one."""
    kind: str
    """A `MessageKind` (storage/kinds.py)."""
    loud: bool = False
    """Sent with a sound."""
    thread_id: int | None = None
    """The group's topic that it goes to."""
    reply_to: int | None = None
    """The Telegram message that it answers."""
    payload: str = Field(default="", sa_type=Text)
    """Its text and buttons as JSON if it was worded when it was owed, or a detail for its wording."""
    state: str = MessageState.PENDING
    version: int = 1
    """The newest version: a change raises it."""
    delivered_version: int = 0
    """The newest version that Telegram confirmed."""
    attempts: int = 0
    """Attempts since the last one that arrived: each makes the chat wait longer."""
    in_doubt: bool = False
    """An attempt may have arrived: the next one says "possibly repeated"."""
    created_at: datetime
    not_before: datetime | None = None
    """It is owed from then on: a reminder, or what quiet hours hold."""
    changes_at: datetime | None = None
    """From then on it looks different though nothing happened: a card whose link falls asleep, say."""
    lease_until: datetime | None = None
    """Until then nobody else may claim it."""
    fence: int = 0
    """The number of its claims. A settlement with an older number changes nothing."""
    telegram_id: int | None = None
    """The Telegram message that shows it; None until one does."""
    last_error: str = ""
    """The error of the last attempt, in words."""


class StoredUpdate(SQLModel, table=True):
    """An update from Telegram. It is on disk before it is confirmed, so that a kill loses no command."""

    __tablename__ = "inbox"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    received_at: datetime
    since: datetime | None = None
    """The bot was away before: the update may have waited at Telegram since then."""
    body: str = Field(sa_type=Text)
    """The update as JSON. Emptied when it is done; the id stays, so that a repetition is recognised."""
    attempts: int = 0
    done: bool = False


class BotTerm(SQLModel, table=True):
    """One row: the number of the newest term of a bot (lock.py)."""

    __tablename__ = "bot_term"

    id: int = Field(primary_key=True)
    number: int


class Pulse(SQLModel, table=True):
    """The last heartbeat of a process, for `/readyz`."""

    name: str = Field(primary_key=True)
    at: datetime
    trouble: str = ""


class PublishedListRow(SQLModel, table=True):
    """A published list of address ranges: what the bot fetched last, and how its last attempt went.

    storage/published_lists.py writes and reads it. A list without a row is as this version shipped it.
    """

    __tablename__ = "published_list"

    name: str = Field(primary_key=True)
    """As in `tracking.published_ranges.LISTS`."""
    prefixes: str = Field(default="", sa_type=Text)
    """The ranges, one a line; empty until a download was good."""
    fetched_at: datetime | None = None
    """The time of the last good download."""
    checked_at: datetime
    """The time of the last attempt."""
    error: str = Field(default="", sa_type=Text)
    """The reason why the last attempt changed nothing; empty if it succeeded."""
