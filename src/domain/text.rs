//! The one validated text type: normalised, bounded, without control characters; and what is derived from text (slugs,
//! folded keys). Must not know fields or errors of the API.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// Longer than the field allows.
    #[error("has {found} characters, more than the maximum of {maximum}")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        maximum: usize,
    },
    /// A control character, named by its code point.
    #[error("holds the control character U+{0:04X}")]
    Control(u32),
    /// A bidirectional override in a single line.
    #[error("holds the bidirectional control U+{0:04X}, which a single line may not")]
    Bidirectional(u32),
}

/// One line of text of 1 to `MAX` characters, in Unicode normal form C, without controls or bidi overrides.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line<const MAX: usize>(String);

/// Lines of text of 1 to `MAX` characters, in normal form C, without controls but line feed and tab.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// Checks and normalises a text.
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let text = composed(text);
        let text = text.trim();
        if let Some(control) = text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err(TextFault::Control(u32::from(control)));
        }
        if let Some(mark) = text.chars().find(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')) {
            return Err(TextFault::Bidirectional(u32::from(mark)));
        }
        bounded(text, MAX).map(Self)
    }
}

impl<const MAX: usize> Block<MAX> {
    /// Checks and normalises a text; line ends become line feeds.
    pub fn parse(text: &str) -> Result<Self, TextFault> {
        let lines = if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(text)
        };
        let text = composed(&lines);
        let text = text.trim();
        if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(TextFault::Control(u32::from(control)));
        }
        bounded(text, MAX).map(Self)
    }
}

fn bounded(text: &str, maximum: usize) -> Result<String, TextFault> {
    let found = text.chars().count();
    match found {
        0 => Err(TextFault::Empty),
        _ if found > maximum => Err(TextFault::TooLong { found, maximum }),
        _ => Ok(text.to_string()),
    }
}

macro_rules! text_type {
    ($name:ident, $has_lines:literal) => {
        impl<const MAX: usize> Deref for $name<MAX> {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> fmt::Display for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MAX: usize> Serialize for $name<MAX> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de, const MAX: usize> Deserialize<'de> for $name<MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                // Rows are read far more often than written, and hold what is so already.
                if is_settled::<$has_lines>(&text, MAX) {
                    return Ok(Self(text));
                }
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
text_type!(Line, false);
text_type!(Block, true);

/// Whether a text is in ASCII and so that parsing would leave it as it is.
fn is_settled<const HAS_LINES: bool>(text: &str, maximum: usize) -> bool {
    let bytes = text.as_bytes();
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') || HAS_LINES && matches!(byte, b'\n' | b'\t');
    // To the end in any case, so that many bytes are looked at at once.
    bytes.len() <= maximum
        && is_edge(bytes.first())
        && is_edge(bytes.last())
        && bytes.iter().fold(true, |is_settled, byte| is_settled & is_plain(*byte))
}

/// A text in normal form C; most texts are in it as they come.
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// A key for ordering and matching names: lower case, without accents, ligatures opened, punctuation as spaces.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                folded.push(c.to_ascii_lowercase());
            } else if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        }
        folded.truncate(folded.trim_end().len());
        return folded;
    }
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Longest slug, in characters.
pub const SLUG_CHARS: usize = 80;

/// A slug made from a title: words of ASCII letters and digits joined by hyphens; `item` if nothing is left.
pub fn slug_from(title: &str) -> String {
    let folded = fold(title);
    let mut slug = String::new();
    for word in folded.split(' ') {
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if word.is_empty() {
            continue;
        }
        if slug.len() + word.len() + 1 > SLUG_CHARS - 8 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    if slug.is_empty() { "item".to_string() } else { slug }
}

/// A slug that was given: lower-case ASCII words and digits joined by single hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Slug(String);

impl Slug {
    /// Checks a slug.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_well_formed = !text.is_empty()
            && text.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
        if !is_well_formed {
            return Err("is not a slug: lower-case letters and digits joined by single hyphens".to_string());
        }
        if text.len() > SLUG_CHARS {
            return Err(format!("has {} characters, more than the maximum of {SLUG_CHARS}", text.len()));
        }
        Ok(Self(text.to_string()))
    }
}

impl Deref for Slug {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_read_back_is_as_if_it_were_parsed() {
        for text in
            ["", " ", "a", "a b", " a", "a ", "a\nb", "a\tb", "a\u{7f}b", "a\rb", "é", "e\u{301}", "abcdefgh", "a\n"]
        {
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(serde_json::from_str::<Line<7>>(&json).ok(), Line::parse(text).ok(), "{text:?}");
            assert_eq!(serde_json::from_str::<Block<7>>(&json).ok(), Block::parse(text).ok(), "{text:?}");
        }
    }

    #[test]
    fn controls_overrides_and_lengths_are_refused() {
        assert_eq!(Line::<5>::parse("a\0b"), Err(TextFault::Control(0)));
        assert_eq!(Line::<5>::parse("a\nb"), Err(TextFault::Control(10)));
        assert_eq!(Line::<5>::parse("a\u{202E}b"), Err(TextFault::Bidirectional(0x202E)));
        assert_eq!(Line::<5>::parse("  "), Err(TextFault::Empty));
        assert_eq!(Line::<5>::parse("abcdef"), Err(TextFault::TooLong { found: 6, maximum: 5 }));
        assert_eq!(Block::<5>::parse("a\r\nb").as_deref(), Ok("a\nb"));
        assert_eq!(Line::<5>::parse("e\u{301}").as_deref(), Ok("é"));
    }

    #[test]
    fn folding_opens_ligatures_and_drops_accents() {
        assert_eq!(fold("Île-du-Prince-Édouard"), "ile du prince edouard");
        assert_eq!(fold("Cœur  & ÂME"), "coeur ame");
        assert_eq!(slug_from("Réduire les méfaits : l'essentiel"), "reduire-les-mefaits-l-essentiel");
        assert_eq!(slug_from("ᐃᓄᒃᑎᑐᑦ"), "item");
    }
}
