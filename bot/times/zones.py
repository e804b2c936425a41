"""Where somebody's clock is: by the name of a zone, a city, a country, an offset, or a place on the map.

The names come from the time zone database itself (the `tzdata` package), its borders from `tzfpy`.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

MOST_OFFERED = 5
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+\-−]) ?(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_FIXED = re.compile(r"Etc/GMT([+-])(\d+)")
_ALSO = {"GB": "UK", "US": "USA"}
_NO_PLACE = ("Etc/", "SystemV/", "posix/", "right/")


def find(text: str) -> Sequence[str]:
    """The zones that a text can mean, by their names; several only where their clocks differ."""
    if offset := _OFFSET.fullmatch(text.strip()):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return _at_offset(minutes if offset[1] == "+" else -minutes)
    return _differing(_names().get(_folded(text), ()))


def at(latitude: float, longitude: float) -> str | None:
    """The zone of a place; None on the high sea."""
    from tzfpy import get_tz  # its map is large: loaded only by who sends a place

    name = get_tz(longitude, latitude)
    return name if name in available_timezones() and not name.startswith("Etc/") else None


def city(zone: str) -> str:
    """`America/New_York` as people say it: `New York`."""
    return zone.rpartition("/")[2].replace("_", " ")


def shown(zone: str) -> str:
    """The zone as people call it: `Europe/Berlin`, but `UTC+2` for `Etc/GMT-2`."""
    found = _FIXED.fullmatch(zone)
    return f"UTC{'-' if found[1] == '+' else '+'}{found[2]}" if found else zone


def _at_offset(minutes: int) -> Sequence[str]:
    """Whole hours have zones of their own; half ones are those of the places whose clocks stand there now."""
    if minutes % 60 == 0:
        # The database counts these from the other side: Etc/GMT-2 is two hours ahead of Greenwich.
        name = f"Etc/GMT{-minutes // 60:+d}"
        return (name,) if name in available_timezones() else ()
    places = [name for _, _, name, *_ in _rows("zone.tab")]
    ahead, moment = timedelta(minutes=minutes), datetime.now(UTC)
    return _differing([name for name in places if moment.astimezone(ZoneInfo(name)).utcoffset() == ahead])


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(re.split(r"[\W_]+", letters)).strip()


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Zones by everything they are called, folded: their names, their cities, their countries."""
    found: dict[str, dict[str, None]] = {}
    for name in sorted(available_timezones()):
        found.setdefault(_folded(name), {})[name] = None
        if "/" in name and not name.startswith(_NO_PLACE):
            found.setdefault(_folded(city(name)), {})[name] = None
    countries = dict(_rows("iso3166.tab"))
    for code, _, name, *_ in _rows("zone.tab"):
        country = countries[code]
        # The table says `Britain (UK)`, and people either.
        for called in (code, country, country.partition(" (")[0], _ALSO.get(code, code)):
            found.setdefault(_folded(called), {})[name] = None
    return {called: tuple(names) for called, names in found.items()}


def _rows(table: str) -> list[list[str]]:
    text = files("tzdata.zoneinfo").joinpath(table).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def _differing(names: Sequence[str]) -> Sequence[str]:
    """One name for each clock: Büsingen's is Berlin's."""
    clocks: dict[tuple[object, ...], str] = {}
    for name in names:
        year = datetime.now(UTC).year
        days = [datetime(year, month, 15, tzinfo=ZoneInfo(name)) for month in range(1, 13)]
        clocks.setdefault(tuple(day.utcoffset() for day in days), name)
    return tuple(clocks.values())
