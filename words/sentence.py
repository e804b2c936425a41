"""A translatable sentence, and the functions that mark one in `words/sentences/`."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from words import language


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in English. It is no string, so nobody can show it without translating it."""

    text: str
    context: str = ""
    """A hint for translators. It also separates meanings that share one word in English only."""
    many: str = ""
    """The plural, if the sentence counts something. `counted` names the value with the number."""
    counted: str = "count"
    has_words: bool = True
    """False if there is nothing to translate."""

    def __html__(self) -> str:
        """Let templates and other sentences show it (MarkupSafe's protocol)."""
        return self.filled({})

    def filled(self, values: Mapping[str, object]) -> Markup:
        """Return it in the current language, its placeholders filled. Values are escaped, except Markup."""
        return Markup(self._translated(values)).format(**values)  # noqa: S704  # the text is ours

    def _translated(self, values: Mapping[str, object]) -> str:
        if not self.has_words:
            return self.text
        count = values[self.counted] if self.many else 1
        assert isinstance(count, int)  # noqa: S101  # the number decides which plural form it is
        return language.translation(self.text, self.context, self.many, count)


def _(text: str, context: str = "") -> Sentence:
    """Mark a sentence for translation."""
    return Sentence(text, context)


def plural(one: str, many: str, counted: str = "count") -> Sentence:
    """Mark a counted sentence. Both forms show the number: Russian uses the form of one for 21, too."""
    return Sentence(one, many=many, counted=counted)


def layout(text: str) -> Sentence:
    """Mark signs and placeholders without a word: they are the same in every language."""
    return Sentence(text, has_words=False)
