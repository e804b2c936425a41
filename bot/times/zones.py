"""Find a time zone by its name, a city, a country, an offset, or a place on the map.

The names come from places.py, the borders from `tzfpy`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.times import places

_OFFSET = re.compile(r"(?:utc|gmt)? ?([+\-−]) ?(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_FIXED = re.compile(r"Etc/GMT([+-])(\d+)")


def find(text: str) -> Sequence[str]:
    """Return the names of the zones that a text can mean. There are several only if their clocks differ."""
    if offset := _OFFSET.fullmatch(text.strip()):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return _at_offset(minutes if offset[1] == "+" else -minutes)
    return _differing(places.zones_by_name().get(places.folded(text), ()))


def at(latitude: float, longitude: float) -> str | None:
    """Return the zone of a place, in degrees; None on the high sea."""
    from tzfpy import get_tz  # its map is large: loaded only when somebody sends a location

    name = get_tz(longitude, latitude)
    return name if name in available_timezones() and not name.startswith("Etc/") else None


def city(zone: str) -> str:
    """Return `New York` for `America/New_York`."""
    return zone.rpartition("/")[2].replace("_", " ")


def shown(zone: str) -> str:
    """Return what people call the zone: `Berlin (Europe/Berlin)`, but `UTC+2` for `Etc/GMT-2`."""
    if found := _FIXED.fullmatch(zone):
        return f"UTC{'-' if found[1] == '+' else '+'}{found[2]}"
    return f"{city(zone)} ({zone})" if "/" in zone else zone


def _at_offset(minutes: int) -> Sequence[str]:
    """Return the zone of an offset in whole hours; else the zones whose clocks have that offset now."""
    if minutes % 60 == 0:
        # The database counts these the other way: Etc/GMT-2 is two hours ahead of Greenwich.
        name = f"Etc/GMT{-minutes // 60:+d}"
        return (name,) if name in available_timezones() else ()
    all_zones = [zone for zones in places.zones_by_country().values() for zone in zones]
    ahead, moment = timedelta(minutes=minutes), datetime.now(UTC)
    return _differing([name for name in all_zones if moment.astimezone(ZoneInfo(name)).utcoffset() == ahead])


def _differing(names: Sequence[str]) -> Sequence[str]:
    """Return one name for each clock: Büsingen has Berlin's."""
    clocks: dict[tuple[object, ...], str] = {}
    for name in names:
        year = datetime.now(UTC).year
        days = [datetime(year, month, 15, tzinfo=ZoneInfo(name)) for month in range(1, 13)]
        clocks.setdefault(tuple(day.utcoffset() for day in days), name)
    return tuple(clocks.values())
