"""When the events of an iCalendar on standard input take place, by the package `recurring-ical-events`.

Arguments: FROM TO in seconds since 1970. Prints a JSON list of `[uid, start, end, is_day]` in seconds. Dates and local times
without a zone are taken in the zone of the argument ZONE, UTC by default.
"""

import json
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events


def main():
    zone = ZoneInfo(sys.argv[3] if len(sys.argv) > 3 else "UTC")
    begin, end = (datetime.fromtimestamp(int(at), timezone.utc).astimezone(zone) for at in sys.argv[1:3])

    def instant(at):
        if not isinstance(at, datetime):
            at = datetime(at.year, at.month, at.day)
        if at.tzinfo is None:
            at = at.replace(tzinfo=zone)
        return int(at.timestamp())

    found = []
    for calendar in icalendar.Calendar.from_ical(sys.stdin.buffer.read(), multiple=True):
        for event in recurring_ical_events.of(calendar).between(begin, end):
            start = instant(event.start)
            is_day = not isinstance(event.start, datetime)
            found.append([str(event.get("UID")), start, max(start, instant(event.end)), is_day])
    print(json.dumps(sorted(found)))


main()
