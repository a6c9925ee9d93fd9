//! Sentences of rules in both languages, and that no two rules which take place at other times have the same one.

use jiff::civil::DateTime;

use crate::domain::locale::Tongue;
use crate::domain::recurrence::{Expansion, Frequency, Rule, Until};

/// The sentences of a rule; civil time is that of UTC here.
fn sentences(start: &str, rule: &str) -> (String, String) {
    let rule: Rule = rule.parse().unwrap_or_else(|fault| panic!("{rule} {fault}"));
    let start = start.parse().unwrap();
    let say = |tongue| super::sentence(&rule, start, until(&rule), tongue);
    (say(Tongue::English), say(Tongue::French))
}

fn until(rule: &Rule) -> Option<DateTime> {
    rule.until.map(|until| match until {
        Until::Date(date) => date.at(23, 59, 59, 999_999_999),
        Until::Local(at) | Until::Utc(at) => at,
    })
}

/// Start, rule, English, French; a space before a unit of time is one that does not break.
const TABLE: &[[&str; 4]] = &[
    // Tuesday, 6 October 2026.
    ["2026-10-06T19:00", "FREQ=DAILY", "Every day", "Tous les jours"],
    ["2026-10-06T19:00", "FREQ=DAILY;INTERVAL=3", "Every 3 days", "Tous les 3 jours"],
    ["2026-10-06T19:00", "FREQ=DAILY;COUNT=10", "Every day, 10 times", "Tous les jours, 10 fois"],
    ["2026-10-06T19:00", "FREQ=DAILY;COUNT=1", "Every day, once", "Tous les jours, une seule fois"],
    [
        "2026-10-06T19:00",
        "FREQ=DAILY;BYDAY=FR,MO",
        "Every week on Monday and Friday",
        "Toutes les semaines, le lundi et le vendredi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        "Every week from Monday to Friday",
        "Toutes les semaines, du lundi au vendredi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO,WE",
        "Every 2 days, only on Monday and Wednesday",
        "Tous les 2 jours, seulement le lundi et le mercredi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=DAILY;BYMONTH=4,8,12",
        "Every day, only in April, August and December",
        "Tous les jours, seulement en avril, en août et en décembre",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=DAILY;BYMONTHDAY=1,15,-1",
        "Every day, only on the 1st, the 15th and the last day of the month",
        "Tous les jours, seulement le 1er, le 15 et le dernier jour du mois",
    ],
    ["2026-10-06T09:00", "FREQ=DAILY;BYHOUR=9,17", "Every day at 9:00 and 17:00", "Tous les jours, à 9 h et à 17 h"],
    [
        "2026-10-06T09:30",
        "FREQ=DAILY;BYHOUR=8;BYMINUTE=5,30;UNTIL=20261231T080500",
        "Every day at 8:05 and 8:30 until December 31, 2026 at 8:05",
        "Tous les jours, à 8 h 05 et à 8 h 30, jusqu’au 31 décembre 2026 à 8 h 05",
    ],
    [
        "2026-10-06T09:00",
        "FREQ=DAILY;BYHOUR=9,10,11;BYMINUTE=0,10,20,30,40,50",
        "Every day at minutes 0, 10, 20, 30, 40 and 50 of hours 9, 10 and 11",
        "Tous les jours, aux minutes 0, 10, 20, 30, 40 et 50 des heures 9, 10 et 11",
    ],
    ["2026-10-06T19:00", "FREQ=WEEKLY", "Every week on Tuesday", "Toutes les semaines, le mardi"],
    [
        "2026-10-07T19:00",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,MO;UNTIL=20261231",
        "Every 2 weeks on Monday and Wednesday until December 31, 2026",
        "Toutes les 2 semaines, le lundi et le mercredi, jusqu’au 31 décembre 2026",
    ],
    [
        "2026-10-10T19:00",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU",
        "Every 2 weeks on Saturday and Sunday, with weeks that start on Sunday",
        "Toutes les 2 semaines, le samedi et le dimanche, les semaines commençant le dimanche",
    ],
    [
        "2026-10-10T19:00",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;COUNT=8",
        "Every 2 weeks on Saturday and Sunday, with weeks that start on Monday, 8 times",
        "Toutes les 2 semaines, le samedi et le dimanche, les semaines commençant le lundi, 8 fois",
    ],
    ["2026-10-06T19:00", "FREQ=WEEKLY;BYDAY=TU;WKST=SU", "Every week on Tuesday", "Toutes les semaines, le mardi"],
    [
        "2026-10-06T19:00",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
        "Every week on all seven days",
        "Toutes les semaines, les sept jours",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=WEEKLY;BYDAY=TU,TH;BYMONTH=1,2;UNTIL=20270228T235900",
        "Every week on Tuesday and Thursday, only in January and February, until February 28, 2027",
        "Toutes les semaines, le mardi et le jeudi, seulement en janvier et en février, jusqu’au 28 février 2027",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=WEEKLY;BYDAY=TU,TH;BYSETPOS=-1",
        "Every week on Tuesday and Thursday, counting only the last occurrence of each week",
        "Toutes les semaines, le mardi et le jeudi, en ne comptant que la dernière occurrence de chaque semaine",
    ],
    ["2026-10-06T19:00", "FREQ=MONTHLY", "Every month on the 6th", "Tous les mois, le 6"],
    ["2026-10-01T19:00", "FREQ=MONTHLY;INTERVAL=2", "Every 2 months on the 1st", "Tous les 2 mois, le 1er"],
    [
        "2026-10-31T19:00",
        "FREQ=MONTHLY",
        "Every month on the 31st (if there is one)",
        "Tous les mois, le 31 (s’il y en a un)",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=1TU",
        "Every month on the first Tuesday",
        "Tous les mois, le premier mardi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=3TU,1TU",
        "Every month on the first and the third Tuesday",
        "Tous les mois, le premier et le troisième mardi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=1TU,-1FR",
        "Every month on the first Tuesday and the last Friday",
        "Tous les mois, le premier mardi et le dernier vendredi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=-2SU",
        "Every month on the second-to-last Sunday",
        "Tous les mois, l’avant-dernier dimanche",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=-3SU",
        "Every month on the third-to-last Sunday",
        "Tous les mois, le troisième dimanche à partir de la fin",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=4WE,5WE",
        "Every month on the fourth Wednesday and the fifth Wednesday (if there is one)",
        "Tous les mois, le quatrième mercredi et le cinquième mercredi (s’il y en a un)",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;INTERVAL=3;BYDAY=TU",
        "Every 3 months on every Tuesday",
        "Tous les 3 mois, chaque mardi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "Every month on the last weekday (Monday to Friday)",
        "Tous les mois, le dernier jour de semaine (du lundi au vendredi)",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-1",
        "Every month on the first and the last weekend day (Saturday or Sunday)",
        "Tous les mois, le premier et le dernier jour de fin de semaine (samedi ou dimanche)",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=2",
        "Every month on the second day that is a Tuesday or a Thursday",
        "Tous les mois, le deuxième jour qui est un mardi ou un jeudi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3",
        "Every month on the third Tuesday",
        "Tous les mois, le troisième mardi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-3",
        "Every month on the third-to-last day",
        "Tous les mois, le troisième jour à partir de la fin",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYMONTHDAY=15,1,-1",
        "Every month on the 1st, the 15th and the last day",
        "Tous les mois, le 1er, le 15 et le dernier jour",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=6",
        "Every month on the second-to-last day, 6 times",
        "Tous les mois, l’avant-dernier jour, 6 fois",
    ],
    [
        "2026-11-13T19:00",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "Every month on the 13th, only if it is a Friday",
        "Tous les mois, le 13, seulement si c’est un vendredi",
    ],
    [
        "2026-10-10T19:00",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "Every month from the 7th to the 13th, only if it is a Saturday",
        "Tous les mois, du 7 au 13, seulement si c’est un samedi",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYDAY=1TU;BYMONTH=6,10",
        "Every month on the first Tuesday, only in June and October",
        "Tous les mois, le premier mardi, seulement en juin et en octobre",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MONTHLY;BYMONTHDAY=1,15;BYSETPOS=2;UNTIL=20270101T000000",
        "Every month on the 1st and the 15th, counting only the second occurrence of each month, until December 31, 2026",
        "Tous les mois, le 1er et le 15, en ne comptant que la deuxième occurrence de chaque mois, jusqu’au 31 décembre 2026",
    ],
    ["2026-10-06T19:00", "FREQ=YEARLY", "Every year on October 6", "Tous les ans, le 6 octobre"],
    [
        "2028-02-29T12:00",
        "FREQ=YEARLY",
        "Every year on February 29 (if there is one)",
        "Tous les ans, le 29 février (s’il y en a un)",
    ],
    [
        "2026-11-01T12:00",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYMONTHDAY=1",
        "Every 2 years on November 1",
        "Tous les 2 ans, le 1er novembre",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=YEARLY;BYMONTH=4,10",
        "Every year on April 6 and October 6",
        "Tous les ans, le 6 avril et le 6 octobre",
    ],
    [
        "2026-10-01T19:00",
        "FREQ=YEARLY;BYMONTH=4,8,10;BYMONTHDAY=1,15",
        "Every year on the 1st and the 15th of April, August and October",
        "Tous les ans, le 1er et le 15 des mois d’avril, d’août et d’octobre",
    ],
    [
        "2026-02-28T19:00",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
        "Every year on the last day of February",
        "Tous les ans, le dernier jour de février",
    ],
    [
        "2026-10-15T19:00",
        "FREQ=YEARLY;BYMONTHDAY=15",
        "Every year on the 15th of every month",
        "Tous les ans, le 15 de chaque mois",
    ],
    [
        "2026-10-16T19:00",
        "FREQ=YEARLY;BYMONTH=10;BYDAY=3FR",
        "Every year on the third Friday of October",
        "Tous les ans, le troisième vendredi d’octobre",
    ],
    [
        "2026-10-05T19:00",
        "FREQ=YEARLY;BYMONTH=6,7;BYDAY=MO",
        "Every year on every Monday of June and July",
        "Tous les ans, chaque lundi de juin et de juillet",
    ],
    [
        "2026-10-05T19:00",
        "FREQ=YEARLY;BYDAY=20MO,53MO",
        "Every year on the 20th Monday and the 53rd Monday (if there is one) of the year",
        "Tous les ans, le 20e lundi et le 53e lundi (s’il y en a un) de l’année",
    ],
    [
        "2026-10-30T19:00",
        "FREQ=YEARLY;BYMONTH=10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "Every year on the last weekday (Monday to Friday) of October",
        "Tous les ans, le dernier jour de semaine (du lundi au vendredi) d’octobre",
    ],
    [
        "2026-10-05T19:00",
        "FREQ=YEARLY;BYMONTH=4,10;BYDAY=MO;BYSETPOS=-1",
        "Every year on every Monday of April and October, counting only the last occurrence of each year",
        "Tous les ans, chaque lundi d’avril et d’octobre, en ne comptant que la dernière occurrence de chaque année",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=YEARLY;BYYEARDAY=1,100,-1",
        "Every year on the first day, the 100th day and the last day of the year",
        "Tous les ans, le premier jour, le 100e jour et le dernier jour de l’année",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=YEARLY;BYWEEKNO=20,-1;BYDAY=MO,TU",
        "Every year on Monday and Tuesday of week 20 and the last week of the year",
        "Tous les ans, le lundi et le mardi de la semaine 20 et de la dernière semaine de l’année",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=YEARLY;BYWEEKNO=53;WKST=SU",
        "Every year on every day of week 53 (if there is one) of the year, with weeks that start on Sunday",
        "Tous les ans, tous les jours de la semaine 53 (s’il y en a une) de l’année, les semaines commençant le dimanche",
    ],
    [
        "2026-11-03T19:00",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "Every 4 years from the 2nd to the 8th of November, only if it is a Tuesday",
        "Tous les 4 ans, du 2 au 8 novembre, seulement si c’est un mardi",
    ],
    ["2026-10-06T19:00", "FREQ=HOURLY;INTERVAL=6", "Every 6 hours", "Toutes les 6 heures"],
    [
        "2026-10-06T19:00",
        "FREQ=HOURLY;BYHOUR=9,10,11,14;BYDAY=SA;BYMINUTE=0,30;COUNT=4",
        "Every hour at minutes 0 and 30, only on Saturday, only from 9:00 to 11:59 and from 14:00 to 14:59, 4 times",
        "Toutes les heures, aux minutes 0 et 30, seulement le samedi, seulement de 9 h à 11 h 59 et de 14 h à 14 h 59, 4 fois",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MINUTELY;INTERVAL=90;BYYEARDAY=279;UNTIL=20261231T120000",
        "Every 90 minutes, only on the 279th day of the year, until December 31, 2026 at 12:00",
        "Toutes les 90 minutes, seulement le 279e jour de l’année, jusqu’au 31 décembre 2026 à 12 h",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=MINUTELY;BYMINUTE=30;BYSECOND=0,15",
        "Every minute at seconds 0 and 15, only in minute 30",
        "Toutes les minutes, aux secondes 0 et 15, seulement à la minute 30",
    ],
    [
        "2026-10-06T19:00",
        "FREQ=SECONDLY;INTERVAL=20;UNTIL=20270101T235959",
        "Every 20 seconds until January 1, 2027",
        "Toutes les 20 secondes, jusqu’au 1er janvier 2027",
    ],
];

