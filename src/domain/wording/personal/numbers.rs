//! Finds telephone numbers, social insurance numbers, health card numbers and licence plates. Must not flag toll-free
//! numbers, crisis lines, dates, amounts, identifiers or digits in addresses of the web.

use std::ops::Range;

use super::{Kind, Suspect, is_after, is_in_link};
use crate::domain::wording::words::Words;

/// Area codes that cost the caller nothing, or that no person has.
const NOT_PERSONAL: [&str; 12] = ["800", "822", "833", "844", "855", "866", "877", "880", "887", "888", "889", "900"];
/// Words before a number that name a line that is meant to be called by all.
const PUBLIC_LINES: [&str; 22] = [
    "911",
    "hotline",
    "helpline",
    "warmline",
    "infoline",
    "lifeline",
    "ligne",
    "lignes",
    "line",
    "lines",
    "reception",
    "switchboard",
    "accueil",
    "standard",
    "distress",
    "crisis",
    "detresse",
    "crise",
    "urgence",
    "emergency",
    "fax",
    "telecopieur",
];
/// Words before a number that make it an identifier.
const IDENTIFIERS: [&str; 22] = [
    "isbn",
    "issn",
    "doi",
    "pmid",
    "pmcid",
    "id",
    "ref",
    "reference",
    "docket",
    "dossier",
    "file",
    "invoice",
    "facture",
    "ticket",
    "code",
    "sku",
    "serial",
    "serie",
    "lot",
    "batch",
    "grant",
    "registration",
];
/// Words before ten digits in one piece that make them a telephone number.
const TELEPHONE: [&str; 22] = [
    "tel",
    "telephone",
    "phone",
    "call",
    "text",
    "texts",
    "cell",
    "cellphone",
    "mobile",
    "cellulaire",
    "appelez",
    "appeler",
    "texto",
    "textez",
    "whatsapp",
    "signal",
    "number",
    "numero",
    "joindre",
    "sms",
    "ring",
    "rejoindre",
];
const SOCIAL: [&str; 5] = ["sin", "nas", "insurance", "assurance", "sociale"];
const HEALTH: [&str; 14] = [
    "health",
    "healthcare",
    "sante",
    "maladie",
    "ramq",
    "ohip",
    "phn",
    "msp",
    "care",
    "carecard",
    "hcn",
    "ahcip",
    "mcp",
    "medicare",
];
const PLATE: [&str; 9] =
    ["plate", "plates", "plaque", "plaques", "immatriculation", "immatricule", "immatriculee", "licence", "license"];

/// Digits that stand together.
#[derive(Clone, Debug)]
struct Group<'a> {
    digits: &'a str,
    bytes: Range<usize>,
}

/// The numbers of persons in a text.
pub(super) fn find(words: &Words<'_>) -> Vec<Suspect> {
    let groups = groups(words);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = groups.get(at..).filter(|rest| !rest.is_empty()) {
        let suspect = telephone(words, rest)
            .or_else(|| social_insurance(words, rest))
            .or_else(|| health_card(words, rest))
            .or_else(|| plate(words, rest));
        match suspect {
            Some((length, suspect)) => {
                at += length;
                found.extend(suspect);
            }
            None => at += 1,
        }
    }
    found
}

/// The groups of digits outside addresses, in order.
fn groups<'a>(words: &Words<'a>) -> Vec<Group<'a>> {
    let text = words.text;
    let mut groups = Vec::new();
    let mut start = None;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        match (byte.is_ascii_digit(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let digits = text.get(from..at).unwrap_or_default();
                if !is_in_link(&words.links, from) {
                    groups.push(Group { digits, bytes: from..at });
                }
                start = None;
            }
            _ => {}
        }
    }
    groups
}

/// Whether two groups may belong to one number: a space, a hyphen, a dot, or the parentheses of an area code between.
fn are_joined(text: &str, one: &Group<'_>, next: &Group<'_>) -> bool {
    let Some(between) = text.get(one.bytes.end..next.bytes.start) else { return false };
    !between.is_empty()
        && between.chars().count() <= 3
        && between.chars().all(|c| matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '-' | '‐' | '‑' | '–' | '.' | '(' | ')'))
}

