"""Everything that can happen in a story: the sentence for it, and the code that does it."""

import re
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from demo import telegram
from demo.mail_programs import BY_KEY, DATA_CENTRE_BROWSER, GOOGLE_IMAGE_PROXY, MICROSOFT, Fetcher
from tests.people import BROWSER, page_behind
from tests.storybook.scene import CannotError, Scene, button, fetch, headline

Do = Callable[..., None]


class Act(NamedTuple):
    sentence: re.Pattern[str]
    do: Do


ACTS: list[Act] = []
LANGUAGES = {"English": "en", "German": "de"}
_WHERE = r"(?:In (?P<group>[^,]+)(?:, topic (?P<topic>[^,]+))?, )?"
_WHO = r"(?P<who>[^,:]+?)"


def act(sentence: str | re.Pattern[str]) -> Callable[[Do], Do]:
    def register(do: Do) -> Do:
        ACTS.append(Act(re.compile(sentence), do))
        return do

    return register


def perform(scene: Scene, sentence: str) -> None:
    """Do what this sentence says. Raises CannotError if no act knows it, or if it is impossible."""
    sentence = sentence if ": " in sentence else sentence.removesuffix(".")
    for known in ACTS:
        if found := known.sentence.fullmatch(sentence):
            known.do(scene, **found.groupdict())
            return
    raise CannotError(f"no act has this sentence: {sentence}")


def is_about_time(sentence: str) -> bool:
    return any(time.fullmatch(sentence.removesuffix(".")) for time in (PASSES, IT_IS))


# --- acts in Telegram -------------------------------------------------------------------------------


@act(rf"{_WHERE}{_WHO} writes: (?P<text>.+)")
def _writes(scene: Scene, who: str, text: str, group: str | None, topic: str | None) -> None:
    thread = scene.topic(group, topic) if group and topic else None
    scene.api.say(scene.person(who), text, scene.chat(who, group), thread=thread)


@act(rf"{_WHERE}{_WHO} answers: (?P<text>.+)")
def _answers(scene: Scene, who: str, text: str, group: str | None, topic: str | None) -> None:
    question = scene.api.said(scene.chat(who, group))[-1]
    scene.api.say(scene.person(who), text, question.chat, reply_to=question, thread=question.thread)


@act(rf"{_WHO} edits the message: (?P<text>.+)")
def _edits(scene: Scene, who: str, text: str) -> None:
    user = scene.person(who)
    mine = [message for message in scene.api.in_chat(user) if message.sender is user]
    scene.api.edit(mine[-1], text)


@act(rf"{_WHO} deletes (?P<name>the list|the card(?: of #\d+)?)")
def _deletes(scene: Scene, who: str, name: str) -> None:
    user = scene.person(who)
    scene.api.remove(user, scene.message(scene.api.chats[user.id], name))


@act(rf"{_WHO} sends a location: (?P<latitude>-?[\d.]+), (?P<longitude>-?[\d.]+)")
def _locates(scene: Scene, who: str, latitude: str, longitude: str) -> None:
    scene.api.locate(scene.person(who), float(latitude), float(longitude))


@act(rf"{_WHERE}{_WHO} presses, under (?P<name>.+?): (?P<label>.+)")
@act(rf"{_WHERE}{_WHO} presses: (?P<label>.+)")
def _presses(
    scene: Scene, who: str, label: str, group: str | None, topic: str | None, name: str | None = None
) -> None:
    chat = scene.chat(who, group)
    message = scene.message(chat, name) if name else scene.with_button(chat, label)
    pressed = button(message, label)
    if pressed is None:
        raise CannotError(f"{name} has no button “{label}”")
    _press(scene, who, message, pressed)


def _press(scene: Scene, who: str, message: telegram.Message, pressed: dict[str, Any]) -> None:
    if "copy_text" in pressed:
        scene.note(who, "copied", pressed["copy_text"]["text"])
    elif "url" in pressed:
        _open(scene, who, pressed["url"])
    else:
        scene.press(who, message, pressed["callback_data"])


