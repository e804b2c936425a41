"""What a sentence of the catalogue is, and how one is written down."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from words import language


@dataclass(frozen=True, slots=True)
class Sentence:
    """In English, and not yet said: it is no string, so nobody can show it without translating it."""

    text: str
    context: str = ""
    """Told to translators; it keeps apart what is one word in English and two elsewhere."""
    many: str = ""
    """The plural of a counted sentence: how many there are stands in the value named `counted`."""
    counted: str = "count"
    has_words: bool = True
    """Whether there is anything to translate."""

    def __html__(self) -> str:
        """As templates and other sentences show it."""
        return self.filled({})

    def filled(self, values: Mapping[str, object]) -> Markup:
        """In the language of the moment, its braces filled; values are escaped unless they are Markup."""
        return Markup(self._translated(values)).format(**values)  # noqa: S704  # a sentence of the catalogue

    def _translated(self, values: Mapping[str, object]) -> str:
        if not self.has_words:
            return self.text
        count = values[self.counted] if self.many else 1
        assert isinstance(count, int)  # noqa: S101  # a number decides which form it is
        return language.translation(self.text, self.context, self.many, count)


def _(text: str, context: str = "") -> Sentence:
    """Mark a sentence for translation."""
    return Sentence(text, context)


def plural(one: str, many: str, counted: str = "count") -> Sentence:
    """Mark a counted sentence. Both forms name the number: in Russian 21 takes the form of one."""
    return Sentence(one, many=many, counted=counted)


def layout(text: str) -> Sentence:
    """Signs and braces without a word: the same in every language."""
    return Sentence(text, has_words=False)
