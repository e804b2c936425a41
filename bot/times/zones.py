"""Where somebody's clock is: by the name of a zone, a city, a country, an offset, or a place on the map.

What places are called says `places`; the borders come from `tzfpy`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.times import places

_OFFSET = re.compile(r"(?:utc|gmt)? ?([+\-−]) ?(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_FIXED = re.compile(r"Etc/GMT([+-])(\d+)")


def find(text: str) -> Sequence[str]:
    """The zones that a text can mean, by their names; several only where their clocks differ."""
    if offset := _OFFSET.fullmatch(text.strip()):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return _at_offset(minutes if offset[1] == "+" else -minutes)
    return _differing(places.zones_by_name().get(places.folded(text), ()))


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
    all_zones = [zone for zones in places.zones_by_country().values() for zone in zones]
    ahead, moment = timedelta(minutes=minutes), datetime.now(UTC)
    return _differing([name for name in all_zones if moment.astimezone(ZoneInfo(name)).utcoffset() == ahead])


def _differing(names: Sequence[str]) -> Sequence[str]:
    """One name for each clock: Büsingen's is Berlin's."""
    clocks: dict[tuple[object, ...], str] = {}
    for name in names:
        year = datetime.now(UTC).year
        days = [datetime(year, month, 15, tzinfo=ZoneInfo(name)) for month in range(1, 13)]
        clocks.setdefault(tuple(day.utcoffset() for day in days), name)
    return tuple(clocks.values())
