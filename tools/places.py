"""`python -m tools.places`: write what Unicode's CLDR calls countries and the cities of time zones.

It writes `bot/times/data/cldr.tsv`, in each language that the bot speaks, as it is spoken in each country.
Babel brings CLDR; only this tool and its test need it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from babel import Locale
from babel.core import get_cldr_version, get_global
from babel.localedata import locale_identifiers

import words
from bot.times.places import DATA, folded, zones_by_country

HEAD = """\
# What Unicode's CLDR {version} calls the cities of time zones, and countries, in the bot's languages: a zone
# or the two letters of a country, and names. Written by `python -m tools.places` on {day}; what is
# added by hand belongs in known.tsv.
# Copyright © 1991-2025 Unicode, Inc. Unicode License V3, https://www.unicode.org/license.txt
"""
NO_PLACES = {"Etc/UTC", "Etc/Unknown"}


def main() -> None:
    head = HEAD.format(version=get_cldr_version(), day=datetime.now(UTC).date())
    (DATA / "cldr.tsv").write_text(head + "".join(f"{line}\n" for line in lines()), "utf-8")


def lines() -> Iterator[str]:
    """What the file holds below its head."""
    spoken = _locales()
    for code in sorted(zones_by_country()):
        yield from _line(code, [locale.territories[code] for locale in spoken])
    # CLDR keeps a zone by its first name, Europe/Kiev, though its city is Kyiv by now.
    renamed = get_global("zone_aliases")
    for zone in sorted({str(zone) for locale in spoken for zone in locale.time_zones} - NO_PLACES):
        cities = [locale.time_zones.get(zone, {}).get("city", "") for locale in spoken]
        yield from _line(renamed.get(zone, zone), cities)


def _locales() -> list[Locale]:
    """Each language by itself and as in each country, but not in other scripts."""
    names = sorted(name for name in locale_identifiers() if name.partition("_")[0] in words.languages())
    return [locale for locale in map(Locale.parse, names) if locale.script is None]


def _line(place: str, names: list[str]) -> Iterator[str]:
    """Nothing where no name says more than the zone's own."""
    known = {folded(place.rpartition("/")[2]): ""}
    for name in filter(None, names):
        known.setdefault(folded(name), name)
    if said := [name for name in known.values() if name]:
        yield f"{place}\t{'; '.join(said)}"


if __name__ == "__main__":
    main()
