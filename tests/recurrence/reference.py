"""Random series and when they take place, by the package `recurring-ical-events`: one JSON object a line.

Arguments: SEED COUNT. Zones come from the package `tzdata` (set PYTHONTZPATH to nothing).
"""

import json
import random
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

ZONES = [
    "America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Regina", "America/St_Johns",
    "America/Halifax", "Europe/Paris", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "UTC",
]
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def some(rng, values, most):
    return sorted(rng.sample(values, rng.randint(1, min(most, len(values)))))


def listed(values):
    return ",".join(str(value) for value in values)


def rule(rng, start, is_all_day):
    """A rule that RFC 5545 allows, and that is not dense."""
    frequency = rng.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"] * 3 + ([] if is_all_day else ["HOURLY", "MINUTELY", "SECONDLY"]))
    parts = {"FREQ": frequency}
    if rng.random() < 0.4:
        parts["INTERVAL"] = rng.choice([2, 3, 4, 5, 6, 7, 11, 13])
    if frequency == "HOURLY":
        parts["INTERVAL"] = rng.choice([5, 7, 11, 24, 25, 36, 48, 100])
    if frequency == "MINUTELY":
        parts["INTERVAL"] = rng.choice([301, 720, 1439, 1440, 1441, 5000])
    if frequency == "SECONDLY":
        parts["INTERVAL"] = rng.choice([20_001, 43_200, 86_399, 86_400, 100_000])
    if rng.random() < 0.3:
        parts["BYMONTH"] = listed(some(rng, range(1, 13), 4))
    signed_days = [*range(1, 32), *range(-31, 0)]
    if frequency in ("YEARLY", "MONTHLY") and rng.random() < 0.4:
        parts["BYMONTHDAY"] = listed(some(rng, signed_days, 4))
    if frequency == "DAILY" and rng.random() < 0.2:
        parts["BYMONTHDAY"] = listed(some(rng, signed_days, 8))
    if frequency == "YEARLY" and "BYMONTHDAY" not in parts and rng.random() < 0.25:
        parts["BYYEARDAY"] = listed(some(rng, [*range(1, 367), *range(-366, 0)], 5))
    elif frequency == "YEARLY" and "BYMONTHDAY" not in parts and rng.random() < 0.3:
        parts["BYWEEKNO"] = listed(some(rng, [*range(1, 54), -1, -2, -5], 5))
    if rng.random() < 0.4:
        days = some(rng, WEEKDAYS, 3)
        if frequency in ("YEARLY", "MONTHLY") and "BYWEEKNO" not in parts and rng.random() < 0.6:
            most = 5 if frequency == "MONTHLY" or "BYMONTH" in parts else 53
            days = [f"{rng.choice([1, -1]) * rng.randint(1, most)}{day}" for day in days]
        parts["BYDAY"] = listed(days)
    if frequency in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY") and not is_all_day:
        if rng.random() < 0.15:
            parts["BYHOUR"] = listed(some(rng, range(24), 2))
        if rng.random() < 0.1:
            parts["BYMINUTE"] = listed(some(rng, range(60), 2))
        if rng.random() < 0.05:
            parts["BYSECOND"] = listed(some(rng, range(60), 2))
    has_other = any(name.startswith("BY") for name in parts)
    if has_other and frequency in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY") and rng.random() < 0.25:
        parts["BYSETPOS"] = listed(some(rng, [1, 2, 3, -1, -2], 2))
    if rng.random() < 0.2:
        parts["WKST"] = rng.choice(WEEKDAYS)
    end = rng.random()
    if end < 0.25:
        parts["COUNT"] = rng.randint(1, 60)
    elif end < 0.5:
        until = start + timedelta(days=rng.randint(0, 1500), seconds=0 if is_all_day else rng.choice([0, 0, 3600, -1]))
        if is_all_day:
            parts["UNTIL"] = until.strftime("%Y%m%d")
        else:
            parts["UNTIL"] = until.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return ";".join(f"{name}={value}" for name, value in parts.items())


def case(rng):
    is_all_day = rng.random() < 0.15
    zone = rng.choice(ZONES)
    day = date(2015, 1, 1) + timedelta(days=rng.randint(0, 365 * 12))
    if is_all_day:
        start, length, info = day, timedelta(days=rng.randint(1, 3)), ZoneInfo(zone)
    else:
        info = ZoneInfo(zone)
        clock = timedelta(hours=rng.randint(0, 23), minutes=rng.choice([0, 15, 30, 45]))
        start = datetime(day.year, day.month, day.day, tzinfo=info) + clock
        length = timedelta(minutes=rng.choice([0, 30, 90, 300, 1500]))
    text = rule(rng, start, is_all_day)
    event = icalendar.Event()
    event.add("uid", "one")
    event.add("dtstart", start)
    event.add("dtend", start + length)
    event["rrule"] = icalendar.vRecur.from_ical(text)
    exceptions, additions = [], []
    # The package takes what has an exception's local time in UTC for the exception, which only rules of hours meet.
    if rng.random() < 0.3 and not any(name in text for name in ("HOURLY", "MINUTELY", "SECONDLY", "BYHOUR")):
        exceptions = [start + timedelta(days=rng.choice([0, 1, 2, 7, 14, 28, 365])) for _ in range(rng.randint(1, 3))]
        event.add("exdate", exceptions)
    if rng.random() < 0.3:
        additions = [start + timedelta(days=rng.randint(0, 60)) for _ in range(rng.randint(1, 3))]
        event.add("rdate", additions)
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    begin = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) + timedelta(days=rng.choice([-10, 0, 100, 800]))
    end = begin + timedelta(days=rng.choice([1, 30, 400]))
    found = recurring_ical_events.of(calendar).between(begin.astimezone(info), end.astimezone(info))

    def instant(at):
        if not isinstance(at, datetime):
            at = datetime(at.year, at.month, at.day, tzinfo=info)
        return int(at.timestamp())

    def local(at):
        return at.strftime("%Y-%m-%dT%H:%M:%S") if isinstance(at, datetime) else at.strftime("%Y-%m-%dT00:00:00")

    return {
        "rrule": text,
        "start": local(start),
        "end": local(start + length),
        "zone": zone,
        "isAllDay": is_all_day,
        "exceptions": [local(at) for at in exceptions],
        "additions": [local(at) for at in additions],
        "from": int(begin.timestamp()),
        "to": int(end.timestamp()),
        # Where clocks skip the start but not the end, the package has the end first.
        "expected": sorted([instant(it.start), max(instant(it.start), instant(it.end))] for it in found),
    }


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        print(json.dumps(case(rng)))


main()
