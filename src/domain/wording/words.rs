//! Cuts a text into folded words that remember where they stand and what is between them, so that phrases are found
//! across case, accents, hyphens, line breaks and Markdown. Must not know any phrase.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::links::{self, Link};
use crate::domain::text::fold;

/// What stands between a word and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// Spaces, hyphens, apostrophes, emphasis: a phrase goes on.
    Soft,
    /// Punctuation, a new paragraph, a list item: a phrase ends.
    Hard,
}

impl Gap {
    /// Hard if either is.
    fn or(self, other: Self) -> Self {
        if self == Self::Soft { other } else { self }
    }
}

/// A word of a text.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// First byte.
    pub(super) start: usize,
    /// The byte after its letters.
    pub(super) stem_end: usize,
    /// The byte after it, with an inclusive ending such as `(e)s` or `·e·s`.
    pub(super) end: usize,
    /// What is before it.
    pub(super) gap: Gap,
    /// It is part of a host name, a handle or an identifier: nothing matches it.
    pub(super) is_masked: bool,
    folded: Range<usize>,
}

/// A text cut into words.
#[derive(Debug)]
pub(super) struct Words<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// Its words in order, without those in addresses.
    pub(super) list: Vec<Word>,
    /// Its addresses in order.
    pub(super) links: Vec<Link>,
    arena: String,
}

impl<'a> Words<'a> {
    /// Cuts a text; linear in its length.
    pub(super) fn of(text: &'a str) -> Self {
        let mut words = Self { text, list: Vec::new(), links: links::find(text), arena: String::new() };
        let addresses = words.links.clone();
        let mut from = 0;
        let mut gap = Gap::Hard;
        for link in &addresses {
            let tail = words.cut(from..link.bytes.start, gap);
            from = link.bytes.end;
            gap = if link.is_target { tail } else { Gap::Hard };
        }
        words.cut(from..text.len(), gap);
        words
    }

    /// The word at an index, folded; empty past the end.
    pub(super) fn folded(&self, index: usize) -> &str {
        self.list.get(index).and_then(|word| self.arena.get(word.folded.clone())).unwrap_or_default()
    }

    /// The word at an index as written, without an inclusive ending.
    pub(super) fn written(&self, index: usize) -> &'a str {
        self.list.get(index).and_then(|word| self.text.get(word.start..word.stem_end)).unwrap_or_default()
    }

    /// Whether the word at an index begins with a capital.
    pub(super) fn is_capital(&self, index: usize) -> bool {
        self.written(index).chars().next().is_some_and(char::is_uppercase)
    }

    /// What is before the word at an index; hard past the end.
    pub(super) fn gap(&self, index: usize) -> Gap {
        self.list.get(index).map_or(Gap::Hard, |word| word.gap)
    }

    /// The index of the first word that starts at a byte or after it.
    pub(super) fn index_at(&self, byte: usize) -> usize {
        self.list.partition_point(|word| word.start < byte)
    }

    /// Cuts a part of the text, the first word of which follows a gap that may be hard already; answers with the gap
    /// after its last word.
    fn cut(&mut self, part: Range<usize>, first: Gap) -> Gap {
        let text = self.text;
        let Some(slice) = text.get(part.clone()) else { return Gap::Hard };
        let mut between = part.start;
        let mut before = first;
        let mut chars = slice.char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let start = part.start + offset;
            if start < between || !c.is_alphanumeric() {
                continue;
            }
            let mut end = start + c.len_utf8();
            while let Some(&(offset, c)) = chars.peek() {
                let at = part.start + offset;
                if !(is_letter(c) || c == '_' && starts_word(text, at + 1)) {
                    break;
                }
                end = at + c.len_utf8();
                chars.next();
            }
            let gap = text.get(between..start).map_or(Gap::Hard, gap_of).or(before);
            before = Gap::Soft;
            between = self.push(start, end, gap);
        }
        text.get(between..part.end).map_or(Gap::Hard, gap_of).or(before)
    }

    /// Adds a word; answers with the byte after it.
    fn push(&mut self, start: usize, stem_end: usize, gap: Gap) -> usize {
        let written = self.text.get(start..stem_end).unwrap_or_default();
        let from = self.arena.len();
        if written.is_ascii() {
            self.arena.extend(written.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            let visible: String = written.chars().filter(|c| !is_invisible(*c)).collect();
            self.arena.push_str(&fold(&visible));
        }
        let end = stem_end + self.text.get(stem_end..).map_or(0, inclusive_ending);
        let is_masked = written.contains('_') || self.is_part_of_name(start, end);
        self.list.push(Word { start, stem_end, end, gap, is_masked, folded: from..self.arena.len() });
        end
    }

    /// Whether a word is part of a host name (`junkie.example`), a mailbox or a handle (`@junkie`).
    fn is_part_of_name(&self, start: usize, end: usize) -> bool {
        let before = self.text.get(..start).unwrap_or_default().as_bytes();
        let after = self.text.get(end..).unwrap_or_default().as_bytes();
        let dot_before =
            matches!(before, [.., byte, b'.'] if byte.is_ascii_alphanumeric()) && after_is_lower(self.text, start);
        let dot_after = matches!(after, [b'.', byte, ..] if byte.is_ascii_lowercase() || byte.is_ascii_digit());
        dot_before || dot_after || before.last() == Some(&b'@') || after.first() == Some(&b'@')
    }
}

