"""answerCallbackQuery: only for a pressed button, only once, and only soon."""

from demo.telegram.errors import OLD_QUERY, bad_request
from demo.telegram.parameters import Parameters
from demo.telegram.transcript import Line
from demo.telegram.world import QUERY_SECONDS, World

MOST_ANSWER = 200


def answer_callback_query(world: World, call: Parameters) -> bool:
    query = world.queries.get(call.text("callback_query_id"))
    if query is None or query.answer is not None or world.clock() - query.at > QUERY_SECONDS:
        raise bad_request(OLD_QUERY)
    text, alert = call.text("text"), call.flag("show_alert")
    if len(text) > MOST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": text, "show_alert": alert}
    chat = query.message.chat.id
    world.record(Line(world.clock(), world.bot.name, "answered", chat, query.message.id, text))
    world.publish("answer", chat=chat, query=query.id, user=query.user.id, text=text, alert=alert)
    return True


METHODS = {"answerCallbackQuery": answer_callback_query}
