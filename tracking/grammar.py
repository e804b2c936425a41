"""Recognises a browser by the shape of its user agent.

A browser sends an opening, one comment that names its system, then its engine and other products. A program
that sends anything else, or an address to complain to, is not what people read mail with.
"""

import re

from tracking.facts import Agent, Reason

AgentAndSign = tuple[Agent, Reason | None]

_CRAWLER: AgentAndSign = (Agent.CRAWLER, Reason.CRAWLER)
_UNKNOWN: AgentAndSign = (Agent.UNKNOWN, Reason.UNKNOWN_AGENT)

_MODEL = re.compile(
    r"(android[ /][\d.]+ ?;(?: ?u;)?(?: ?[a-z]{2}(?:[-_][a-z]{2,4})? ?;)?)"
    r"(?![^;)]*(?:screenshot|catchpoint))[^;)/]*(?:/[^;)]*)?",
    re.IGNORECASE,
)
"""The model of an Android phone, which is taken out. Phones are called Cubot or Panasonic, and a list of
machines names a build that millions of them run."""

_MACHINE = re.compile(
    r"bots?(?![a-z])|robot|crawl|spider|slurp|scrap|fetch|(?<!cam)scan(?!dinav)|monitor|checker|validat"
    r"|verif|analy[sz]|archiv|harvest|extract|thumbnail|screenshot|page ?speed|inspect(?!browser)|survey"
    r"|probe\b|prob(?:e|ing)/|preview|prefetch|transcoder|feed\b|\brss\b|\bseo|https?:|www\."
    r"|\w@[\w-]+\.[a-z]{2}|compatible; ?[+)]|[a-z]\.(?:com|org|net|io)(?![\w./]|-[a-z])|like gecko[;,] "
    r"|gecko\) .*\(compatible(?!; msie)"
)
_MAIL = re.compile(
    r"[\w .&+-]{0,24}(?:mail|inbox)[\w .+-]{0,16}/\d.*(?:darwin|android|ios|iphone|ipad|mac ?os|windows)"
)
_OPENING = re.compile(r".{0,60}?mozilla[/ ]\d+\.\d+")
_SYSTEM = re.compile(
    r"windows|win ?(?:9|3|nt|32|64|ce)|macintosh|mac_p|mac os|iphone|ipad|ipod|android|linux|x11|cros"
    r"|bsd|sunos|symbian|series ?\d|blackberry|bb10|playbook|rim tablet|webos|hpwos|tizen|bada|meego"
    r"|maemo|kaios|nokia|samsung|playstation|\bps[34]|nintendo|xbox|os/2|beos|haiku|amiga|risc os|irix"
    r"|hp-ux|aix|osf1|palm|psp|mobile;|tablet;|smart-?tv|hbbtv|dtv\b|web0s|netcast|fuchsia|harmony"
    r"|andr0id|crkey|ubuntu|fedora|j2me|brew|rex[;/]|qtopia|serenity|syllable|midp|unix|mobile[ /]"
)
_ENGINE = re.compile(
    r"android \d|maple|applewebkit|gecko|khtml|msie \d|trident/|presto/|netfront|goanna|webkit|opera "
    r"|konqueror/|polaris|obigo|mozilla/[1-4]|chrome/\d"
)
_HANDSET = re.compile(
    r"opera[/ ]\d|ucweb|uc ?browser|nokia|sonyericsson|samsung|sec-|blackberry\d|lg[-/e]|mot-|sie-"
    r"|huawei|zte|alcatel|sagem|philips|sharp|docomo/|j-phone|vodafone/|softbank|kddi|siemens|panasonic"
    r"|htc|benq|toshiba|lenovo|tianyu|k-?touch|gionee|micromax|lava|karbonn|spice|doris|netfront|pantech"
    r"|portalmmm|qc-|sch-|sgh-|palm|t-mobile|amoi|bird|haier|android \d"
    r"|.{0,80}(?:midp|cldc|up\.browser|profile/|wap[ -]browser|browser/(?:applewebkit|wap)|obigo|teleca"
    r"|hbbtv/|pr\(uc)"
    r"|com\.apple\.webkit\.networking"
    r"|[\w .%-]{0,30}(?:safari|browser|opera|firefox|sleipnir|omniweb|aloha)[\w .%/-]{0,40}cfnetwork"
    r"|iphone[\w ]{0,16}$"
)
_COMMENT = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)?|\[[^\]]*\]")
_PRODUCT = re.compile(r"([^\s/;,=]+)(?:[/=][^\s;,]*)?")
_MAY_NAME_ANYTHING = re.compile(
    r"android|iphone|ipad|ipod|mobile|phone|tizen|tv|web0s|webos|netcast|symbian|nokia|samsung"
    r"|blackberry|playstation|nintendo|xbox|kindle|harmony|linux (?:arm|aarch|mips)|crkey|tablet"
    r"|quest\b|pico |oculus|andr0id|qtembedded|viera|windows ce|netfront|brew|rex/"
    r"|rv: ?1\.\d|mozilla[/ ][\d.]+ ?[^\s\d.([]"
)
"""Phones, television sets, browsers from before 2011, and user agents that lost their brackets: they may name
any product."""


class Grammar:
    """Classifies user agents by their shape. It is given the products that a desktop browser may name."""

    def __init__(self, products: frozenset[str]) -> None:
        self._products = products

    def classify(self, user_agent: str) -> AgentAndSign:
        """Return the agent that sends such a user agent, and a sign if that settles what it means."""
        text = user_agent.lower()
        if _MACHINE.search(text):
            return _CRAWLER
        if _OPENING.match(text):
            return (Agent.BROWSER, None) if self._is_browser(text) else _UNKNOWN
        if text.startswith("dalvik/") or _MAIL.match(text):
            return Agent.MAIL_APP, None
        return (Agent.BROWSER, None) if _HANDSET.match(text) else _UNKNOWN

    def has_browsers_shape(self, text: str) -> bool:
        """Return True for a browser's opening, system and engine, whatever else stands there; lower case.

        Privacy tools take one of the three out. That is no harm as long as no word of a machine stands there.
        """
        parts = bool(_OPENING.match(text)) + bool(_SYSTEM.search(text)) + bool(_ENGINE.search(text))
        return parts == 3 or (parts == 2 and not _MACHINE.search(text))

    def _is_browser(self, text: str) -> bool:
        if not (_SYSTEM.search(text) and _ENGINE.search(text)):
            return False
        return bool(_MAY_NAME_ANYTHING.search(text)) or self._names_only_known(text)

    def _names_only_known(self, text: str) -> bool:
        names = _PRODUCT.findall(_COMMENT.sub(" ", text))
        return all(name in self._products or "browser" in name or not name[:1].isalpha() for name in names)


def without_model(user_agent: str) -> str:
    """Return the user agent without the model of the phone."""
    return _MODEL.sub(r"\1", user_agent) if "ndroid" in user_agent else user_agent