@act(rf"{_WHO} opens the copy page of #(?P<number>\d+)")
def _opens_a_listed_copy_page(scene: Scene, who: str, number: str) -> None:
    _open(scene, who, scene.copy_page(scene.chat(who, None), number))


def _open(scene: Scene, who: str, url: str) -> None:
    """Load a page and its images, as a browser does."""
    page = scene.ask(url)
    scene.note(who, "on a page", headline(page))
    for image in re.findall(r'<img src="([^"]+)"', page):
        scene.ask(image)


@act(rf"{_WHO} presses, on the copy page: (?P<label>.+)")
def _says_sent_on_the_copy_page(scene: Scene, who: str, label: str) -> None:
    page = page_behind(scene.with_button(scene.chat(who, None), "Open copy page"))
    _press_on_page(scene, who, page, label, f"{page}/sent")


@act(r"The (?P<who>\w+) presses, on the page of the image(?: of #(?P<number>\d+))?: (?P<label>.+)")
def _objects(scene: Scene, who: str, label: str, number: str | None) -> None:
    page = scene.image(number).replace("/i/", "/n/").removesuffix(".gif")
    _press_on_page(scene, f"the {who}", page, label, page)


def _press_on_page(scene: Scene, who: str, page: str, label: str, form: str) -> None:
    if label not in scene.ask(page):
        raise CannotError(f"the page has no button “{label}”")
    scene.note(who, "on a page", headline(scene.ask(form, method="POST")))


@act(rf"{_WHO}’s Telegram is set to (?P<language>\w+)")
def _sets_language(scene: Scene, who: str, language: str) -> None:
    scene.person(who).language_code = LANGUAGES[language]


# --- chats ------------------------------------------------------------------------------------------


@act(rf"{_WHO} (?P<did>blocks|unblocks) the bot")
def _blocks(scene: Scene, who: str, did: str) -> None:
    (scene.api.block if did == "blocks" else scene.api.unblock)(scene.person(who))


@act(rf"{_WHO} makes a group(?P<topics> with topics)?(?:, with (?P<others>.+?))?: (?P<title>.+)")
def _makes_a_group(scene: Scene, who: str, title: str, others: str | None, topics: str | None) -> None:
    names = [who, *re.split(r", | and ", others or "")]
    members = [scene.person(name) for name in names if name]
    scene.add_group(title, scene.api.group(title, members, forum=bool(topics)))


@act(rf"In (?P<group>[^,]+), {_WHO} opens the topic (?P<name>.+)")
def _opens_a_topic(scene: Scene, who: str, group: str, name: str) -> None:
    scene.person(who)
    scene.api.topic(scene.group(group), name)


@act(r"(?P<title>.+) becomes a supergroup")
def _migrates(scene: Scene, title: str) -> None:
    scene.add_group(title, scene.api.migrate(scene.group(title)))


@act(rf"{_WHO} leaves (?P<title>.+)")
def _leaves(scene: Scene, who: str, title: str) -> None:
    scene.api.leave(scene.person(who), scene.group(title))


@act(rf"{_WHO} (?P<did>removes the bot from|takes the bot back into) (?P<title>.+)")
def _kicks(scene: Scene, who: str, did: str, title: str) -> None:
    scene.person(who)
    (scene.api.kick if did.startswith("removes") else scene.api.take_back)(scene.group(title))


# --- mail programs and the recipient ----------------------------------------------------------------

