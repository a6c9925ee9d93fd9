// A calendar file as the npm package ical.js reads it: what takes place when, by nothing but the file, its VTIMEZONE
// components included. Must not ask the server, nor know a zone that is not in the file.
import ICAL from 'ical.js';
import { assert } from './checks.mjs';

/** A local time as a number that orders such times. */
const local = ({ year, month, day, hour, minute, second }) => Date.UTC(year, month - 1, day, hour, minute, second) / 1000;

/**
 * The offset before a shift, for local times that the shift skips or shows twice; undefined for all others. RFC 5545
 * section 3.3.5 decides both, and ical.js 2.2.1 takes the offset behind the shift in either case:
 * "If the local time described occurs more than once (when changing from daylight to standard time), the DATE-TIME value
 * refers to the first occurrence of the referenced time." "If the local time described does not occur (when changing from
 * standard to daylight time), the DATE-TIME value is interpreted using the UTC offset before the gap in local times."
 */
function offsetBeforeShift(time, zone) {
  for (const shift of zone.component.getAllSubcomponents()) {
    const value = (name) => shift.getFirstPropertyValue(name);
    const [before, after] = [value('tzoffsetfrom').toSeconds(), value('tzoffsetto').toSeconds()];
    const from = local(value('dtstart')) + Math.min(0, after - before);
    if (local(time) >= from && local(time) < from + Math.abs(after - before)) return before;
  }
  return undefined;
}

/** Seconds since 1970, or the date of a day, which is in no zone; and whether RFC 5545 says otherwise than ical.js. */
function instant(time) {
  if (time.isDate) return { at: time.toString(), isCorrected: false };
  if (time.zone === ICAL.Timezone.utcTimezone) return { at: time.toUnixTime(), isCorrected: false };
  assert(time.zone.component, `${time} is in the zone ${time.zone.tzid}, which the file does not have`);
  const before = offsetBeforeShift(time, time.zone);
  const at = before === undefined ? time.toUnixTime() : local(time) - before;
  return { at, isCorrected: at !== time.toUnixTime() };
}

/** One occurrence, whose end is that of a change or of the series. */
function occurrence(event, recurrenceId, { startDate, endDate, item }) {
  const [start, end] = [instant(startDate), instant(endDate)];
  return {
    event: event.uid,
    recurrenceId: recurrenceId.toString().replace(/Z$/, ''),
    start: start.at,
    end: end.at,
    isCancelled: item.component.getFirstPropertyValue('status') === 'CANCELLED',
    isCorrected: start.isCorrected || end.isCorrected,
  };
}

/** The occurrences of one event before a day. */
function expand(event, last) {
  const { startDate, endDate } = event;
  if (!event.isRecurring()) return [occurrence(event, startDate, { startDate, endDate, item: event })];
  const found = [];
  const iterator = event.iterator();
  for (let next = iterator.next(); next && next.compare(last) < 0; next = iterator.next()) {
    found.push(occurrence(event, next, event.getOccurrenceDetails(next)));
  }
  return found;
}

/** The events of a file by their UID, each with its occurrences before a day (YYYY-MM-DD). */
export function read(document, last) {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(document));
  for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);
  const components = calendar.getAllSubcomponents('vevent');
  const isChange = (component) => component.hasProperty('recurrence-id');
  const uid = (component) => component.getFirstPropertyValue('uid');
  const changes = new Map();
  for (const change of components.filter(isChange)) changes.set(uid(change), [...(changes.get(uid(change)) ?? []), change]);
  const events = new Map();
  for (const component of components.filter((component) => !isChange(component))) {
    assert(!events.has(uid(component)), `${uid(component)} is there twice`);
    const exceptions = changes.get(uid(component)) ?? [];
    changes.delete(uid(component));
    const event = new ICAL.Event(component, { strictExceptions: true, exceptions });
    events.set(uid(component), expand(event, ICAL.Time.fromDateString(last)));
  }
  assert(changes.size === 0, `changes of no event: ${[...changes.keys()]}`);
  return events;
}
