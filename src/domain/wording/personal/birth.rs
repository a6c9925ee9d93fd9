//! Finds dates of birth: a whole date after words that say `born`. Must not flag years alone, nor other dates.

use super::{Kind, Suspect};
use crate::domain::wording::words::Words;

const MONTHS: [&str; 36] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];
/// Words that may stand between the words that announce a date and the date.
const FILLERS: [&str; 17] = [
    "is", "was", "est", "le", "on", "the", "of", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
    "dimanche", "monday", "friday", "sunday",
];
/// What is born without being a person.
const THINGS: [&str; 28] = [
    "movement",
    "organization",
    "organisation",
    "network",
    "project",
    "idea",
    "group",
    "campaign",
    "coalition",
    "union",
    "program",
    "collective",
    "site",
    "mouvement",
    "projet",
    "idee",
    "groupe",
    "reseau",
    "organisme",
    "campagne",
    "collectif",
    "association",
    "programme",
    "coalition",
    "alliance",
    "centre",
    "festival",
    "initiative",
];

/// The dates of birth in a text.
pub(super) fn find(words: &Words<'_>) -> Vec<Suspect> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.list.len() {
        let suspect = announced(words, at).and_then(|lead| suspect(words, at, lead));
        at = suspect.as_ref().map_or(at + 1, |(end, _)| *end);
        found.extend(suspect.map(|(_, suspect)| suspect));
    }
    found
}

/// Whether a date of birth is announced from a word on: by how many words, and whether its year must be told.
fn announced(words: &Words<'_>, at: usize) -> Option<(usize, bool)> {
    let next = |offset: usize| words.folded(at + offset);
    let is_thing = (at.saturating_sub(4)..at).any(|at| THINGS.contains(&words.folded(at)));
    match words.folded(at) {
        "dob" | "ddn" | "birthdate" | "birthday" => Some((1, false)),
        "d" if next(1) == "o" && next(2) == "b" => Some((3, false)),
        "date" if matches!(next(1), "of" | "de") && matches!(next(2), "birth" | "naissance") => Some((3, false)),
        "birth" if next(1) == "date" => Some((2, false)),
        "born" if !is_thing => Some((1, true)),
        "ne" | "nee" | "nes" | "nees" if next(1) == "le" && !is_thing => Some((2, true)),
        _ => None,
    }
}

/// The date that follows, if one does.
fn suspect(words: &Words<'_>, at: usize, (lead, needs_year): (usize, bool)) -> Option<(usize, Suspect)> {
    let mut first = at + lead;
    while first < at + lead + 4 && FILLERS.contains(&words.folded(first)) {
        first += 1;
    }
    let length = date(words, first, needs_year)?;
    let bytes = words.list.get(at)?.start..words.list.get(first + length - 1)?.end;
    Some((first + length, Suspect { kind: Kind::Birth, bytes }))
}

/// How many words a date from `at` on takes.
fn date(words: &Words<'_>, at: usize, needs_year: bool) -> Option<usize> {
    let (one, two, three) = (words.folded(at), words.folded(at + 1), words.folded(at + 2));
    let is_named = (is_day(one) && is_month(two)) || (is_month(one) && is_day(two));
    if is_named || (is_day(one) && two == "of" && is_month(three)) {
        let length = if is_named { 2 } else { 3 };
        return match is_year(words.folded(at + length)) {
            true => Some(length + 1),
            false => (!needs_year).then_some(length),
        };
    }
    let is_numeric =
        (is_year(one) && is_day(two) && is_day(three)) || (is_day(one) && is_day(two) && is_short_year(three));
    is_numeric.then_some(3)
}

fn is_month(word: &str) -> bool {
    MONTHS.contains(&word)
}

fn is_day(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let is_ordinal = matches!(word.get(digits.len()..), Some("" | "st" | "nd" | "rd" | "th" | "er" | "e"));
    is_ordinal && digits.len() <= 2 && digits.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u32>().is_ok_and(|year| (1900..=2100).contains(&year))
}

fn is_short_year(word: &str) -> bool {
    is_year(word) || word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}
