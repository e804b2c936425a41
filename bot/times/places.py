"""The names of zones, cities and countries, in every language.

They come from the time zone database itself (the `tzdata` package), from Unicode's CLDR (`data/cldr.tsv`,
written by `tools/refresh_place_names.py`), and from what people call places (`data/known.tsv`, kept by hand).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import available_timezones

DATA = Path(__file__).parent / "data"
_NO_PLACE = ("Etc/", "SystemV/", "posix/", "right/")


@cache
def zones_by_name() -> dict[str, tuple[str, ...]]:
    """Return the zones by each name of theirs, of their cities and of their countries, folded."""
    countries = zones_by_country()
    found: dict[str, dict[str, None]] = {}
    for place, name in _names():
        # Some countries have no zone in the database: islands where nobody lives.
        zones = dict.fromkeys([place] if len(place) > 2 else countries.get(place, []))
        # The tables say `Britain (UK)` and `Myanmar (Birmanie)`. People type only the first part, too.
        for each in (name, name.partition(" (")[0]):
            found.setdefault(folded(each), {}).update(zones)
    return {folded_name: tuple(zones) for folded_name, zones in found.items()}


def zones_by_country() -> dict[str, list[str]]:
    """Return the zones by the two letters of their country, the largest first."""
    found: dict[str, list[str]] = {}
    for code, _, zone, *_ in _rows(files("tzdata.zoneinfo").joinpath("zone.tab")):
        found.setdefault(code, []).append(zone)
    return found


def folded(text: str) -> str:
    """Return the text without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(re.split(r"[\W_]+", letters)).strip()


def _names() -> Iterator[tuple[str, str]]:
    """Yield a zone, or the two letters of a country, with one of its names."""
    for zone in sorted(available_timezones()):
        yield zone, zone
        if "/" in zone and not zone.startswith(_NO_PLACE):
            yield zone, zone.rpartition("/")[2]
    for code, name in _rows(files("tzdata.zoneinfo").joinpath("iso3166.tab")):
        yield code, code
        yield code, name
    for table in ("cldr.tsv", "known.tsv"):
        for place, names in _rows(DATA / table):
            for name in names.split("; "):
                yield place, name


def _rows(table: Traversable) -> list[list[str]]:
    text = table.read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
