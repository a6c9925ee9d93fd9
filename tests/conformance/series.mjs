// Series that the checks of calendars publish, in each zone: across the shifts of March 2026, of 1 November 2026, which in
// Vancouver, Edmonton and Winnipeg is none, and of March 2027. Each is an input of eventCreate.

export const ZONES = ['America/Vancouver', 'America/Edmonton', 'America/Winnipeg', 'America/Toronto', 'America/St_Johns'];

/** The shifts: windows of the checks must hold them. */
export const SHIFTS = ['2026-03-08', '2026-11-01', '2027-03-14'];

const WEEKLY = { startsAtLocal: '2026-02-05T12:00:00', endsAtLocal: '2026-02-05T13:00:00' };
const note = [{ locale: 'en-CA', text: 'Closed; no heat, sorry\nBEGIN:VEVENT' }];

const SERIES = {
  evenings: { startsAtLocal: '2026-02-03T19:00:00', endsAtLocal: '2026-02-03T20:30:00', recurrence: { rrule: 'FREQ=WEEKLY;BYDAY=TU,TH' } },
  'first Tuesdays': {
    startsAtLocal: '2026-02-03T18:30:00',
    endsAtLocal: '2026-02-03T20:30:00',
    recurrence: { rrule: 'FREQ=MONTHLY;BYDAY=1TU;UNTIL=20271102' },
  },
  'last weekdays': {
    startsAtLocal: '2026-02-27T08:00:00',
    endsAtLocal: '2026-02-27T09:00:00',
    recurrence: { rrule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1' },
  },
  'last days of months': { startsAtLocal: '2026-02-28T12:00:00', recurrence: { rrule: 'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=18' } },
  'every second weekend': {
    startsAtLocal: '2026-02-07T10:00:00',
    endsAtLocal: '2026-02-07T16:00:00',
    recurrence: { rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU' },
  },
  'twice a day': {
    startsAtLocal: '2026-10-05T09:00:00',
    endsAtLocal: '2026-10-05T09:15:00',
    recurrence: { rrule: 'FREQ=DAILY;BYHOUR=9,17;UNTIL=20270331T235959' },
  },
  'each year on 1 November': { startsAtLocal: '2025-11-01T11:00:00', recurrence: { rrule: 'FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1' } },
  'through the night': {
    startsAtLocal: '2026-02-20T23:00:00',
    endsAtLocal: '2026-02-21T04:00:00',
    recurrence: { rrule: 'FREQ=DAILY;UNTIL=20270401' },
  },
  'the hour that clocks show twice': {
    startsAtLocal: '2026-02-20T01:30:00',
    endsAtLocal: '2026-02-20T01:45:00',
    recurrence: { rrule: 'FREQ=DAILY;COUNT=400' },
  },
  'the hour that clocks skip': {
    startsAtLocal: '2026-02-20T02:15:00',
    endsAtLocal: '2026-02-20T02:45:00',
    recurrence: { rrule: 'FREQ=DAILY;COUNT=400' },
  },
  'the night of 1 November, once': { startsAtLocal: '2026-10-31T22:00:00', endsAtLocal: '2026-11-01T04:00:00' },
  changed: {
    ...WEEKLY,
    recurrence: {
      rrule: 'FREQ=WEEKLY;BYDAY=TH',
      exceptions: ['2026-03-12T12:00:00', '2026-11-05T12:00:00', '2027-03-18T12:00:00'],
      additions: ['2026-03-08T12:00:00', '2026-10-31T12:00:00', '2026-11-01T12:00:00', '2027-03-14T12:00:00'],
      confirmedThrough: '2027-01-31',
      overrides: [
        { recurrenceId: '2026-03-05T12:00:00', startsAtLocal: '2026-03-09T09:00:00', endsAtLocal: '2026-03-09T12:00:00', status: 'RESCHEDULED' },
        { recurrenceId: '2026-10-29T12:00:00', startsAtLocal: '2026-11-02T15:30:00', endsAtLocal: '2026-11-02T17:00:00' },
        { recurrenceId: '2026-11-01T12:00:00', status: 'CANCELLED', note },
        { recurrenceId: '2026-11-12T12:00:00', status: 'CANCELLED' },
        { recurrenceId: '2027-01-07T12:00:00', endsAtLocal: '2027-01-07T18:00:00' },
        { recurrenceId: '2027-02-25T12:00:00', startsAtLocal: '2027-02-24T10:00:00', endsAtLocal: '2027-02-24T11:30:00', andFollowing: true },
        { recurrenceId: '2027-03-25T12:00:00', startsAtLocal: '2027-03-25T20:00:00', status: 'TENTATIVE' },
      ],
    },
  },
  'changed, then over': { ...WEEKLY, recurrence: { rrule: 'FREQ=WEEKLY;BYDAY=TH' } },
  'whole days': {
    startsAtLocal: '2026-02-21T00:00:00',
    endsAtLocal: '2026-02-23T00:00:00',
    allDay: true,
    recurrence: {
      rrule: 'FREQ=MONTHLY;COUNT=20',
      exceptions: ['2026-12-21T00:00:00'],
      additions: ['2026-10-31T00:00:00', '2027-03-14T00:00:00'],
      overrides: [
        { recurrenceId: '2026-11-21T00:00:00', startsAtLocal: '2026-11-01T00:00:00', endsAtLocal: '2026-11-02T00:00:00' },
        { recurrenceId: '2027-01-21T00:00:00', status: 'CANCELLED' },
      ],
    },
  },
};

/** What is then done to one of them: a mutation, and its input beyond id and version. */
export const CHANGES = {
  'changed, then over': [
    ['occurrenceCancel', { recurrenceId: '2026-10-29T12:00:00' }],
    ['occurrenceOverride', { recurrenceId: '2026-11-26T12:00:00', startsAtLocal: '2026-11-27T17:00:00', andFollowing: true }],
    ['occurrenceCancel', { recurrenceId: '2027-03-11T12:00:00', andFollowing: true }],
  ],
};

/** The inputs of a zone, by the name of the series. */
export const seriesOf = (timeZone) =>
  Object.entries(SERIES).map(([name, times]) => ({
    name,
    input: { locale: 'en-CA', title: `${name} (${timeZone})`, kind: 'WORKSHOP', format: 'ONLINE', timeZone, ...times },
  }));
