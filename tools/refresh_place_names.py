"""`python -m tools.refresh_place_names`: write the names of countries and of time zones' cities.

The names come from Unicode's CLDR, which Babel contains. They are written to `bot/times/data/cldr.tsv`, in
each language that the bot speaks and in each country's variety of it. Nothing runs this by itself.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from babel import Locale
from babel.core import get_cldr_version, get_global
from babel.localedata import locale_identifiers

import words
from bot.times.places import DATA, folded, zones_by_country

HEAD = """\
# Names of countries and of time zones' cities in the bot's languages, from Unicode's CLDR {version}.
# Each line has a zone or a country's two letters, a tab, and the names. `python -m
# tools.refresh_place_names` wrote this on {day}. Names that are added by hand belong in known.tsv.
# Copyright © 1991-2025 Unicode, Inc. Unicode License V3, https://www.unicode.org/license.txt
"""
NO_PLACES = {"Etc/UTC", "Etc/Unknown"}


def main() -> None:
    head = HEAD.format(version=get_cldr_version(), day=datetime.now(UTC).date())
    (DATA / "cldr.tsv").write_text(head + "".join(f"{line}\n" for line in lines()), "utf-8")


def lines() -> Iterator[str]:
    """Yield the lines of the file below its head."""
    spoken = _locales()
    for code in sorted(zones_by_country()):
        yield from _line(code, [locale.territories[code] for locale in spoken])
    # CLDR lists a zone under its first name, such as Europe/Kiev for what is now Europe/Kyiv.
    renamed = get_global("zone_aliases")
    for zone in sorted({str(zone) for locale in spoken for zone in locale.time_zones} - NO_PLACES):
        cities = [locale.time_zones.get(zone, {}).get("city", "") for locale in spoken]
        yield from _line(renamed.get(zone, zone), cities)


def _locales() -> list[Locale]:
    """Return the locales of the bot's languages: each language alone, and each country's variety of it.

    A locale in another script than the language's usual one is left out.
    """
    names = sorted(name for name in locale_identifiers() if name.partition("_")[0] in words.languages())
    return [locale for locale in map(Locale.parse, names) if locale.script is None]


def _line(place: str, called: list[str]) -> Iterator[str]:
    """Yield the line of a place; nothing if the zone's own name contains every name already."""
    found = {folded(place.rpartition("/")[2]): ""}
    for name in filter(None, called):
        found.setdefault(folded(name), name)
    if names := [name for name in found.values() if name]:
        yield f"{place}\t{'; '.join(names)}"


if __name__ == "__main__":
    main()