#[test]
fn rules_are_sentences_in_both_languages() {
    assert!(TABLE.len() >= 40, "{}", TABLE.len());
    let mut wrong = Vec::new();
    for [start, rule, english, french] in TABLE {
        let (found_english, found_french) = sentences(start, rule);
        if found_english != *english {
            wrong.push(format!("{rule}\n  {found_english}\n  {english}"));
        }
        let found_french = found_french.replace('\u{a0}', " ");
        if found_french != *french {
            wrong.push(format!("{rule}\n  {found_french}\n  {french}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_number_and_its_unit_stay_on_one_line_in_french() {
    let (_, french) = sentences("2026-10-06T09:00", "FREQ=DAILY;BYHOUR=9;BYMINUTE=30");
    assert_eq!(french, "Tous les jours, à 9\u{a0}h\u{a0}30");
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// Parts of rules, of which each may be left out but the first; most of what comes of them is as RFC 5545 wants.
const PARTS: &[&[&str]] = &[
    &["FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=WEEKLY", "FREQ=DAILY", "FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY"],
    &[";INTERVAL=2", ";INTERVAL=5"],
    &[";UNTIL=20280301", ";UNTIL=20280301T120000", ";UNTIL=20280301T235959", ";COUNT=1", ";COUNT=7"],
    &[";BYSECOND=0", ";BYSECOND=0,30"],
    &[";BYMINUTE=0", ";BYMINUTE=15,45", ";BYMINUTE=0,5,10,15,20,25"],
    &[";BYHOUR=9", ";BYHOUR=19", ";BYHOUR=9,10,17"],
    &[";BYDAY=SU", ";BYDAY=SU,MO", ";BYDAY=MO,TU,WE,TH,FR", ";BYDAY=SA,SU", ";BYDAY=MO,TU,WE,TH,FR,SA,SU"],
    &[";BYDAY=1MO", ";BYDAY=-1SU,2TU", ";BYDAY=5MO,MO", ";BYDAY=-3FR,1FR"],
    &[";BYMONTHDAY=1", ";BYMONTHDAY=6", ";BYMONTHDAY=-1,15", ";BYMONTHDAY=28,29,30,31"],
    &[";BYYEARDAY=60", ";BYYEARDAY=-1,1,366"],
    &[";BYWEEKNO=9", ";BYWEEKNO=1,-1,53"],
    &[";BYMONTH=2", ";BYMONTH=1,10", ";BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12"],
    &[";BYSETPOS=1", ";BYSETPOS=-1,2", ";BYSETPOS=5,-6"],
    &[";WKST=SU", ";WKST=WE"],
];

/// One of the parts at a place, or nothing in two of three cases.
fn part(dice: &mut Dice, place: usize) -> &'static str {
    let menu = PARTS[place];
    if place > 0 && dice.roll(3) > 0 { "" } else { menu[dice.roll(menu.len())] }
}

/// When a rule takes place at first.
fn times(rule: &Rule, start: DateTime) -> Vec<DateTime> {
    let days = match rule.frequency {
        Frequency::Secondly | Frequency::Minutely => 30,
        Frequency::Hourly => 150,
        _ => 1_100,
    };
    let last = start.checked_add(jiff::SignedDuration::from_hours(24 * days)).unwrap();
    Expansion::new(rule, start, until(rule)).within(last).take(60).collect()
}

#[test]
fn rules_that_differ_in_a_part_and_share_a_sentence_take_place_at_the_same_times() {
    let starts: [DateTime; 3] =
        ["2026-10-06T19:00", "2026-11-01T09:15", "2028-02-29T12:00"].map(|at| at.parse().unwrap());
    let mut dice = Dice(88_172_645_463_325_252);
    let (mut taken, mut shared) = (0, 0);
    for round in 0..40_000 {
        let start = starts[round % starts.len()];
        let mut parts: Vec<&str> = (0..PARTS.len()).map(|place| part(&mut dice, place)).collect();
        let one = parts.concat();
        let place = dice.roll(PARTS.len());
        parts[place] = part(&mut dice, place);
        let other = parts.concat();
        let (Ok(rule), Ok(changed)) = (one.parse::<Rule>(), other.parse::<Rule>()) else { continue };
        if rule == changed {
            continue;
        }
        taken += 1;
        let say = |rule: &Rule, tongue| super::sentence(rule, start, until(rule), tongue);
        let is_same = |tongue: &Tongue| say(&rule, *tongue) == say(&changed, *tongue);
        if let Some(tongue) = [Tongue::English, Tongue::French].iter().find(|tongue| is_same(tongue)) {
            shared += 1;
            let sentence = say(&rule, *tongue);
            assert_eq!(times(&rule, start), times(&changed, start), "{one} and {other} from {start}: {sentence}");
        }
    }
    assert!(taken > 5_000 && shared > 300, "{taken} pairs, {shared} with the same sentence");
}
