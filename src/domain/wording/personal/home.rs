//! Finds addresses of homes: a number and a street after words of living. Must not flag the address of a venue, which
//! no such word stands before.

use super::{Kind, Suspect};
use crate::domain::wording::words::Words;

/// Words of living.
const LIVING: [&str; 30] = [
    "lives",
    "live",
    "living",
    "lived",
    "resides",
    "reside",
    "residing",
    "resided",
    "staying",
    "habite",
    "habitent",
    "habitait",
    "habitaient",
    "habitant",
    "vit",
    "vivent",
    "vivait",
    "vivaient",
    "residait",
    "resident",
    "demeure",
    "demeurent",
    "demeurait",
    "domicilie",
    "domiciliee",
    "domicilies",
    "loge",
    "logent",
    "logeait",
    "reste",
];
/// Words that follow `home` or stand for it: `home address`, `adresse personnelle`, `son adresse`.
const HOME: [&str; 8] = ["home", "residential", "personal", "his", "her", "my", "their", "whose"];
const HOME_FR: [&str; 4] = ["personnelle", "residentielle", "domicile", "privee"];
/// What may stand between a word of living and a number.
const BETWEEN: [&str; 25] = [
    "at",
    "on",
    "in",
    "apartment",
    "apt",
    "unit",
    "suite",
    "no",
    "the",
    "now",
    "alone",
    "au",
    "a",
    "sur",
    "l",
    "rue",
    "appartement",
    "app",
    "is",
    "est",
    "toujours",
    "encore",
    "still",
    "numero",
    "seule",
];
const STREETS: [&str; 52] = [
    "street",
    "st",
    "avenue",
    "ave",
    "av",
    "road",
    "rd",
    "boulevard",
    "blvd",
    "boul",
    "drive",
    "dr",
    "lane",
    "ln",
    "way",
    "crescent",
    "cres",
    "court",
    "ct",
    "place",
    "pl",
    "terrace",
    "trail",
    "highway",
    "hwy",
    "close",
    "circle",
    "parkway",
    "square",
    "sq",
    "row",
    "gate",
    "mews",
    "line",
    "rue",
    "chemin",
    "ch",
    "rang",
    "route",
    "cote",
    "allee",
    "ruelle",
    "montee",
    "terrasse",
    "impasse",
    "croissant",
    "cours",
    "bd",
    "quai",
    "esplanade",
    "crt",
    "sideroad",
];
/// How far a street's kind may be from its number, and a postal code from the street.
const STREET_REACH: usize = 5;
const POSTAL_REACH: usize = 8;

/// The addresses of homes in a text.
pub(super) fn find(words: &Words<'_>) -> Vec<Suspect> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.list.len() {
        let suspect = lead(words, at).and_then(|first| suspect(words, first));
        at = suspect.as_ref().map_or(at + 1, |(end, _)| *end);
        found.extend(suspect.map(|(_, suspect)| suspect));
    }
    found
}

/// The word after those that say that somebody lives at what follows.
fn lead(words: &Words<'_>, at: usize) -> Option<usize> {
    let (word, next) = (words.folded(at), words.folded(at + 1));
    let previous = at.checked_sub(1).map_or("", |at| words.folded(at));
    let is_own_fr = matches!(previous, "son" | "sa" | "mon" | "leur" | "ton");
    match word {
        "address" if HOME.contains(&previous) => Some(at + 1),
        "adresse" if HOME_FR.contains(&next) => Some(at + 2),
        "adresse" if is_own_fr => Some(at + 1),
        "home" if HOME.contains(&previous) && matches!(next, "at" | "is") => Some(at + 1),
        "chez" if matches!(next, "lui" | "elle" | "moi" | "eux") => Some(at + 2),
        word if LIVING.contains(&word) => Some(at + 1),
        _ => None,
    }
}

/// A number, a street and perhaps a postal code from a word on; or a postal code alone.
fn suspect(words: &Words<'_>, first: usize) -> Option<(usize, Suspect)> {
    let number = (first..first + 6).find(|at| is_number(words.folded(*at)))?;
    if !(first..number).all(|at| BETWEEN.contains(&words.folded(at)) || is_number(words.folded(at))) {
        return None;
    }
    let is_street = |at: &usize| STREETS.contains(&words.folded(*at));
    let street = (number.saturating_sub(1)..=number + STREET_REACH).find(is_street)?;
    let is_french = street <= number + 1;
    let end = if is_french { (number + 2).max(street + 1) } else { street };
    let postal = (end..end + POSTAL_REACH)
        .find(|at| is_postal_code(words, *at))
        .map(|at| (at, at + usize::from(words.folded(at).len() == 3)));
    let last = postal.map_or(end, |(_, last)| last).min(words.list.len().saturating_sub(1));
    let bytes = words.list.get(number)?.start..words.list.get(last)?.end;
    Some((last + 1, Suspect { kind: Kind::Home, bytes }))
}

fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    !digits.is_empty()
        && digits.len() <= 6
        && word.len() - digits.len() <= 1
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a Canadian postal code begins at a word, in one piece or two.
fn is_postal_code(words: &Words<'_>, at: usize) -> bool {
    let one = words.folded(at);
    let whole = if one.len() == 3 { [one, words.folded(at + 1)].concat() } else { one.to_string() };
    whole.len() == 6
        && whole
            .bytes()
            .enumerate()
            .all(|(place, byte)| if place % 2 == 0 { byte.is_ascii_alphabetic() } else { byte.is_ascii_digit() })
}
