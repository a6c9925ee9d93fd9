//! References to characters in markup: the names of HTML, which feeds use without declaring them, and numbers. Names that a
//! document declares itself are never looked up: nothing can grow, and no file is opened.

use quick_xml::escape::resolve_html5_entity;

/// Longest name of a character.
const NAME: usize = 32;

/// Characters that numbers of windows-1252 mean, from 128 on.
const WINDOWS: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}', '\u{fffd}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// A text with the references to characters replaced; others stay as they are, and are counted.
pub(super) fn decode(text: &str, unknown: &mut usize) -> String {
    if !text.contains('&') {
        return text.to_string();
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let end = after.bytes().take(NAME).position(|byte| !byte.is_ascii_alphanumeric() && byte != b'#');
        let end = end.unwrap_or_else(|| after.len().min(NAME));
        let name = after.get(..end).unwrap_or_default();
        let is_ended = after.as_bytes().get(end) == Some(&b';');
        match character(name, is_ended) {
            Some(Found::One(character)) => decoded.push(character),
            Some(Found::Named(characters)) => decoded.push_str(characters),
            None => {
                *unknown += usize::from(is_ended && !name.is_empty());
                decoded.push('&');
                rest = after;
                continue;
            }
        }
        rest = after.get(end + usize::from(is_ended)..).unwrap_or_default();
    }
    decoded.push_str(rest);
    decoded
}

enum Found {
    One(char),
    Named(&'static str),
}

fn character(name: &str, is_ended: bool) -> Option<Found> {
    if let Some(number) = name.strip_prefix('#') {
        let number = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        let number = number.ok()?;
        let windows = number.checked_sub(128).and_then(|at| WINDOWS.get(usize::try_from(at).ok()?));
        let known = || char::from_u32(number).filter(|character| *character != '\0');
        return Some(Found::One(windows.copied().or_else(known).unwrap_or('\u{fffd}')));
    }
    // Old names are understood without their end.
    if is_ended || matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp" | "copy" | "reg" | "eacute" | "egrave") {
        return resolve_html5_entity(name).map(Found::Named);
    }
    None
}