PLAIN_BROWSER = {"User-Agent": BROWSER["user-agent"]}
IN_A_BROWSER = Fetcher({**PLAIN_BROWSER, "Sec-Fetch-Dest": "image"}, ("84.150.10.20",))
FETCHERS = {
    "Gmail shows the draft": BY_KEY["paste"].fetcher,
    "Gmail shows the mail": BY_KEY["gmail"].fetcher,
    "Gmail prefetches the image": BY_KEY["prefetch"].fetcher,
    "Apple prefetches the image": BY_KEY["apple"].fetcher,
    "Outlook shows the mail": BY_KEY["outlook"].fetcher,
    "Gmail shows the mail, through Cloudflare": Fetcher(GOOGLE_IMAGE_PROXY, ("66.249.84.57, 172.71.146.12",)),
    "Gmail shows the mail, from an address on no list": Fetcher(GOOGLE_IMAGE_PROXY, ("142.250.33.200",)),
    "Nextcloud shows the mail": BY_KEY["nextcloud"].fetcher,
    "A browser shows the draft": IN_A_BROWSER,
    "A browser shows the mail": IN_A_BROWSER,
    "A script loads the image": BY_KEY["script"].fetcher,
    "Defender opens the mail": Fetcher(DATA_CENTRE_BROWSER, MICROSOFT, ("GET", "GET")),
    "A browser that says little of itself loads the image": Fetcher(PLAIN_BROWSER, ("81.20.30.40",)),
    "A scanner looks into the mail": BY_KEY["scanner"].fetcher,
}


@act(rf"(?P<sentence>{'|'.join(FETCHERS)})(?: of #(?P<number>\d+))?(?:, (?P<times>\d+) times at once)?")
def _fetches(scene: Scene, sentence: str, number: str | None, times: str | None) -> None:
    if fetcher := FETCHERS[sentence]:
        fetch(fetcher, scene.image(number), int(times or 1))


# --- time -------------------------------------------------------------------------------------------

NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "twenty": 20}
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_SPAN = rf"(?:\d+|{'|'.join(NUMBERS)}) (?:{'|'.join(UNITS)})s?"
PASSES = re.compile(rf"(?P<spans>{_SPAN}(?: and {_SPAN})?) pass(?:es)?", re.IGNORECASE)
IT_IS = re.compile(r"It is (?:(?P<day>\w+day), )?(?P<hour>\d+):(?P<minute>\d\d)")


@act(PASSES)
def _time_passes(scene: Scene, spans: str) -> None:
    passed = 0
    for span in spans.lower().split(" and "):
        count, unit = span.split()
        passed += UNITS[unit.removesuffix("s")] * (int(count) if count.isdecimal() else NUMBERS[count])
    scene.stage.set_clock(scene.stage.clock() + passed)


@act(IT_IS)
def _it_is(scene: Scene, hour: str, minute: str, day: str | None) -> None:
    """Set the clock to half a minute past: what is due then is due, and spans are whole hours again."""
    now = datetime.fromtimestamp(scene.stage.clock(), UTC)
    then = now.replace(hour=int(hour), minute=int(minute), second=30)
    while then <= now or (day and f"{then:%A}" != day):
        then += timedelta(days=1)
    scene.stage.set_clock(then.timestamp())


# --- trouble ----------------------------------------------------------------------------------------


@act("Telegram is down")
def _telegram_goes_down(scene: Scene) -> None:
    scene.stage.down = True
    for method in ("*", "getUpdates"):
        scene.api.faults.add(method, telegram.junk(status=502), times=10_000)


@act("Telegram is back")
def _telegram_comes_back(scene: Scene) -> None:
    scene.stage.down = False
    scene.api.faults.clear()


@act("Telegram shows the next message, but its answer is lost on the way")
def _an_answer_is_lost(scene: Scene) -> None:
    scene.api.faults.add("sendMessage", telegram.close())


@act("Telegram shows the next two messages, but its answers are lost on the way")
def _two_answers_are_lost(scene: Scene) -> None:
    scene.api.faults.add("sendMessage", telegram.close(), times=2)


@act("The bot is killed, and started again")
def _killed(scene: Scene) -> None:
    scene.stage.running.end("bot", signal.SIGKILL)
    scene.stage.start("bot")


@act("The bot is (?P<how>killed|stopped)")
def _goes_away(scene: Scene, how: str) -> None:
    scene.stage.end_bot(signal.SIGKILL if how == "killed" else signal.SIGTERM)


@act("The bot is started again")
def _comes_back(scene: Scene) -> None:
    scene.stage.bring_bot_back()