/// Whether a stretch stands free: not inside a word, a path, a decimal, an amount or a longer run of joined digits.
fn is_free(text: &str, bytes: &Range<usize>) -> bool {
    let before = text.get(..bytes.start).unwrap_or_default();
    let after = text.get(bytes.end..).unwrap_or_default();
    let mut back = before.chars().rev();
    let last = back.next();
    let is_tight = matches!(last, Some('-' | '.' | ',')) && back.next().is_some_and(char::is_alphanumeric);
    let mut ahead = after.chars();
    let next = ahead.next();
    let goes_on = matches!(next, Some('-' | '.' | ',' | '/')) && ahead.next().is_some_and(|c| c.is_ascii_digit());
    let is_wrapped = |c: char| c.is_alphanumeric() || matches!(c, '/' | '=' | '#' | '_' | '$' | '%' | '€' | '@');
    !(last.is_some_and(is_wrapped) || is_tight || goes_on || next.is_some_and(|c| is_wrapped(c) && c != '_'))
}

type Match = Option<(usize, Option<Suspect>)>;

/// A North American number: three, three and four digits, or ten after a word or a sign that says so. Numbers that are
/// not a person's are passed over whole.
fn telephone(words: &Words<'_>, rest: &[Group<'_>]) -> Match {
    let text = words.text;
    let has_country = match rest {
        [country, area, ..] => country.digits == "1" && are_joined(text, country, area),
        _ => false,
    };
    let number = rest.get(usize::from(has_country)..).unwrap_or_default();
    let first = rest.first()?;
    let before = text.get(..first.bytes.start).unwrap_or_default();
    let has_plus = before.ends_with('+');
    let (length, area, exchange, end) = match number {
        [area, exchange, line, ..]
            if [area.digits.len(), exchange.digits.len(), line.digits.len()] == [3, 3, 4]
                && are_joined(text, area, exchange)
                && are_joined(text, exchange, line) =>
        {
            (3, area.digits, exchange.digits, line.bytes.end)
        }
        [area, line, ..] if [area.digits.len(), line.digits.len()] == [3, 7] && are_joined(text, area, line) => {
            (2, area.digits, line.digits, line.bytes.end)
        }
        [whole, ..] => {
            let digits = match whole.digits.len() {
                11 => whole.digits.strip_prefix('1')?,
                10 => whole.digits,
                _ => return None,
            };
            let is_said = has_plus || is_after(words, whole.bytes.start, 4, &TELEPHONE);
            (1, digits.get(..3).filter(|_| is_said)?, digits.get(3..)?, whole.bytes.end)
        }
        [] => return None,
    };
    let is_assignable = |digits: &str| digits.bytes().next().is_some_and(|byte| (b'2'..=b'9').contains(&byte));
    let start = first.bytes.start - usize::from(has_plus);
    let start = start - usize::from(text.get(..start).is_some_and(|before| before.ends_with('(')));
    let is_number = is_assignable(area) && is_assignable(exchange) && is_free(text, &(start..end));
    if !is_number || is_after(words, start, 3, &IDENTIFIERS) {
        return None;
    }
    let is_public = NOT_PERSONAL.contains(&area) || area.ends_with("11") || is_after(words, start, 5, &PUBLIC_LINES);
    let suspect = (!is_public).then_some(Suspect { kind: Kind::Telephone, bytes: start..end });
    Some((length + usize::from(has_country), suspect))
}

/// Three times three digits with the right check digit, or nine after a word that says so.
fn social_insurance(words: &Words<'_>, rest: &[Group<'_>]) -> Match {
    let (length, digits, bytes) = match rest {
        [one, two, three, ..]
            if [one, two, three].iter().all(|group| group.digits.len() == 3)
                && are_joined(words.text, one, two)
                && are_joined(words.text, two, three) =>
        {
            let digits = [one.digits, two.digits, three.digits].concat();
            (3, digits, one.bytes.start..three.bytes.end)
        }
        [one, ..] if one.digits.len() == 9 && is_after(words, one.bytes.start, 5, &SOCIAL) => {
            (1, one.digits.to_string(), one.bytes.clone())
        }
        _ => return None,
    };
    let is_number = passes_luhn(&digits) && digits.bytes().any(|byte| byte != b'0') && is_free(words.text, &bytes);
    if !is_number || is_after(words, bytes.start, 3, &IDENTIFIERS) {
        return None;
    }
    Some((length, Some(Suspect { kind: Kind::SocialInsurance, bytes })))
}

fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            let doubled = if place % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Eight to twelve digits after words that name a health card; or four capitals and eight digits, as in Québec.
fn health_card(words: &Words<'_>, rest: &[Group<'_>]) -> Match {
    let first = rest.first()?;
    let mut length = 1;
    let mut count = first.digits.len();
    let mut end = first.bytes.end;
    for pair in rest.windows(2).take(3) {
        let [one, next] = pair else { break };
        if !are_joined(words.text, one, next) || count + next.digits.len() > 12 {
            break;
        }
        length += 1;
        count += next.digits.len();
        end = next.bytes.end;
    }
    let before = words.text.get(..first.bytes.start)?;
    let letters = before.trim_end_matches([' ', '\u{A0}', '-']);
    let is_spaced = before.len() - letters.len() <= 2;
    let capitals = letters.bytes().rev().take_while(u8::is_ascii_uppercase).count();
    let word_start = letters.len() - capitals;
    let stands_free = !letters.get(..word_start)?.ends_with(|c: char| c.is_alphanumeric());
    let name = letters.get(word_start..)?;
    let is_named = is_after(words, first.bytes.start, 7, &HEALTH)
        && is_after(
            words,
            first.bytes.start,
            7,
            &["card", "carte", "number", "numero", "ramq", "ohip", "phn", "no", "msp"],
        );
    let bytes = word_start..end;
    if capitals == 4
        && stands_free
        && is_spaced
        && count == 8
        && !["ISBN", "ISSN", "PMID", "ISRC", "GRID"].contains(&name)
    {
        let is_like_quebec = is_named || is_birth(rest.get(..length)?);
        return is_like_quebec.then_some((length, Some(Suspect { kind: Kind::HealthCard, bytes })));
    }
    let bytes = first.bytes.start..end;
    let is_number = is_named && (8..=12).contains(&count) && is_free(words.text, &bytes);
    let is_date = first.digits.len() == 4 && rest.get(1).is_some_and(|month| month.digits.len() == 2) && count == 8;
    (is_number && !is_date).then_some((length, Some(Suspect { kind: Kind::HealthCard, bytes })))
}

/// Whether eight digits are two groups of four, or begin with year, month (women's plus 50) and day.
fn is_birth(groups: &[Group<'_>]) -> bool {
    if let [one, two] = groups {
        return one.digits.len() == 4 && two.digits.len() == 4;
    }
    let number = |from: usize| groups.first()?.digits.get(from..from + 2)?.parse::<u32>().ok();
    number(2).zip(number(4)).is_some_and(|(month, day)| (1..=12).contains(&(month % 50)) && (1..=31).contains(&day))
}

/// Letters and digits of a licence plate after a word that says so.
fn plate(words: &Words<'_>, rest: &[Group<'_>]) -> Match {
    let first = rest.first()?;
    let at = words.list.partition_point(|word| word.end <= first.bytes.start);
    let leads = |at: usize| PLATE.contains(&words.folded(at));
    let licence_of_car = |at: usize| !matches!(words.folded(at), "licence" | "license");
    let from = at.saturating_sub(5);
    let lead = (from..at).rev().find(|at| leads(*at) && licence_of_car(*at))?;
    let is_part = |at: &usize| {
        let written = words.written(*at);
        !written.is_empty()
            && written.len() <= 8
            && written.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    let begin = (lead + 1..=at).rev().take_while(is_part).last()?;
    let end = (at..at + 2).take_while(is_part).last()?;
    let plate: String = (begin..=end).map(|at| words.written(at)).collect();
    let digits = plate.bytes().filter(u8::is_ascii_digit).count();
    let is_plate = (5..=8).contains(&plate.len()) && digits >= 2 && digits < plate.len();
    let bytes = words.list.get(begin)?.start..words.list.get(end)?.end;
    is_plate.then_some((1, Some(Suspect { kind: Kind::Plate, bytes })))
}