fn after_is_lower(text: &str, at: usize) -> bool {
    text.as_bytes().get(at).is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_invisible(c) || (!c.is_ascii() && is_combining_mark(c))
}

/// Soft hyphens and joiners of no width, which may stand inside a word.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

fn starts_word(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric)
}

/// What a stretch between two words means for a phrase.
fn gap_of(between: &str) -> Gap {
    if between == " " {
        return Gap::Soft;
    }
    let mut lines = 0;
    let mut is_spaced = false;
    let mut chars = between.chars().peekable();
    while let Some(c) = chars.next() {
        let is_followed_by_space = chars.peek().is_none_or(|next| next.is_whitespace());
        match c {
            '\n' => lines += 1,
            // A dash between spaces, or the mark of a list item.
            '-' | '+' | '*' if is_spaced && is_followed_by_space && chars.peek().is_some() => return Gap::Hard,
            '–' if is_spaced => return Gap::Hard,
            '#' | '|' => return Gap::Hard,
            '-' | '‐' | '‑' | '–' | '\'' | '’' | '‘' | 'ʼ' | '*' | '_' | '`' | '~' | '>' | '"' | '“' | '”' | '«'
            | '»' | '[' | ']' | '\\' => {}
            c if c.is_whitespace() || is_invisible(c) => {}
            _ => return Gap::Hard,
        }
        is_spaced = c.is_whitespace();
    }
    if lines > 1 { Gap::Hard } else { Gap::Soft }
}

/// The length of an ending for several genders or numbers: `(s)`, `(e)s`, `·e·s`, `.trice.s`, `-ère-s`.
fn inclusive_ending(rest: &str) -> usize {
    const ENDINGS: [&str; 17] = [
        "trices", "trice", "euses", "euse", "ières", "ière", "ères", "ère", "ives", "ive", "nes", "ne", "les", "le",
        "es", "e", "s",
    ];
    let mut length = 0;
    for _ in 0..2 {
        let Some(tail) = rest.get(length..) else { break };
        let Some(opener) = tail.chars().next().filter(|c| matches!(c, '(' | '·' | '•' | '‧' | '⋅' | '.' | '-' | '/'))
        else {
            break;
        };
        let Some(body) = tail.get(opener.len_utf8()..) else { break };
        let body = if opener == '/' { body.strip_prefix('-').unwrap_or(body) } else { body };
        let prefix = tail.len() - body.len();
        let is_plain = matches!(opener, '.' | '-' | '/');
        let Some(ending) = ENDINGS
            .iter()
            .filter(|ending| !(is_plain && matches!(**ending, "le" | "les" | "ne" | "nes")))
            .find(|ending| body.starts_with(**ending) && closes(body.get(ending.len()..), opener))
        else {
            break;
        };
        length += prefix + ending.len();
        if opener == '(' {
            length += 1;
            if rest.get(length..).is_some_and(|tail| tail.starts_with('s') && !starts_word(tail, 1)) {
                length += 1;
            }
        }
    }
    length
}

/// Whether an inclusive ending is complete before what follows.
fn closes(after: Option<&str>, opener: char) -> bool {
    let Some(after) = after else { return false };
    if opener == '(' {
        return after.starts_with(')');
    }
    !starts_word(after, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> String {
        let words = Words::of(text);
        let mut shown = String::new();
        for (index, word) in words.list.iter().enumerate() {
            shown.push_str(if word.gap == Gap::Hard { "|" } else { " " });
            shown.push_str(if word.is_masked { "!" } else { "" });
            shown.push_str(words.folded(index));
        }
        shown
    }

    #[test]
    fn words_are_folded_and_know_what_is_between_them() {
        assert_eq!(cut("L’Usager, d'héro"), "|l usager|d hero");
        assert_eq!(cut("drug-user **drug** _user_ drug\nuser"), "|drug user drug user drug user");
        assert_eq!(cut("one - two\n\nthree\n- four – five"), "|one|two|three|four|five");
        assert_eq!(cut("ad\u{AD}dict [a](https://x.ca/y) b https://x.ca c"), "|addict a b|c");
        assert_eq!(
            cut("junkie.example @junkie junkie_town end.Next"),
            "|!junkie|!example|!junkie !junkie_town end|next"
        );
    }

    #[test]
    fn inclusive_endings_belong_to_their_word() {
        for text in ["toxicomane(s)", "drogué(e)s", "drogué·e·s", "drogué.e.s", "usager·ère·s", "détenu-e-s"] {
            let words = Words::of(text);
            assert_eq!(words.list.len(), 1, "{text}");
            assert_eq!(words.list[0].end, text.len(), "{text}");
        }
        assert_eq!(Words::of("end.\nNext").list.len(), 2);
        assert_eq!(cut("donne-les"), "|donne les");
    }
}
